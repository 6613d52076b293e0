"""GeoJSON whose features are segments already, as the simulator writes it: to columns, with a clear error for what does not fit."""

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
import shapely

from vinterkoll.ingest.network.links import NetworkFileError
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.network import Segments

_Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]
_Place = Annotated[list[_Degrees], msgspec.Meta(min_length=2, max_length=2)]
_Identity = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Kind = Literal["carriageway", "gc", "area"]  # the keys of processing.network.KINDS


class _Line(msgspec.Struct, tag_field="type", tag="LineString"):
    coordinates: Annotated[list[_Place], msgspec.Meta(min_length=2)]


class _Properties(msgspec.Struct):
    segment_id: _Identity
    name: str
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
    name: str = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class ReadyNetwork:
    """Segments and what their file says about them."""

    name: str
    generated: bool
    segments: Segments


def read_ready(content: bytes) -> ReadyNetwork:
    """Read a GeoJSON FeatureCollection of LineStrings.

    Raises
    ------
    NetworkFileError
        With the path of the first value that does not fit.
    """
    try:
        file = msgspec.json.decode(content, type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NetworkFileError(f"not a street network: {error}") from None
    segments = _segments(file.features)
    if len(np.unique(segments.segment_id)) != len(segments.segment_id):
        raise NetworkFileError("a segment_id occurs twice")
    if not segments.length_m.all():
        at = int(np.argmin(segments.length_m))
        raise NetworkFileError(f"the line has no length - at `$.features[{at}].geometry`")
    return ReadyNetwork(file.name, file.generated, segments)


def _segments(features: list[_Feature]) -> Segments:
    counts = [len(feature.geometry.coordinates) for feature in features]
    chained = itertools.chain.from_iterable(feature.geometry.coordinates for feature in features)
    degrees = np.array(list(chained))
    owner = np.repeat(np.arange(len(features)), counts)
    metres = np.column_stack(sweref_from_wgs84(degrees[:, 0], degrees[:, 1]))
    return Segments(
        street=_column(features, "name", object),
        kind=_column(features, "kind", object),
        segment_id=_column(features, "segment_id", np.int64),
        winter_class=_column(features, "winter_class", np.int64),
        passes_required=_column(features, "passes_required", np.int64),
        start_node=_column(features, "start_node", np.int64),
        end_node=_column(features, "end_node", np.int64),
        length_m=np.asarray(shapely.length(shapely.linestrings(metres, indices=owner))),
        lines=np.asarray(shapely.linestrings(degrees, indices=owner), object),
        one_way=_column(features, "one_way", np.int64),
    )


def _column(features: list[_Feature], name: str, dtype: Any) -> Any:
    return np.array([getattr(feature.properties, name) for feature in features], dtype)
