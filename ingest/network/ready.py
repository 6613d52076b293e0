"""GeoJSON whose features are segments already, as the simulator writes it: to columns, with a clear error for what does not fit."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.ingest.network.links import NetworkFileError, Report
from vinterkoll.ingest.network.reading import LENGTH_MIN_M, OUTSIDE, Area, within
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.network import Segments

_Place = Annotated[list[float], msgspec.Meta(min_length=2)]  # a height may follow
_Name = Annotated[str, msgspec.Meta(pattern=r"^[^\0]*\Z")]  # no database text holds U+0000
_Identity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Kind = Literal["carriageway", "gc", "area"]  # the keys of processing.network.KINDS


class _Line(msgspec.Struct, tag_field="type", tag="LineString"):
    coordinates: Annotated[list[_Place], msgspec.Meta(min_length=2)]


class _Properties(msgspec.Struct):
    segment_id: _Identity
    name: _Name
    kind: _Kind
    winter_class: Annotated[int, msgspec.Meta(ge=1, le=5)]
    passes_required: Annotated[int, msgspec.Meta(ge=1, le=2)]
    start_node: _Identity
    end_node: _Identity
    one_way: Annotated[int, msgspec.Meta(ge=-1, le=1)] = 0


class _Feature(msgspec.Struct, tag_field="type", tag="Feature"):
    geometry: _Line
    properties: _Properties


class _Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    features: Annotated[list[_Feature], msgspec.Meta(min_length=1)]
    name: _Name = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class ReadyNetwork:
    """Segments and what their file says about them."""

    name: str
    generated: bool
    segments: Segments


def read_ready(content: bytes, area: Area, report: Report) -> ReadyNetwork:
    """Read a GeoJSON FeatureCollection of LineStrings; `report` tells of those outside the service area.

    Raises
    ------
    NetworkFileError
        With the path of the first value that does not fit.
    """
    try:
        file = msgspec.json.decode(content, type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NetworkFileError(f"not a street network: {error}") from None
    lines = _lines(file.features)
    inside = within(lines, area)
    for feature in itertools.compress(file.features, ~inside):
        report.skip(OUTSIDE, str(feature.properties.segment_id))
    if not inside.any():
        raise NetworkFileError("no street is left to import")
    segments = _segments(list(itertools.compress(file.features, inside)), lines[inside])
    if len(np.unique(segments.segment_id)) != len(segments.segment_id):
        raise NetworkFileError("a segment_id occurs twice")
    short = np.flatnonzero(inside)[~(segments.length_m >= LENGTH_MIN_M)]  # NaN is not long enough either
    if len(short):
        # Left out, it would part the segments that it joins: they meet by node ids, not by places.
        raise NetworkFileError(
            f"the line has no length of {LENGTH_MIN_M} m - at `$.features[{short[0]}].geometry`"
        )
    return ReadyNetwork(file.name, file.generated, segments)


def _lines(features: Sequence[_Feature]) -> NDArray[np.object_]:
    """Return the lines (n,) in degrees, without heights."""
    counts = [len(feature.geometry.coordinates) for feature in features]
    chained = itertools.chain.from_iterable(feature.geometry.coordinates for feature in features)
    degrees = np.array([place[:2] for place in chained])
    owner = np.repeat(np.arange(len(features)), counts)
    wrong = np.flatnonzero((np.abs(degrees) > [180, 90]).any(axis=1))
    if len(wrong):
        lon, lat = degrees[wrong[0]]
        raise NetworkFileError(
            f"expected longitude and latitude in degrees, got {lon:.10g}, {lat:.10g}"
            f" - at `$.features[{owner[wrong[0]]}].geometry.coordinates`"
        )
    return np.asarray(shapely.linestrings(degrees, indices=owner), object)


def _segments(features: Sequence[_Feature], lines: NDArray[np.object_]) -> Segments:
    metres = np.column_stack(sweref_from_wgs84(*shapely.get_coordinates(lines).T))
    return Segments(
        street=_column(features, "name", object),
        kind=_column(features, "kind", object),
        segment_id=_column(features, "segment_id", np.int64),
        winter_class=_column(features, "winter_class", np.int64),
        passes_required=_column(features, "passes_required", np.int64),
        start_node=_column(features, "start_node", np.int64),
        end_node=_column(features, "end_node", np.int64),
        length_m=np.asarray(shapely.length(shapely.set_coordinates(lines.copy(), metres))),
        lines=lines,
        one_way=_column(features, "one_way", np.int64),
    )


def _column(features: Sequence[_Feature], name: str, dtype: Any) -> Any:
    return np.array([getattr(feature.properties, name) for feature in features], dtype)
