"""What a snow-depth sensor measured: from a network server's decoded object, or from the sensor's own bytes.

An object was decoded by the codec that the network server's operator chose for the device, and wins where it says a
unit: in a name below, or beside the value as in Decentlab's. Bytes are recognised by the first one: 2 is Decentlab, 8 to 15
are VEGAPULS Air. The port says nothing: both use 1. (VEGAPULS' older packet 2 is refused by its second word.)
"""

import math
from collections.abc import Mapping
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Raw, Struct

from vinterkoll.ingest.formats import decentlab, vegapuls
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.rejects import Reason

PAYLOAD_BYTES_MAX: Final = 255
"""What a LoRaWAN frame can hold."""

_PER_METRE: Final = {"m": 1, "cm": 100, "mm": 1_000}
_PER_VOLT: Final = {"V": 1, "mV": 1_000}
_DISTANCE_MAX_M: Final = 120.0
"""Beyond what any sensor reaches; also below, by its unit."""
_BATTERY_MAX_V: Final = 100.0

_VEGAPULS: Final = vegapuls.PACKET_BYTES.keys() | vegapuls.WITHOUT_DISTANCE


class Reading(NamedTuple):
    """What one uplink measured; NaN for what it did not."""

    distance_m: float
    depth_m: float
    battery_v: float


class Sent(NamedTuple):
    """What an uplink holds of a measurement, and the names of its fields."""

    measured: "Measured | None"
    measured_field: str
    payload: bytes | None
    payload_field: str


Unread = bool | str | list[Raw] | dict[str, Raw] | None
"""What is no number."""


class Quantity(Struct, gc=False, frozen=True):
    """A value with its unit, as Decentlab's own decoder writes it."""

    value: float | Unread = None
    unit: float | Unread = None


Quantified = Quantity | bool | float | str | list[Raw] | None
"""What other codecs send under the same name says no unit, and is not read."""


class Measured(Struct, gc=False, frozen=True):
    """An object that a network server decoded. Other names are not read: their units are not known."""

    distance: Quantified = None
    number_of_valid_samples: Quantified = None
    battery_voltage: Quantified = None
    distance_m: Annotated[float, Meta(ge=0, le=120)] | None = None
    distance_cm: Annotated[float, Meta(ge=0, le=12_000)] | None = None
    distance_mm: Annotated[float, Meta(ge=0, le=120_000)] | None = None
    snow_depth_m: Annotated[float, Meta(ge=-1, le=20)] | None = None
    snow_depth_cm: Annotated[float, Meta(ge=-100, le=2_000)] | None = None
    snow_depth_mm: Annotated[float, Meta(ge=-1_000, le=20_000)] | None = None
    battery_v: Annotated[float, Meta(ge=0, le=100)] | None = None
    battery_mv: Annotated[float, Meta(ge=0, le=100_000)] | None = None


def reading_of(sent: Sent) -> Reading:
    """Return the reading in the object that was sent, else in the bytes.

    Raises
    ------
    Problem
        When neither was sent, or the bytes are not recognised or broken.
    """
    of_object = None if sent.measured is None else _of_object(sent.measured, sent.measured_field)
    if of_object is not None and not (math.isnan(of_object.distance_m) and math.isnan(of_object.depth_m)):
        return of_object
    if sent.payload is not None:
        return _of_bytes(sent.payload, sent.payload_field)
    if of_object is not None and not math.isnan(of_object.battery_v):
        return of_object
    raise Problem(Reason.MISSING_FIELD, sent.payload_field, "required, was not sent")


def _of_object(measured: Measured, field: str) -> Reading:
    distance_m = _first(measured.distance_m, measured.distance_cm, measured.distance_mm)
    if isinstance(measured.distance, Quantity) and math.isnan(distance_m) and not _no_samples(measured):
        distance_m = _in(measured.distance, _PER_METRE, _DISTANCE_MAX_M, f"{field}.distance")
    battery_v = _first(measured.battery_v, None, measured.battery_mv)
    if isinstance(measured.battery_voltage, Quantity) and math.isnan(battery_v):
        battery_v = _in(measured.battery_voltage, _PER_VOLT, _BATTERY_MAX_V, f"{field}.battery_voltage")
    depth_m = _first(measured.snow_depth_m, measured.snow_depth_cm, measured.snow_depth_mm)
    return Reading(distance_m, depth_m, battery_v)


def _no_samples(measured: Measured) -> bool:
    samples = measured.number_of_valid_samples
    return isinstance(samples, Quantity) and samples.value == 0


def _in(sent: Quantity, per_unit: Mapping[str, int], most: float, field: str) -> float:
    """Return the value in the unit of `per_unit` that counts 1; NaN where it is no number, or its own unit is not known."""
    parts = per_unit.get(sent.unit) if isinstance(sent.unit, str) else None
    if isinstance(sent.value, bool) or not isinstance(sent.value, int | float) or parts is None:
        return math.nan
    value: float = sent.value / parts
    if not 0 <= value <= most:
        raise Problem(
            Reason.OUT_OF_RANGE, field, f"expected 0 to {most:g} {next(iter(per_unit))}, got {value:g}"
        )
    return value


def _first(whole: float | None, hundredths: float | None, thousandths: float | None) -> float:
    if whole is not None:
        return whole
    if hundredths is not None:
        return hundredths / 100
    return math.nan if thousandths is None else thousandths / 1_000


def _of_bytes(payload: bytes, field: str) -> Reading:
    first = payload[0] if payload else None
    try:
        if first == decentlab.PROTOCOL:
            _, distance_m, battery_v = decentlab.decode_mbx(payload)
            return Reading(distance_m, math.nan, battery_v)
        if first in _VEGAPULS:
            return Reading(vegapuls.distance_m(payload), math.nan, math.nan)
    except Problem as problem:
        raise Problem(problem.code, field, problem.detail) from problem
    got = "nothing" if first is None else f"first byte {first}"
    raise Problem(
        Reason.BAD_PAYLOAD, field, f"expected bytes of Decentlab (2) or VEGAPULS Air (8 to 15), got {got}"
    )
