"""Reads the ways with a `highway` from OpenStreetMap PBF, cut where they share a node: a bridge shares none."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyproj
import shapely

from vinterkoll.ingest.network.links import Feature, FeatureFile, NetworkFileError, Watch

_WGS_84: Final = 4326
_CUT_OFF: Final = "cut off at the edge of the extract"


class _Way(NamedTuple):
    tags: dict[str, str]
    nodes: list[int]
    places: list[tuple[float, float]] | None  # None where some lie outside the file


@contextlib.contextmanager
def open_osm(path: Path, watch: Watch) -> Iterator[FeatureFile]:
    """Open an extract: read it whole, since a way is cut where any other meets it. How many ways it has, nobody knows before.

    Raises
    ------
    NetworkFileError
        When it is none, or the part of the installation that reads it is missing.
    """
    try:
        ways = list(watch(_ways(path), "reading ways", None))
    except ImportError:
        raise NetworkFileError("OpenStreetMap files need `pip install vinterkoll[osm]`") from None
    except RuntimeError as error:  # all that libosmium raises for a file
        raise NetworkFileError(f"no OpenStreetMap file that can be read: {error}") from None
    features = [feature for way in _cut(ways) for feature in way]
    yield FeatureFile(pyproj.CRS.from_epsg(_WGS_84), None, len(features), features)


def _ways(path: Path) -> Iterator[_Way]:
    import osmium  # noqa: PLC0415 - an extra of the installation

    kinds = osmium.osm.NODE | osmium.osm.WAY
    kind_of_file = "pbf" if path.name.lower().endswith(".pbf") else "osm"  # osmium knows small letters only
    processor: Any = osmium.FileProcessor(osmium.io.File(str(path), kind_of_file), kinds).with_locations()
    processor = processor.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in processor.with_filter(osmium.filter.KeyFilter("highway")):
        whole = all(node.location.valid() for node in way.nodes)
        places = [(node.lon, node.lat) for node in way.nodes] if whole else None
        tags = dict(way.tags) | {"@id": f"way/{way.id}"}
        yield _Way(tags, [node.ref for node in way.nodes], places)


def _cut(ways: list[_Way]) -> Iterator[list[Feature]]:
    """Yield the features of each way: from junction to junction."""
    met: Counter[int] = Counter()
    for way in ways:
        met.update(way.nodes)
        met.update((way.nodes[0], way.nodes[-1]) if way.nodes else ())
    for way in ways:
        if way.places is None or len(way.nodes) < 2:
            yield [Feature(way.tags, None, None, _CUT_OFF if way.places is None else "no geometry")]
            continue
        cuts = [at for at, node in enumerate(way.nodes) if met[node] > 1]
        yield [
            Feature(
                way.tags, shapely.LineString(way.places[low : high + 1]), (way.nodes[low], way.nodes[high])
            )
            for low, high in pairwise(cuts)
        ]
