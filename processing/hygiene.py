"""Which fixes cannot be believed, and why: flags by each fix's own fields and its few neighbours.

A flag is a mark, never a reason to refuse: a flagged fix is stored, treats nothing, and is passed over by its
neighbours' step. It looks at `FLAG_REACH` fixes on each side at most, and over no gap that a step may not cross, so a
fix has the same flags in every batch. A field that was not sent flags nothing.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vinterkoll.processing.observations import BoolColumn, IntColumn
from vinterkoll.processing.tracks import GAP_MAX_S, SKIP_MAX, SUPERSEDED, Fixes, along_line

FLAGS: Final = ("poor_accuracy", "frozen", "jump", "impossible_speed", "superseded")
"""A flag's bit is its place: rows in the database hold masks, so the order is for ever and new flags go to the end."""

BIT: Final[dict[str, int]] = {flag: 1 << place for place, flag in enumerate(FLAGS)}

JUMP_RUN_MAX: Final = SKIP_MAX
"""Longer excursions are not called jumps: no step could pass over them. Part of the rule, as the support follows from it."""

FROZEN_REPEATS: Final = 3
"""Fewer repeats happen to a moving vehicle whose supplier rounds coordinates. Part of the rule, like `JUMP_RUN_MAX`."""

FLAG_REACH: Final = 1 + max(JUMP_RUN_MAX, FROZEN_REPEATS)
"""How many fixes on each side a flag may look at: its neighbour's flags, and what these look at."""

FIX_FLAG: Final = np.dtype([("device_id", "i8"), ("time_us", "i8"), ("seq", "i8"), ("flags", "i8")])
"""The columns of table `fix_flag`, which holds the flagged fixes alone."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Versioned inputs of derivation: the database holds the values in force; these are the ones it begins with."""

    accuracy_max_m: float = 50.0
    """Beyond the distance between parallel streets a fix does not say which one it is on."""
    hdop_max: float = 10.0
    """50 m again, at the 5 m that a receiver's ranges are good for."""
    frozen_speed_min_kmh: float = 10.0
    """Below it, receivers hold their position on purpose, and coordinates rounded to metres repeat honestly."""
    jump_min_m: float = 50.0
    """Nearer than this, noise and times rounded to whole seconds make any speed."""
    speed_max_kmh: float = 140.0
    """No vehicle of winter maintenance drives as fast; the limit of the Finnish national service."""


def names_of(mask: int) -> list[str]:
    """Return the flags of `mask`, in the order of their bits.

    >>> names_of(5)
    ['poor_accuracy', 'jump']
    """
    return [flag for flag, bit in BIT.items() if mask & bit]


def flags_of(fixes: Fixes, thresholds: Thresholds) -> IntColumn:
    """Flag fixes.

    Parameters
    ----------
    fixes : n fixes, none left out

    Returns
    -------
    (n,) int64
        Mask of `BIT`; 0 for a fix to believe. Empty for empty input; NaN fields and coordinates flag nothing.

        poor_accuracy: it says so itself. frozen: one of at least `FROZEN_REPEATS` repeats of the same coordinates while
        speed or odometer say that the vehicle moves. jump: one of up to `JUMP_RUN_MAX` fixes that no vehicle could
        have come to and gone from, while the fixes before and after agree. impossible_speed: a neighbour without these flags
        is too far away for the time between, and none confirms it. superseded: a vertex of a line that another
        observation of the same instant replaced; it has no other flag, and is nobody's neighbour.

    Examples
    --------
    >>> none, nan = np.zeros(5, np.int64), np.full(5, np.nan)
    >>> fixes = Fixes(none, np.arange(5) * 5 * 10**6, none, np.array([0.0, 40, 900, 120, 160]), np.zeros(5),
    ...               nan, nan, none, none, np.array([4.0, 4, 4, 4, 90]), nan, nan, np.arange(5), none)
    >>> [names_of(mask) for mask in flags_of(fixes, Thresholds())]
    [[], [], ['jump'], [], ['poor_accuracy']]
    """
    in_track = fixes.line != SUPERSEDED
    if not in_track.all():
        flags = np.full(len(fixes), BIT["superseded"])
        flags[in_track] = flags_of(fixes.only(in_track), thresholds)
        return flags
    flags = np.where(
        (fixes.accuracy_m > _stored(thresholds.accuracy_max_m)) | (fixes.hdop > _stored(thresholds.hdop_max)),
        BIT["poor_accuracy"],
        0,
    )
    if len(fixes) < 2:
        return flags
    flags |= np.where(_frozen(fixes, thresholds), BIT["frozen"], 0)
    here = np.arange(len(fixes) - 1)
    possible, impossible = _verdict(fixes, here, here + 1, thresholds)
    if not impossible.any():
        return flags
    flags |= np.where(_jumps(fixes, possible, impossible, thresholds), BIT["jump"], 0)
    heard = (flags[:-1] == 0) & (flags[1:] == 0)
    unconfirmed = _touched(impossible & heard) & ~_touched(possible & heard)
    flags |= np.where(unconfirmed, BIT["impossible_speed"], 0)
    return flags


