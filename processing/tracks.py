"""A vehicle's fixes in order, and which neighbours belong together: speed, gap and distance between consecutive fixes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn

GAP_MAX_S: Final = 300.0
STEP_MAX_M: Final = 500.0
STEP_SPEED_MAX_KMH: Final = 140.0
"""A track goes on only within these: the thresholds of the Finnish national service, the anchor to start from."""

REACH: Final = 1
"""How many linked fixes on each side the match of a fix may look at. Support and read-back follow from it."""


@dataclass(frozen=True, slots=True)
class Fixes:
    """n fixes, sorted by (group, time, seq), one a (time, seq). A group is one device within one range of time.

    `group`, `time_us`, `seq`: (n,) int64. `x`, `y`: (n,) float64 metres, SWEREF 99 TM. `speed_kmh`, `heading_deg`:
    (n,) float64, NaN where not sent. `kinds`: (n,) int64, the segment kinds that the vehicle treats. `actions`: (n,)
    int64, what it really did from this fix on.
    """

    group: IntColumn
    time_us: IntColumn
    seq: IntColumn
    x: FloatColumn
    y: FloatColumn
    speed_kmh: FloatColumn
    heading_deg: FloatColumn
    kinds: IntColumn
    actions: IntColumn

    def __len__(self) -> int:
        return len(self.time_us)


def linked_to_next(fixes: Fixes) -> BoolColumn:
    """Tell which fixes have an unbroken step to the next one.

    Returns
    -------
    (n,) bool
        False for the last fix of a group, across a break, and between two fixes of one instant. Empty for empty
        input; a NaN coordinate breaks the track.

    Examples
    --------
    >>> none = np.zeros(3, np.int64)
    >>> fixes = Fixes(none, np.array([0, 5, 400]) * 10**6, none, np.array([0.0, 40, 80]), np.zeros(3),
    ...               np.full(3, np.nan), np.full(3, np.nan), none, none)
    >>> linked_to_next(fixes)
    array([ True, False, False])
    """
    linked = np.zeros(len(fixes), bool)
    gap_s = np.diff(fixes.time_us) / 1e6
    step_m = np.sqrt(np.diff(fixes.x) ** 2 + np.diff(fixes.y) ** 2)
    same = np.diff(fixes.group) == 0
    slow_enough = step_m * 3.6 < STEP_SPEED_MAX_KMH * gap_s
    linked[:-1] = same & (gap_s > 0) & (gap_s <= GAP_MAX_S) & (step_m < STEP_MAX_M) & slow_enough
    return linked
