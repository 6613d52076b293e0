"""A mapping file as types: what may stand in it, docs/mappings.md explains. Names are those of the MIP profile."""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.mip_message import VEHICLE_CHARS

Scalar = str | int | float | bool
PathText = Annotated[str, Meta(min_length=1, max_length=200)]
MemberName = Annotated[str, Meta(min_length=1, max_length=200)]
Factor = Annotated[float, Meta(gt=0, le=1e12)]
Codes = str | tuple[str, ...]

UNITS: Final[dict[str, dict[str, float]]] = {
    "speed_kmh": {"km/h": 1.0, "m/s": 3.6, "kn": 1.852, "mph": 1.609344},
    "odometer_m": {"m": 1.0, "km": 1_000.0, "mi": 1_609.344},
    "accuracy_m": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "width_m": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "g_per_m2": {"g/m2": 1.0, "kg/m2": 1_000.0},
    "ml_per_m2": {"ml/m2": 1.0, "l/m2": 1_000.0},
}
"""The units a field may be sent in, and what makes each the profile's."""


class Whence(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where a value comes from: a path in the item, or in the message around it; with both, the item's goes first."""

    path: PathText | None = None
    header: PathText | None = None


class TextField(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A text; `value` is one that is always the same."""

    value: Annotated[str, Meta(max_length=200)] | None = None


class NumberField(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A number, in a unit with a name or times a factor. `not_known` are numbers that stand for none."""

    value: float | None = None
    unit: str | None = None
    factor: Factor | None = None
    not_known: tuple[float, ...] = ()


Text = PathText | TextField
Number = PathText | NumberField


class Time(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The event time. `format` is a name or a pattern; with `local_as_utc` its UTC is the zone's wall clock."""

    format: str = "rfc3339"
    zone: str | None = None
    local_as_utc: bool = False


class Place(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The position, in any coordinate system with two axes: `x` is east or longitude, `y` north or latitude."""

    x: Number
    y: Number
    epsg: int = 4326


class Flag(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A value that says by itself whether some actions are performed."""

    codes: Codes
    on: tuple[Scalar, ...] = (True,)


class Actions(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Names of actions, as a list or in one text, and what they mean."""

    value: tuple[str, ...] | None = None
    form: Literal["list", "text"] = "list"
    separator: Annotated[str, Meta(min_length=1)] | None = None
    required: bool = True
    ignore_case: bool = False
    ignore: tuple[str, ...] = ()
    codes: dict[str, Codes] = {}
    flags: tuple[Flag, ...] = ()


class PloughPart(Whence, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One part of the plough, and the values that say it is down or up."""

    down: tuple[Scalar, ...] = ("DOWN",)
    up: tuple[Scalar, ...] = ("UP",)


class Plough(Struct, forbid_unknown_fields=True, frozen=True):
    """As in the profile."""

    front: PathText | PloughPart | None = None
    side_left: PathText | PloughPart | None = None
    side_right: PathText | PloughPart | None = None
    underbody: PathText | PloughPart | None = None


class Spread(Struct, forbid_unknown_fields=True, frozen=True):
    """As in the profile."""

    material: Text | None = None
    g_per_m2: Number | None = None
    ml_per_m2: Number | None = None
    width_m: Number | None = None
    symmetry: Text | None = None


class Fields(Struct, forbid_unknown_fields=True, frozen=True):
    """As in the profile."""

    vehicle: Text | None = None
    speed_kmh: Number | None = None
    heading: Number | None = None
    accuracy_m: Number | None = None
    hdop: Number | None = None
    odometer_m: Number | None = None
    area: Text | None = None
    contract: Text | None = None
    event: Text | None = None
    seq: PathText | Whence | None = None


class MappingFile(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One supplier's dialect."""

    time: Time
    position: Place
    actions: Actions
    items: PathText | None = None
    contractor: Annotated[str, Meta(min_length=1, max_length=VEHICLE_CHARS)] | None = None
    topics: tuple[str, ...] = ()
    vehicle_prefix: Annotated[str, Meta(max_length=VEHICLE_CHARS - 1)] = ""
    loose_types: bool = False
    personal: tuple[MemberName, ...] = ("operator",)
    fields: Fields = Fields()
    plough: Plough = Plough()
    spread: Spread = Spread()


def as_table(field: Any, table: type[Any]) -> Any:
    """Return a field that may be written as its path alone in its long form."""
    return table(path=field) if isinstance(field, str) else field
