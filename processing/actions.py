"""Action codes of MIP profile v1 and their bit in an `actions` mask.

A code's bit is its place in `ACTIONS`: rows in the database hold masks, so the order is for ever and
new codes go to the end. Swedish names and neighbours' names are in docs/mip-profile-v1.md.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an action does to the road. Only `NONE` leaves no treated street behind."""

    SNOW = "snow"
    ICE = "ice"
    ANTI_SLIP = "anti-slip"
    OTHER = "other"
    NONE = "none"


ACTIONS: Final[dict[str, Kind]] = {
    "PLOUGHING": Kind.SNOW,
    "SIDE_PLOUGHING": Kind.SNOW,
    "BANK_LOWERING": Kind.SNOW,
    "SLUSH_DITCHING": Kind.SNOW,
    "GRADING": Kind.ICE,
    "DRAGGING": Kind.ICE,
    "SALTING_DRY": Kind.ANTI_SLIP,
    "SALTING_PREWETTED": Kind.ANTI_SLIP,
    "SALTING_BRINE": Kind.ANTI_SLIP,
    "SANDING_LINE": Kind.ANTI_SLIP,
    "SANDING_SPOT": Kind.ANTI_SLIP,
    "SNOW_REMOVAL": Kind.SNOW,
    "SWEEPING": Kind.SNOW,
    "SWEEP_SALTING": Kind.ANTI_SLIP,
    "SAND_COLLECTION": Kind.OTHER,
    "ICE_REMOVAL": Kind.ICE,
    "MELTWATER": Kind.OTHER,
    "SNOW_STAKES": Kind.OTHER,
    "INSPECTION": Kind.NONE,
    "OTHER": Kind.NONE,
    "UNKNOWN": Kind.NONE,
}

CODES: Final[tuple[str, ...]] = tuple(ACTIONS)
BIT: Final[dict[str, int]] = {code: 1 << place for place, code in enumerate(CODES)}
UNKNOWN: Final = BIT["UNKNOWN"]
PLOUGHING: Final = BIT["PLOUGHING"]
SIDE_PLOUGHING: Final = BIT["SIDE_PLOUGHING"]


def mask_of(codes: Iterable[str]) -> int:
    """Return the mask of `codes`.

    >>> mask_of(["PLOUGHING", "GRADING"])
    17

    Raises
    ------
    KeyError
        For a code that is not in `ACTIONS`.
    """
    mask = 0
    for code in codes:
        mask |= BIT[code]
    return mask


def codes_of(mask: int) -> list[str]:
    """Return the codes of `mask`, in the order of their bits.

    >>> codes_of(17)
    ['PLOUGHING', 'GRADING']
    """
    return [code for code, bit in BIT.items() if mask & bit]


PLOUGHING_ACTIONS: Final = mask_of(["PLOUGHING", "SIDE_PLOUGHING"])
"""Cancelled by a `plough` whose parts are all up."""

SPREADING_ACTIONS: Final = mask_of(
    ["SALTING_DRY", "SALTING_PREWETTED", "SALTING_BRINE", "SANDING_LINE", "SANDING_SPOT", "SWEEP_SALTING"]
)
"""Cancelled by a spreader that gives 0 g/m² and 0 ml/m²."""

TREATING_ACTIONS: Final = mask_of(code for code, kind in ACTIONS.items() if kind is not Kind.NONE)
"""Actions that leave a treated street behind."""
