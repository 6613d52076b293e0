"""Flags fix by fix, by the words of docs/hygiene.md."""

import math

import numpy as np

from vinterkoll.processing.hygiene import FROZEN_REPEATS, JUMP_RUN_MAX, Thresholds
from vinterkoll.processing.tracks import GAP_MAX_S, STEP_MAX_M, Fixes

NAN = math.nan


class SlowFlags:
    """The flags of each of some fixes, looked at alone; none of them superseded."""

    def __init__(self, fixes: Fixes, thresholds: Thresholds) -> None:
        self.fixes = fixes
        self.thresholds = thresholds
        self.all = range(len(fixes))

    def gap_s(self, a: int, b: int) -> float:
        fixes = self.fixes
        if a not in self.all or b not in self.all or fixes.group[a] != fixes.group[b]:
            return NAN
        gap = float(fixes.time_us[b] - fixes.time_us[a]) / 1e6
        return gap if 0 < gap <= GAP_MAX_S else NAN

    def verdict(self, a: int, b: int) -> str:
        fixes, gap = self.fixes, self.gap_s(a, b)
        if a not in self.all or b not in self.all:
            return ""
        metres = float(np.sqrt((fixes.x[b] - fixes.x[a]) ** 2 + (fixes.y[b] - fixes.y[a]) ** 2))
        if self.next_of_line(a, b) and metres < STEP_MAX_M:
            return "possible"
        if math.isnan(gap) or math.isnan(metres):
            return ""
        fast = metres > self.thresholds.jump_min_m and metres * 3.6 > self.thresholds.speed_max_kmh * gap
        return "impossible" if fast else "possible"

    def next_of_line(self, a: int, b: int) -> bool:
        fixes = self.fixes
        names = ("group", "time_us", "line")
        alike = all(getattr(fixes, name)[a] == getattr(fixes, name)[b] for name in names)
        return alike and bool(fixes.line[a] > 0 and fixes.seq[b] == fixes.seq[a] + 1)

    def repeats(self, i: int) -> bool:
        fixes, gap = self.fixes, self.gap_s(i - 1, i)
        if math.isnan(gap) or fixes.x[i] != fixes.x[i - 1] or fixes.y[i] != fixes.y[i - 1]:
            return False
        least = self.thresholds.frozen_speed_min_kmh
        driven = float(fixes.odometer_m[i] - fixes.odometer_m[i - 1])
        return (fixes.speed_kmh[i - 1] > least and fixes.speed_kmh[i] > least) or driven * 3.6 > least * gap

    def poor_accuracy(self, i: int) -> bool:
        fixes, most = self.fixes, self.thresholds
        return bool(fixes.accuracy_m[i] > most.accuracy_max_m or fixes.hdop[i] > most.hdop_max)

    def frozen(self, i: int) -> bool:
        windows = [range(first, first + FROZEN_REPEATS) for first in range(i - FROZEN_REPEATS + 1, i + 1)]
        return any(all(self.repeats(j) for j in window) for window in windows)

    def jump(self, i: int) -> bool:
        for length in range(1, JUMP_RUN_MAX + 1):
            for first in range(i - length + 1, i + 1):
                steps = [self.verdict(j, j + 1) for j in range(first - 1, first + length)]
                out_and_back = steps[0] == steps[-1] == "impossible"
                together = all(step == "possible" for step in steps[1:-1])
                if out_and_back and together and self.verdict(first - 1, first + length) == "possible":
                    return True
        return False

    def of_itself(self, i: int) -> set[str]:
        names = ("poor_accuracy", "frozen", "jump")
        return {name for name in names if getattr(self, name)(i)}

    def flags(self, i: int) -> set[str]:
        """The names of the flags of fix i."""
        if own := self.of_itself(i):
            return own
        neighbours = [j for j in (i - 1, i + 1) if j in self.all and not self.of_itself(j)]
        heard = [self.verdict(min(i, j), max(i, j)) for j in neighbours]
        return {"impossible_speed"} if "impossible" in heard and "possible" not in heard else set()
