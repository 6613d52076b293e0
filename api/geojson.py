"""GeoJSON (RFC 7946): the models that document it, and geometry from what the database holds."""

from collections.abc import Sequence
from typing import Any, Final, Generic, Literal, TypeVar

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field

_DECIMALS: Final = 6
"""A decimetre. RFC 7946 advises no more, and every digit costs on the wire."""

Coordinates = tuple[float, float]


class Point(BaseModel):
    """A place."""

    type: Literal["Point"]
    coordinates: Coordinates = Field(description="longitude, latitude (WGS 84)")


class LineString(BaseModel):
    """A line."""

    type: Literal["LineString"]
    coordinates: list[Coordinates] = Field(description="longitude, latitude (WGS 84), from start to end")


FeatureT = TypeVar("FeatureT", bound=BaseModel)


class Collection(BaseModel, Generic[FeatureT]):
    """A FeatureCollection. Nothing is left out: there is no limit on the number of features."""

    type: Literal["FeatureCollection"]
    features: list[FeatureT]


def example(geometry: dict[str, Any] | None, properties: dict[str, Any], **members: Any) -> ConfigDict:
    """Return the configuration of a Collection model whose documented example is one feature, with more `members`."""
    return ConfigDict(json_schema_extra={"examples": [collection([feature(geometry, properties) | members])]})


def point(lon: float | None, lat: float | None) -> dict[str, Any] | None:
    """Return a Point, or None (GeoJSON's null geometry) where the position is not known."""
    if lon is None or lat is None:
        return None
    return {"type": "Point", "coordinates": [round(lon, _DECIMALS), round(lat, _DECIMALS)]}


def lines(geometries: Sequence[bytes]) -> list[dict[str, Any]]:
    """Return the LineStrings of WKB `geometries`, in their order.

    >>> lines([shapely.to_wkb(shapely.LineString([(18, 63), (18.5, 63.25)]))])
    [{'type': 'LineString', 'coordinates': [[18.0, 63.0], [18.5, 63.25]]}]
    """
    shapes = shapely.from_wkb(np.array(geometries, dtype=object))
    coordinates = np.round(shapely.get_coordinates(shapes), _DECIMALS).tolist()
    ends = np.cumsum(shapely.get_num_coordinates(shapes)).tolist()
    starts = [0, *ends[:-1]] if ends else []
    return [
        {"type": "LineString", "coordinates": coordinates[start:end]}
        for start, end in zip(starts, ends, strict=True)
    ]


def collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a FeatureCollection."""
    return {"type": "FeatureCollection", "features": features}


def feature(geometry: dict[str, Any] | None, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a Feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}
