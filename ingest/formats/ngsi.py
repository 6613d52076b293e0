"""How NGSI wraps a value: `{"type": "Property", "value": …}` in NGSI-LD and v2, the bare value in key-values."""

from typing import Annotated, Any, Final, Generic, TypeVar

from msgspec import Meta, Struct, field

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
