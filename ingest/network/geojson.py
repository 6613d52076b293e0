"""Reads GeoJSON with columns of its own: WGS 84, or the system of the older member `crs`, as QGIS still writes it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from vinterkoll.ingest.network.links import UNREADABLE, Feature, FeatureFile, NetworkFileError

_WGS_84: Final = "urn:ogc:def:crs:OGC:1.3:CRS84"


_NONE: Final = b"null"


class _Feature(msgspec.Struct):
    geometry: msgspec.Raw = msgspec.Raw(_NONE)
    properties: dict[str, Any] | None = None


class _Named(msgspec.Struct):
    name: str


class _System(msgspec.Struct):
    properties: _Named


class _Collection(msgspec.Struct, tag_field="type", tag="FeatureCollection"):
    features: list[_Feature]
    crs: _System | None = None


@contextlib.contextmanager
def open_geojson(path: Path) -> Iterator[FeatureFile]:
    """Open a FeatureCollection.

    Raises
    ------
    NetworkFileError
        When it is none, or its coordinate system is not known.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Collection)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NetworkFileError(f"no GeoJSON FeatureCollection: {error}") from None
    name = found.crs.properties.name if found.crs is not None else _WGS_84
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError:
        raise NetworkFileError(f"the coordinate system {name!r} is not known") from None
    columns = {name: None for feature in found.features for name in feature.properties or {}}
    features = (_feature(feature) for feature in found.features)
    yield FeatureFile(crs, list(columns), len(found.features), features)


def _feature(feature: _Feature) -> Feature:
    raw = bytes(feature.geometry)
    with np.errstate(over="ignore"):  # a coordinate may be more than a number holds
        geometry = shapely.from_geojson(raw, on_invalid="ignore")
    fault = "no geometry" if raw == _NONE else UNREADABLE
    return Feature(feature.properties or {}, geometry, fault=fault)
