"""What can go wrong between a street and a database, by name: the one list of faults that `--faults` chooses from."""

from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """A fault. What each does is in `TOLD`; none is on unless named."""

    DEAD_ZONES = "dead-zones"
    DUPLICATES = "duplicates"
    REORDERING = "reordering"
    BROKEN = "broken"
    CLOCK_SKEW = "clock-skew"
    FROZEN_GPS = "frozen-gps"
    JUMPS = "jumps"
    ZERO_FIXES = "zero-fixes"
    STUCK_SNOW = "stuck-snow"
    ZERO_COUNTS = "zero-counts"
    DETOURS = "detours"
    PLOUGH_UP = "plough-up"


Faults = frozenset[Fault]

NONE: Final[Faults] = frozenset()
ALL: Final[Faults] = frozenset(Fault)
DELIVERY: Final = frozenset({Fault.DEAD_ZONES, Fault.DUPLICATES, Fault.REORDERING, Fault.BROKEN})
"""When, how often and in which order messages are sent; never what they say."""
DRIVING: Final = frozenset({Fault.DETOURS, Fault.PLOUGH_UP})
"""Where vehicles drive and what they treat: other rounds, with another truth."""

TOLD: Final = {
    Fault.DEAD_ZONES: "no coverage in some places: fixes are kept and sent in one go on leaving",
    Fault.DUPLICATES: "4 % of the messages are sent again, within 15 minutes",
    Fault.REORDERING: "15 % of the messages are up to 25 s late and come after younger ones",
    Fault.BROKEN: "0.5 % of the messages are sent cut in half first: bad_json",
    Fault.CLOCK_SKEW: "hk-11's clock is 97 s slow",
    Fault.FROZEN_GPS: "as-1 repeats one position for 4 minutes of each half hour",
    Fault.JUMPS: "1 % of np-01's fixes are 0.4-3 km off",
    Fault.ZERO_FIXES: "1 % of np-06's fixes are at 0° 0°: null_island",
    Fault.STUCK_SNOW: "the second snow sensor repeats one value",
    Fault.ZERO_COUNTS: "the third traffic counter counts nothing",
    Fault.DETOURS: "vehicles leave their round and come back",
    Fault.PLOUGH_UP: "vehicles drive some streets of their round without treating them",
}

EVERYTHING: Final = "all"


def faults_of(text: str) -> Faults:
    """Return the faults of a list such as `dead-zones,duplicates`; `all` is all of them, nothing is none.

    Raises
    ------
    ValueError
        Naming what is no fault.

    >>> sorted(faults_of("jumps, dead-zones"))
    [<Fault.DEAD_ZONES: 'dead-zones'>, <Fault.JUMPS: 'jumps'>]
    """
    names = {name.strip() for name in text.split(",")} - {""}
    if names == {EVERYTHING}:
        return ALL
    unknown = sorted(names - {fault.value for fault in Fault})
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: the faults are {', '.join(Fault)}, or {EVERYTHING}")
    return frozenset(Fault(name) for name in names)
