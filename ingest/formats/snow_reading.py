"""What a snow-depth sensor measured: from a network server's decoded object, or from the sensor's own bytes.

An object with one of the names below was decoded by the codec that the network server's operator chose for the device,
with the unit in its name, and wins. Bytes are recognised by the first one: 2 is Decentlab, 8 to 15 are VEGAPULS Air.
The port says nothing: both use 1. (VEGAPULS' older packet 2 is as long as Decentlab's and is not recognised.)
"""

import math
from typing import Annotated, Final, NamedTuple

from msgspec import Meta, Struct

from vinterkoll.ingest.formats import decentlab, vegapuls
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.rejects import Reason

PAYLOAD_BYTES_MAX: Final = 255
"""What a LoRaWAN frame can hold."""

_VEGAPULS: Final = vegapuls.PACKET_BYTES.keys() | vegapuls.WITHOUT_DISTANCE


class Reading(NamedTuple):
    """What one uplink measured; NaN for what it did not."""

    distance_m: float
    depth_m: float
    battery_v: float


class Measured(Struct, gc=False, frozen=True):
    """An object that a network server decoded. Other names are not read: their units are not known."""

    distance_m: Annotated[float, Meta(ge=0, le=120)] | None = None
    distance_cm: Annotated[float, Meta(ge=0, le=12_000)] | None = None
    distance_mm: Annotated[float, Meta(ge=0, le=120_000)] | None = None
    snow_depth_m: Annotated[float, Meta(ge=-1, le=20)] | None = None
    snow_depth_cm: Annotated[float, Meta(ge=-100, le=2_000)] | None = None
    snow_depth_mm: Annotated[float, Meta(ge=-1_000, le=20_000)] | None = None
    battery_v: Annotated[float, Meta(ge=0, le=100)] | None = None
    battery_mv: Annotated[float, Meta(ge=0, le=100_000)] | None = None


def reading_of(measured: Measured | None, payload: bytes | None, field: str) -> Reading:
    """Return the reading in `measured`, else in `payload`, the bytes sent as `field`.

    Raises
    ------
    Problem
        When neither was sent, or the bytes are not recognised or broken.
    """
    of_object = None if measured is None else _of_object(measured)
    if of_object is not None and not (math.isnan(of_object.distance_m) and math.isnan(of_object.depth_m)):
        return of_object
    if payload is not None:
        return _of_bytes(payload, field)
    if of_object is not None and not math.isnan(of_object.battery_v):
        return of_object
    raise Problem(Reason.MISSING_FIELD, field, "required, was not sent")


def _of_object(measured: Measured) -> Reading:
    return Reading(
        _first(measured.distance_m, measured.distance_cm, measured.distance_mm),
        _first(measured.snow_depth_m, measured.snow_depth_cm, measured.snow_depth_mm),
        _first(measured.battery_v, None, measured.battery_mv),
    )


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
