"""The JSON of MIP profile v1 as types: what they refuse is what docs/schemas/mip.schema.json refuses.

Null is the same as not sent. Of a key that comes twice the last counts, and all must be good.
"""

from datetime import datetime
from itertools import product
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.times import EARLIEST_MS, LATEST_MS
from vinterkoll.processing.actions import BIT, UNKNOWN
from vinterkoll.processing.observations import PLOUGH_PARTS

VEHICLE_CHARS: Final = 64
TEXT_CHARS: Final = 200
ACTION_CHARS: Final = 64
ACTIONS_MAX: Final = 32
"""More codes than there are; an equipment list is not an action list."""
REAL_MAX: Final = 3.4e38
"""The largest number a `real` column holds, in round figures."""

Vehicle = Annotated[str, Meta(min_length=1, max_length=VEHICLE_CHARS)]
Text = Annotated[str, Meta(max_length=TEXT_CHARS)]
Code = Annotated[str, Meta(min_length=1, max_length=ACTION_CHARS)]
Amount = Annotated[float, Meta(ge=0, le=REAL_MAX)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
EpochMs = Annotated[int, Meta(ge=EARLIEST_MS, lt=LATEST_MS)]
PloughState = Literal["UP", "DOWN"]


class Plough(Struct, gc=False, frozen=True):
    """Its parts; one that was not sent is unknown, not up."""

    front: PloughState | None = None
    side_left: PloughState | None = None
    side_right: PloughState | None = None
    underbody: PloughState | None = None


class Spread(Struct, gc=False, frozen=True):
    """What the spreader gives."""

    material: Text | None = None
    g_per_m2: Amount | None = None
    ml_per_m2: Amount | None = None
    width_m: Amount | None = None
    symmetry: Text | None = None


class Position(Struct, gc=False, frozen=True):
    """One fix of one vehicle."""

    time: datetime | EpochMs
    actions: Annotated[list[Code], Meta(max_length=ACTIONS_MAX)]
    vehicle: Vehicle | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    # Wide enough for all of SWEREF 99 TM, too narrow for easting and northing swapped.
    e: Annotated[float, Meta(ge=-500_000, le=2_000_000)] | None = None
    n: Annotated[float, Meta(ge=5_000_000, le=9_000_000)] | None = None
    speed_kmh: Amount | None = None
    heading: Annotated[float, Meta(ge=0, le=360)] | None = None
    accuracy_m: Amount | None = None
    hdop: Amount | None = None
    plough: Plough | None = None
    spread: Spread | None = None
    area: Text | None = None
    contract: Text | None = None
    seq: Int64 | None = None
    event: Text | None = None
    odometer_m: Amount | None = None


class Supplier(Struct, frozen=True):
    """What a wrapper says about all its `positions`."""

    vehicle: Vehicle | None = None


def actions_of(codes: list[str]) -> tuple[int, str]:
    """Return the mask of `codes`, and the texts of those that are not in the profile, sorted, one a line.

    >>> actions_of(["PLOUGHING", "snow  blowing"])
    (1048577, 'snow blowing')
    """
    mask = 0
    unknown: set[str] | None = None
    for code in codes:
        bit = BIT.get(code)
        if bit is None:
            text = " ".join(code.split())
            bit = BIT.get(text, UNKNOWN)
            if bit is UNKNOWN and text and text != "UNKNOWN":
                unknown = (unknown or set()) | {text}
        mask |= bit
    return mask, "\n".join(sorted(unknown)) if unknown else ""


def _plough_masks() -> dict[tuple[PloughState | None, ...], tuple[int, int]]:
    states: tuple[PloughState | None, ...] = (None, "UP", "DOWN")
    bits = tuple(PLOUGH_PARTS.values())
    return {
        parts: (
            sum(bit for bit, part in zip(bits, parts, strict=True) if part is not None),
            sum(bit for bit, part in zip(bits, parts, strict=True) if part == "DOWN"),
        )
        for parts in product(states, repeat=len(bits))
    }


PLOUGH_MASKS: Final = _plough_masks()
"""State of the parts, in the order of `PLOUGH_PARTS`, to the masks (known, down)."""
