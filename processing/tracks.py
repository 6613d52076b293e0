"""A vehicle's fixes in order, and which neighbours belong together: speed, gap and distance between consecutive fixes."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn

GAP_MAX_S: Final = 300.0
STEP_MAX_M: Final = 500.0
STEP_SPEED_MAX_KMH: Final = 140.0
"""A track goes on only within these: the thresholds of the Finnish national service, the anchor to start from. They are
part of the algorithm, not settings: the support that is read back follows from the gap."""

SKIP_MAX: Final = 3
"""So many flagged fixes in a row a step passes over. At one fix each 5 s that is 20 s, within which a plough rarely takes
more than one turn; with more, the neighbourhood that each new fix reads back grows for little."""

REACH: Final = 3
"""How many linked fixes on each side the match of a fix may look at. Support and read-back follow from it."""


NO_LINE: Final = 0
SUPERSEDED: Final = -1
"""A vertex of a line that another observation of the same instant replaced: in no way part of the track."""


@dataclass(frozen=True, slots=True)
class Fixes:
    """n fixes, sorted by (group, time, seq), one a (time, seq). A group is one device within one range of time.

    `group`, `time_us`, `seq`: (n,) int64. `x`, `y`: (n,) float64 metres, SWEREF 99 TM. `speed_kmh`, `heading_deg`,
    `accuracy_m`, `hdop`, `odometer_m`: (n,) float64, NaN where not sent. `kinds`: (n,) int64, the segment kinds that
    the vehicle treats. `actions`: (n,) int64, what it really did from this fix on. `place`: (n,) int64, its place among
    all fixes, also when some are left out; superseded ones have none of their own. `line`: (n,) int64, the line it is a
    vertex of, `NO_LINE`, or `SUPERSEDED`.
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
    accuracy_m: FloatColumn
    hdop: FloatColumn
    odometer_m: FloatColumn
    place: IntColumn
    line: IntColumn

    def __len__(self) -> int:
        return len(self.time_us)

    def only(self, chosen: BoolColumn | IntColumn) -> "Fixes":
        """Return the chosen fixes: (n,) bool, or (m,) their indices."""
        return Fixes(*(getattr(self, field.name)[chosen] for field in fields(self)))


def along_line(fixes: Fixes, first: IntColumn, second: IntColumn) -> BoolColumn:
    """Tell for pairs of fixes (m,) whether a line leads straight from one to the other, less than `STEP_MAX_M` away.

    Its vertices share one time, and are driven one after the other all the same. A NaN coordinate is nowhere near.
    """
    step_m = np.sqrt((fixes.x[second] - fixes.x[first]) ** 2 + (fixes.y[second] - fixes.y[first]) ** 2)
    one = (fixes.group[first] == fixes.group[second]) & (fixes.time_us[first] == fixes.time_us[second])
    one &= (fixes.line[first] == fixes.line[second]) & (fixes.line[first] > NO_LINE)
    next_one: BoolColumn = one & (fixes.seq[second] - fixes.seq[first] == 1) & (step_m < STEP_MAX_M)
    return next_one


def linked_to_next(fixes: Fixes) -> BoolColumn:
    """Tell which fixes have an unbroken step to the next one.

    Returns
    -------
    (n,) bool
        False for the last fix of a group, across a break, where more than `SKIP_MAX` fixes are left out, and between
        two fixes of one instant that no line joins. Empty for empty input; a NaN coordinate breaks the track.

    Examples
    --------
    >>> none, nan = np.zeros(4, np.int64), np.full(4, np.nan)
    >>> fixes = Fixes(none, np.array([0, 5, 10, 400]) * 10**6, none, np.array([0.0, 40, 80, 120]), np.zeros(4),
    ...               nan, nan, none, none, nan, nan, nan, np.array([0, 4, 9, 10]), none)
    >>> linked_to_next(fixes)
    array([ True, False, False, False])
    """
    linked = np.zeros(len(fixes), bool)
    gap_s = np.diff(fixes.time_us) / 1e6
    step_m = np.sqrt(np.diff(fixes.x) ** 2 + np.diff(fixes.y) ** 2)
    same = (np.diff(fixes.group) == 0) & (np.diff(fixes.place) <= 1 + SKIP_MAX)
    slow_enough = step_m * 3.6 < STEP_SPEED_MAX_KMH * gap_s
    linked[:-1] = same & (gap_s > 0) & (gap_s <= GAP_MAX_S) & (step_m < STEP_MAX_M) & slow_enough
    here = np.arange(len(fixes) - 1)
    linked[:-1] |= along_line(fixes, here, here + 1)
    return linked
