"""A network file and a mapping to links: each feature judged by the rules, what is left out counted with its reason."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from vinterkoll.ingest.network.cutting import places_of
from vinterkoll.ingest.network.geojson import open_geojson
from vinterkoll.ingest.network.geopackage import open_geopackage
from vinterkoll.ingest.network.links import (
    TWICE,
    Feature,
    FeatureFile,
    Link,
    NetworkFileError,
    Report,
    Watch,
    unwatched,
)
from vinterkoll.ingest.network.mapping import NetworkMapping
from vinterkoll.ingest.network.osm import open_osm
from vinterkoll.ingest.network.rules import ColumnNames, Rules, Values, text_of
from vinterkoll.processing.coordinates import sweref_from_wgs84

LENGTH_MIN_M: Final = 0.01
"""Shorter links begin and end at one node: nodes are told apart by the centimetre."""

OUTSIDE: Final = "outside the service area"


class Area(NamedTuple):
    """The service area in degrees."""

    west: float
    south: float
    east: float
    north: float


def is_osm(path: Path) -> bool:
    """Tell by its name whether a file is one of OpenStreetMap."""
    return path.name.lower().endswith((".pbf", ".osm"))


def is_geojson(path: Path) -> bool:
    """Tell by its name whether a file is GeoJSON."""
    return path.suffix.lower() in {".geojson", ".json"}


def open_features(
    path: Path, mapping: NetworkMapping, watch: Watch = unwatched
) -> AbstractContextManager[FeatureFile]:
    """Open a file for reading; the end of its name says what it is.

    Raises
    ------
    NetworkFileError
        When it is not what its name says.
    """
    if path.suffix.lower() == ".gpkg":
        return open_geopackage(path, mapping.layer)
    if is_geojson(path):
        return open_geojson(path)
    if is_osm(path):
        return open_osm(path, watch)
    raise NetworkFileError("the name of a network file ends with .geojson, .gpkg or .osm.pbf")


class _Judge:
    """A mapping bound to the columns of a file."""

    def __init__(self, mapping: NetworkMapping, file: FeatureFile, report: Report) -> None:
        columns = ColumnNames(file.columns)
        self._identity = Rules(mapping.link, columns)
        self._leave_out = Rules(mapping.leave_out, columns)
        self._street = Rules(mapping.name, columns)
        self._kind = Rules(mapping.kind, columns)
        self._class = Rules(mapping.winter_class, columns)
        self._passes = Rules(mapping.passes_required, columns)
        self._one_way = Rules(mapping.one_way, columns)
        self._report = report
        report.not_found = columns.missing

    def links(self, feature: Feature) -> Iterator[Link]:
        """Yield the feature's links, one a line; none where it is left out."""
        identity = str(self._identity.of(feature.values) or "")
        made = self._made(feature.values)
        if isinstance(made, str):
            self._report.skip(made, identity)
            return
        if feature.geometry is None or feature.geometry.is_empty:
            self._report.skip(feature.fault, identity)
            return
        for line in shapely.get_parts(feature.geometry):
            if line.geom_type != "LineString":
                self._report.skip(
                    "an area, not a line" if "Polygon" in line.geom_type else "not a line", identity
                )
            elif line.is_empty:
                self._report.skip("no geometry", identity)
            else:
                street, kind, winter_class, passes, one_way = made
                yield Link(identity, street, kind, winter_class, passes, one_way, line, feature.nodes)

    def _made(self, values: Values) -> tuple[str, str, int, int, int] | str:
        """Return street, kind, winter class, passes and one-way, or why there are none."""
        if reason := self._leave_out.of(values):
            return str(reason)
        kind, winter_class, passes = (rules.of(values) for rules in (self._kind, self._class, self._passes))
        if kind is None:
            return "without a rule for its kind"
        if winter_class is None or passes is None:
            return f"without a rule for its {'winter_class' if winter_class is None else 'passes_required'}"
        street = text_of(self._street.of(values))
        if "\0" in street:
            return "a name with U+0000"
        return street, str(kind), int(winter_class), int(passes), int(self._one_way.of(values) or 0)


def links_of(
    file: FeatureFile, features: Iterator[Feature], mapping: NetworkMapping, area: Area, report: Report
) -> tuple[list[Link], NDArray[np.object_]]:
    """Return the links of `features`, and their lines (n,) in SWEREF 99 TM metres; `report` tells of the others.

    `features` are those of `file`, as somebody watches them go by.
    """
    judge = _Judge(mapping, file, report)
    links = list(chain.from_iterable(map(judge.links, features)))
    source = shapely.force_2d(np.array([link.line for link in links], object))
    metres, degrees, placed = _placed(file.crs, source)
    inside = within(degrees, area)
    long_enough = shapely.length(metres) >= LENGTH_MIN_M
    kept, seen = [], set()
    for place, link in enumerate(links):
        if not placed[place]:
            report.skip("with a coordinate that is no place", link.identity)
        elif not inside[place]:
            report.skip(OUTSIDE, link.identity)
        elif not long_enough[place]:
            report.skip("without length", link.identity)
        elif (same := (link.identity, places_of(link, degrees=file.crs.is_geographic))) in seen:
            report.skip(TWICE, link.identity)
        else:
            seen.add(same)
            kept.append(place)
    report.links = len(kept)
    return [links[place] for place in kept], metres[kept]


def within(degrees: NDArray[np.object_], area: Area) -> NDArray[np.bool_]:
    """Tell which lines (n,) of longitude and latitude touch the service area."""
    inside: NDArray[np.bool_] = shapely.intersects(degrees, shapely.box(*area))
    return inside


def _placed(
    crs: pyproj.CRS, source: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.bool_]]:
    """Return lines (n,) in SWEREF 99 TM and in degrees, and which of them lie on earth; the others mean nothing."""
    coordinates, owner = shapely.get_coordinates(source, return_index=True)
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    degrees = np.column_stack(to_degrees.transform(*coordinates.T))
    # Taken as they are where the file has SWEREF 99 TM: no projection moves a node by a hair.
    metres = coordinates if crs.to_epsg() == 3006 else np.column_stack(sweref_from_wgs84(*degrees.T))
    bad = ~np.isfinite(np.column_stack([degrees, metres])).all(axis=1)
    return (
        shapely.set_coordinates(source.copy(), np.where(bad[:, None], 0.0, metres)),
        shapely.set_coordinates(source.copy(), np.where(bad[:, None], 0.0, degrees)),
        ~np.isin(np.arange(len(source)), owner[bad]),
    )
