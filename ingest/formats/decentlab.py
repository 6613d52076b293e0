"""Decentlab protocol 2, sensor DL-MBX (ultrasonic distance): the bytes inside a LoRaWAN uplink."""

import math
import struct
from typing import Final, NamedTuple

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.rejects import Reason

PROTOCOL: Final = 2
_HEAD: Final = struct.Struct(">BHH")  # protocol, device id, flags: which groups of words follow
_DISTANCE: Final = struct.Struct(">HH")  # millimetres, valid samples
_BATTERY: Final = struct.Struct(">H")  # millivolts
_HAS_DISTANCE: Final = 1
_HAS_BATTERY: Final = 2
_SAMPLES_MAX: Final = 255
"""A DL-MBX takes 15 samples. A DL-SHT35 writes the same words, but its second is a humidity, 256 at 0.4 %."""


class Reading(NamedTuple):
    """What one payload measured; NaN for what it did not."""

    device_id: int
    distance_m: float
    battery_v: float


def decode_mbx(payload: bytes) -> Reading:
    """Return the reading in `payload`; a distance without one valid sample is none.

    >>> decode_mbx(bytes.fromhex("02012f000304d200010bb1"))
    Reading(device_id=303, distance_m=1.234, battery_v=2.993)

    Raises
    ------
    Problem
        When `payload` is not DL-MBX protocol 2.
    """
    if len(payload) < _HEAD.size:
        raise _bad(f"at least {_HEAD.size} bytes, got {len(payload)}")
    protocol, device_id, flags = _HEAD.unpack_from(payload)
    if protocol != PROTOCOL:
        raise _bad(f"protocol {PROTOCOL}, got {protocol}")
    if flags & ~(_HAS_DISTANCE | _HAS_BATTERY):
        raise _bad(f"flags for distance and battery only, got {flags:#06x}")
    size = (
        _HEAD.size + bool(flags & _HAS_DISTANCE) * _DISTANCE.size + bool(flags & _HAS_BATTERY) * _BATTERY.size
    )
    if len(payload) != size:
        raise _bad(f"{size} bytes by its flags, got {len(payload)}")
    distance_m = battery_v = math.nan
    if flags & _HAS_DISTANCE:
        distance_mm, valid_samples = _DISTANCE.unpack_from(payload, _HEAD.size)
        if valid_samples > _SAMPLES_MAX:
            raise _bad(f"at most {_SAMPLES_MAX} samples, got {valid_samples}: this is another sensor")
        distance_m = distance_mm / 1_000 if valid_samples else math.nan
    if flags & _HAS_BATTERY:
        battery_v = _BATTERY.unpack_from(payload, size - _BATTERY.size)[0] / 1_000
    return Reading(device_id, distance_m, battery_v)


def _bad(expected: str) -> Problem:
    return Problem(Reason.BAD_PAYLOAD, "data", f"expected Decentlab DL-MBX: {expected}")
