"""How NGSI wraps a value: `{"type": "Property", "value": …}` in NGSI-LD and v2, the bare value in key-values."""

from typing import Annotated, Any, Final, Generic, TypeVar

import numpy as np
from msgspec import Meta, Struct, field

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.rejects import Reason

DEPTH_MAX: Final = 4
"""Wrappers around one value: property, typed value, and room."""

ID_CHARS: Final = 256
"""As NGSI v2 limits them."""

Id = Annotated[str, Meta(min_length=1, max_length=ID_CHARS)]
T = TypeVar("T")


class Property(Struct, Generic[T], gc=False, frozen=True):
    """An attribute with its value; null is the same as not sent. Type and metadata are not read."""

    value: T | None


class Moment(Struct, gc=False, frozen=True):
    """A time: a property, a JSON-LD typed value, or the one in the other."""

    value: "str | Moment | None" = None
    typed: str | None = field(name="@value", default=None)


class Reference(Struct, gc=False, frozen=True):
    """A relationship of NGSI-LD, or a property that names an entity."""

    object: Id | None = None
    value: Id | None = None


class Location(Struct, gc=False, frozen=True):
    """A GeoProperty, or the GeoJSON geometry itself."""

    type: str | None = None
    value: "Location | None" = None
    coordinates: list[Any] | None = None

    def geometry(self) -> "Location | None":
        """Return the geometry, or None where there is none."""
        inner: Location | None = self
        for _ in range(DEPTH_MAX):
            if inner is None or inner.coordinates is not None:
                return inner
            inner = inner.value
        return None


def value_of(attribute: Property[T] | T | None) -> T | None:
    """Return the value of `attribute`, wrapped or bare."""
    return attribute.value if isinstance(attribute, Property) else attribute


def text_of(moment: Moment | str | None) -> str | None:
    """Return the text of a time, or None where none was sent."""
    for _ in range(DEPTH_MAX):
        if not isinstance(moment, Moment):
            return moment
        moment = moment.value if moment.typed is None else moment.typed
    return None


def require_type(types: str | list[str], expected: str) -> None:
    """Raise `Problem` unless one of `types`, short or as a URL, is `expected`."""
    names = [types] if isinstance(types, str) else types
    if not any(name == expected or name.endswith((f"/{expected}", f"#{expected}")) for name in names):
        raise Problem(Reason.OUT_OF_RANGE, "type", f"expected {expected}")


def place_of(location: Location | None) -> tuple[float, float]:
    """Return longitude and latitude: the point, or the middle vertex of a line; NaN for another geometry."""
    geometry = None if location is None else location.geometry()
    if geometry is None:
        return np.nan, np.nan
    at = geometry.coordinates
    if geometry.type == "LineString" and at:
        at = at[len(at) // 2]
    elif geometry.type != "Point":
        return np.nan, np.nan
    match at:
        case [float() | int() as lon, float() | int() as lat, *_] if (
            not isinstance(lon, bool)
            and not isinstance(lat, bool)
            and -180 <= lon <= 180
            and -90 <= lat <= 90
        ):
            return float(lon) + 0.0, float(lat) + 0.0
    raise Problem(Reason.OUT_OF_RANGE, "location", "expected longitude −180 to 180 and latitude −90 to 90")
