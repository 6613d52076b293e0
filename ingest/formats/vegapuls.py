"""VEGAPULS Air 41 (radar distance), packets 8 to 15: the bytes inside a LoRaWAN uplink.

Packet 8, the default, by the maker's own example `083FA31F152D2401042009`: identifier, float32 distance, unit, battery
in percent, int16 tenths of a degree, its unit, inclination. The others put the NAMUR state before the distance (10, 11,
14, 15), or more after it. Nothing but the distance has a column.
"""

import math
import struct
from typing import Final

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.rejects import Reason

PACKET_BYTES: Final = {8: 11, 9: 19, 10: 16, 11: 24, 12: 20, 13: 28, 14: 25, 15: 33}
"""Packets that carry a distance, and their lengths."""
WITHOUT_DISTANCE: Final = frozenset({6, 7, *range(16, 27)})
"""Packets about the device itself."""

_WITH_NAMUR_STATE: Final = frozenset({10, 11, 14, 15})
_DISTANCE: Final = struct.Struct(">fB")
_METRES: Final = {44: 0.3048, 45: 1.0, 47: 0.0254, 49: 0.001}
"""Unit byte to metres: foot, metre, inch, millimetre."""
_RANGE_MAX_M: Final = 120.0
"""Beyond what any sensor of the series reaches."""


def distance_m(payload: bytes) -> float:
    """Return the distance in `payload` in metres; NaN where the sensor has none.

    >>> round(distance_m(bytes.fromhex("083FA31F152D2401042009")), 5)
    1.27439

    Raises
    ------
    Problem
        When `payload` is no packet with a distance, or the distance cannot be one.
    """
    packet = payload[0] if payload else -1
    if packet in WITHOUT_DISTANCE:
        raise _bad(f"a packet with a distance, got packet {packet}, which is about the device")
    if PACKET_BYTES.get(packet) != len(payload):
        raise _bad(f"{PACKET_BYTES.get(packet)} bytes for packet {packet}, got {len(payload)}")
    value, unit = _DISTANCE.unpack_from(payload, 2 if packet in _WITH_NAMUR_STATE else 1)
    if unit not in _METRES:
        raise _bad(f"a unit of length, got {unit}")
    metres = float(value) * _METRES[unit]
    if math.isnan(metres):
        return math.nan
    if not 0 <= metres <= _RANGE_MAX_M:
        raise _bad(f"a distance of at most {_RANGE_MAX_M:g} m, got {metres:g}")
    return metres


def _bad(expected: str) -> Problem:
    return Problem(Reason.BAD_PAYLOAD, "data", f"expected VEGAPULS Air: {expected}")
