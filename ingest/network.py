"""A street network file: GeoJSON lines to columns, with a clear error for everything that does not fit."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import shapely

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.network import KINDS, Segments

_NUMBERS: Final = ("segment_id", "winter_class", "passes_required", "start_node", "end_node")


class NetworkFileError(ValueError):
    """The file is not a street network; the message says which feature and why."""


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """A street network and what its file says about it. `digest` is the SHA-256 of the file."""

    name: str
    generated: bool
    digest: str
    segments: Segments


def read_network(content: bytes) -> NetworkFile:
    """Read a GeoJSON FeatureCollection of LineStrings; docs/street-network.md describes it.

    Raises
    ------
    NetworkFileError
        With the number of the first feature that does not fit.
    """
    try:
        document = orjson.loads(content)
        features = document["features"]
        lines = np.asarray(
            shapely.from_geojson([orjson.dumps(feature["geometry"]) for feature in features]), object
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise NetworkFileError(f"not a GeoJSON FeatureCollection: {error}") from None
    properties = [
        _checked(number, feature, line)
        for number, (feature, line) in enumerate(zip(features, lines, strict=True))
    ]
    columns = {name: np.array([one[name] for one in properties], np.int64) for name in _NUMBERS}
    if len(np.unique(columns["segment_id"])) != len(properties):
        raise NetworkFileError("a segment_id occurs twice")
    east, north = sweref_from_wgs84(*shapely.get_coordinates(lines).T)
    length_m = np.asarray(
        shapely.length(shapely.set_coordinates(lines.copy(), np.column_stack([east, north])))
    )
    return NetworkFile(
        name=str(document.get("name", "")),
        generated=bool(document.get("generated", False)),
        digest=hashlib.sha256(content).hexdigest(),
        segments=Segments(
            street=np.array([one["name"] for one in properties], object),
            kind=np.array([one["kind"] for one in properties], object),
            length_m=length_m,
            lines=lines,
            **columns,
        ),
    )


def _checked(number: int, feature: Any, line: shapely.Geometry) -> dict[str, Any]:
    properties: dict[str, Any] = feature.get("properties") or {}
    if line is None or line.geom_type != "LineString" or line.is_empty or line.length == 0:
        raise NetworkFileError(f"feature {number}: the geometry must be a LineString with a length")
    for name in _NUMBERS:
        if not isinstance(properties.get(name), int):
            raise NetworkFileError(
                f"feature {number}: {name} must be an integer, not {properties.get(name)!r}"
            )
    if not isinstance(properties.get("name"), str):
        raise NetworkFileError(f"feature {number}: name must be a text")
    if properties.get("kind") not in KINDS:
        raise NetworkFileError(
            f"feature {number}: kind must be one of {', '.join(KINDS)}, not {properties.get('kind')!r}"
        )
    if not 1 <= properties["winter_class"] <= 5:
        raise NetworkFileError(
            f"feature {number}: winter_class must be 1–5, not {properties['winter_class']}"
        )
    if properties["passes_required"] not in (1, 2):
        raise NetworkFileError(
            f"feature {number}: passes_required must be 1 or 2, not {properties['passes_required']}"
        )
    return properties