def _stored(threshold: float) -> float:
    """Round a threshold as the fields that it is compared with are stored: what was sent as 10.1 is not above 10.1.

    >>> float(np.float32(10.1)) > 10.1, float(np.float32(10.1)) > _stored(10.1)
    (True, False)
    """
    with np.errstate(over="ignore"):  # nothing is above infinity
        return float(np.float32(threshold))


def _verdict(
    fixes: Fixes, first: IntColumn, second: IntColumn, thresholds: Thresholds
) -> tuple[BoolColumn, BoolColumn]:
    """Tell for pairs of fixes (m,) whether a vehicle can drive from one to the other, and whether it cannot.

    Neither where they have nothing to say about each other: other groups, too long a gap, one instant without a line
    that leads from one to the other, NaN.
    """
    gap_s = (fixes.time_us[second] - fixes.time_us[first]) / 1e6
    metres = np.sqrt((fixes.x[second] - fixes.x[first]) ** 2 + (fixes.y[second] - fixes.y[first]) ** 2)
    near = (fixes.group[first] == fixes.group[second]) & (gap_s > 0) & (gap_s <= GAP_MAX_S)
    near &= np.isfinite(metres)
    too_far = (metres > thresholds.jump_min_m) & (metres * 3.6 > thresholds.speed_max_kmh * gap_s)
    return (near & ~too_far) | along_line(fixes, first, second), near & too_far


def _touched(steps: BoolColumn) -> BoolColumn:
    """Return the fixes (n,) at either end of the chosen steps (n - 1,)."""
    touched: BoolColumn = np.append(steps, False) | np.append(False, steps)
    return touched


def _jumps(fixes: Fixes, possible: BoolColumn, impossible: BoolColumn, thresholds: Thresholds) -> BoolColumn:
    """Runs of fixes between two impossible steps, possible among themselves, around which the track goes on."""
    jumps = np.zeros(len(fixes), bool)
    for length in range(1, JUMP_RUN_MAX + 1):
        before = np.flatnonzero(impossible[: max(len(impossible) - length, 0)])
        before = before[impossible[before + length]]
        for inner in range(1, length):
            before = before[possible[before + inner]]
        around, _ = _verdict(fixes, before, before + length + 1, thresholds)
        for member in range(1, length + 1):
            jumps[before[around] + member] = True
    return jumps


def _frozen(fixes: Fixes, thresholds: Thresholds) -> BoolColumn:
    """Fixes that repeat their predecessor's place within a long enough run of such repeats."""
    frozen = np.zeros(len(fixes), bool)
    here = np.flatnonzero((np.diff(fixes.x) == 0) & (np.diff(fixes.y) == 0))
    gap_s = (fixes.time_us[here + 1] - fixes.time_us[here]) / 1e6
    near = (fixes.group[here] == fixes.group[here + 1]) & (gap_s > 0) & (gap_s <= GAP_MAX_S)
    slower_kmh = np.minimum(fixes.speed_kmh[here], fixes.speed_kmh[here + 1])
    driven_m = fixes.odometer_m[here + 1] - fixes.odometer_m[here]
    least_kmh = thresholds.frozen_speed_min_kmh
    repeats = here[near & ((slower_kmh > _stored(least_kmh)) | (driven_m * 3.6 > least_kmh * gap_s))]
    last = FROZEN_REPEATS - 1
    starts = np.flatnonzero(repeats[last:] - repeats[: len(repeats) - last] == last)
    for member in range(FROZEN_REPEATS):
        frozen[repeats[starts + member] + 1] = True
    return frozen
