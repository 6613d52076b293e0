"""Flags beside a loop that looks at each fix alone; what is believed and what is not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from small_town import fixes_of
from vinterkoll.processing.hygiene import (
    BIT,
    FLAG_REACH,
    FROZEN_REPEATS,
    JUMP_RUN_MAX,
    Thresholds,
    flags_of,
    names_of,
)
from vinterkoll.processing.tracks import GAP_MAX_S, STEP_MAX_M, Fixes

NAN = math.nan
THRESHOLDS = Thresholds()


class Naive:
    """Fix by fix, by the words of docs/hygiene.md."""

    def __init__(self, fixes: Fixes) -> None:
        self.fixes = fixes
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
        fast = metres > THRESHOLDS.jump_min_m and metres * 3.6 > THRESHOLDS.speed_max_kmh * gap
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
        least = THRESHOLDS.frozen_speed_min_kmh
        driven = float(fixes.odometer_m[i] - fixes.odometer_m[i - 1])
        return (fixes.speed_kmh[i - 1] > least and fixes.speed_kmh[i] > least) or driven * 3.6 > least * gap

    def poor_accuracy(self, i: int) -> bool:
        fixes = self.fixes
        return bool(fixes.accuracy_m[i] > THRESHOLDS.accuracy_max_m or fixes.hdop[i] > THRESHOLDS.hdop_max)

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

    def superseded(self, i: int) -> bool:
        return bool(self.fixes.line[i] < 0)

    def of_itself(self, i: int) -> set[str]:
        names = ("poor_accuracy", "frozen", "jump", "superseded")
        return {name for name in names if getattr(self, name)(i)}

    def flags(self, i: int) -> set[str]:
        if own := self.of_itself(i):
            return own
        neighbours = [j for j in (i - 1, i + 1) if j in self.all and not self.of_itself(j)]
        heard = [self.verdict(min(i, j), max(i, j)) for j in neighbours]
        return {"impossible_speed"} if "impossible" in heard and "possible" not in heard else set()


def found(fixes: Fixes) -> list[set[str]]:
    return [set(names_of(mask)) for mask in flags_of(fixes, THRESHOLDS).tolist()]


drawn_fixes = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 5, 5, 5, 5, 20, 299, 300, 301]),  # seconds since the one before
        st.sampled_from(
            [0.0, 0.0, 30.0, 49.0, 51.0, 190.0, 194.5, 300.0, -300.0, -300.0, 2000.0, -2000.0, NAN]
        ),
        st.sampled_from([NAN, 0.0, 10.0, 10.1, 30.0]),
        st.sampled_from([NAN, 0.0, 100.0]),  # metres on the odometer since the one before
        st.sampled_from([NAN, 5.0, 5.0, 5.0, 50.1]),
        st.sampled_from([NAN, 1.0, 1.0, 10.1]),
        st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1]),  # a new group begins
        st.sampled_from([0, 0, 5, 5, 5, 6, -1]),  # the line, where it has a fix of the same time before it
    ),
    max_size=25,
)


def track(drawn: list[tuple[float, ...]]) -> Fixes:
    at, along, odometer, group = 0.0, 0.0, 0.0, 0
    points, columns = [], {name: [] for name in ("time_s", "odometer_m", "group", "seq", "line")}  # type: ignore[var-annotated]
    for gap, step, _, driven, _, _, begins, line in drawn:
        at, group = at + gap, group + int(begins)
        along += 0.0 if math.isnan(step) else step
        odometer += 0.0 if math.isnan(driven) else driven
        points.append((NAN if math.isnan(step) else along, 0.0))
        columns["time_s"].append(at)
        columns["odometer_m"].append(NAN if math.isnan(driven) else odometer)
        columns["group"].append(group)
        columns["seq"].append(columns["seq"][-1] + 1 if columns["seq"] and not gap else 0)
        columns["line"].append(line)
    named = zip(("speed_kmh", "accuracy_m", "hdop"), (2, 4, 5), strict=True)
    return fixes_of(points, **columns, **{name: [one[at] for one in drawn] for name, at in named})


@settings(max_examples=500)
@given(drawn_fixes)
def test_equal_the_naive_twin(drawn: list[tuple[float, ...]]) -> None:
    fixes = track(drawn)
    assert found(fixes) == [Naive(fixes).flags(i) for i in range(len(fixes))]


@settings(max_examples=300)
@given(drawn_fixes, st.integers(0, 24), st.integers(0, 24))
def test_a_flag_depends_on_its_reach_only(drawn: list[tuple[float, ...]], low: int, high: int) -> None:
    whole = track(drawn)
    low, high = min(low, high), max(low, high) + 1
    places = np.arange(len(whole))
    part = whole.only((places >= low - FLAG_REACH) & (places < high + FLAG_REACH))
    first = low - max(low - FLAG_REACH, 0)
    assert found(part)[first : first + high - low] == found(whole)[low:high]


def driven(*metres: float, **columns: list[float]) -> list[set[str]]:
    return found(fixes_of([(along, 0.0) for along in metres], **columns))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_there_and_back_is_a_jump(count: int) -> None:
    away = [5000.0 + 40 * at for at in range(count)]
    flags = driven(0, 40, *away, 80, 120)
    assert flags == [set(), set(), *[{"jump"}] * count, set(), set()]


def test_a_longer_excursion_is_another_place() -> None:
    assert driven(0, 40, 5000, 5040, 5080, 5120, 80, 120) == [set()] * 8


def test_two_that_fit_nothing_are_impossible() -> None:
    assert driven(0, 40, 5000, 9000, 80, 120) == [
        set(),
        set(),
        {"impossible_speed"},
        {"impossible_speed"},
        set(),
        set(),
    ]


def test_the_newest_fix_far_away_waits_for_a_second_one() -> None:
    assert driven(0, 40, 5000) == [set(), set(), {"impossible_speed"}]
    assert driven(0, 40, 5000, 5040) == [set()] * 4
    assert driven(0, 5000, 40) == [set(), {"jump"}, set()]


def test_noise_of_a_standing_vehicle_is_no_jump() -> None:
    assert driven(0, 49, 0, 49, 0, time_s=[0, 1, 2, 3, 4]) == [set()] * 5


@pytest.mark.parametrize(
    ("columns", "frozen"),
    [
        ({"speed_kmh": [30.0] * 6}, True),
        ({"speed_kmh": [0.0] * 6}, False),
        ({"speed_kmh": [30.0, 30, 0, 0, 0, 0]}, False),
        ({"odometer_m": [0.0, 40, 80, 120, 160, 200]}, True),
        ({"odometer_m": [70.0] * 6}, False),
        ({}, False),
    ],
)
def test_the_same_place_again_and_again_while_moving(columns: dict[str, list[float]], frozen: bool) -> None:
    expected: set[str] = {"frozen"} if frozen else set()
    assert driven(0, 40, 40, 40, 40, 80, **columns) == [set(), set(), *[expected] * 3, set()]


def test_two_repeats_are_rounding() -> None:
    assert driven(0, 40, 40, 40, 80, speed_kmh=[30.0] * 5) == [set()] * 5


def test_the_limits_themselves_are_good() -> None:
    assert driven(0, 40, accuracy_m=[50.0, 50.1], hdop=[10.0, NAN]) == [set(), {"poor_accuracy"}]
    assert driven(0, 40, hdop=[10.0, 10.1]) == [set(), {"poor_accuracy"}]


def test_what_is_sent_as_the_threshold_is_good() -> None:
    sent = {name: [float(np.float32(10.1))] * 5 for name in ("accuracy_m", "hdop", "speed_kmh")}
    fixes = fixes_of([(0.0, 0.0)] * 5, **sent)
    limits = Thresholds(accuracy_max_m=10.1, hdop_max=10.1, frozen_speed_min_kmh=10.1)
    assert flags_of(fixes, limits).tolist() == [0] * 5
    lower = Thresholds(accuracy_max_m=10.09, hdop_max=1e300, frozen_speed_min_kmh=10.09)
    assert flags_of(fixes, lower).tolist() == [1, 3, 3, 3, 3]


def test_a_line_confirms_its_own_ends() -> None:
    """The line of the last minute reaches back: its first vertex is impossibly far from the fix before."""
    columns: dict[str, list[float]] = {"time_s": [0, 5, 5, 5, 10], "seq": [0, 0, 1, 2, 0]}
    assert driven(0, -400, -200, 0, 40, **columns, line=[0, 7, 7, 7, 0]) == [
        {"impossible_speed"},
        *[set()] * 4,
    ]
    assert driven(0, -400, -200, 0, 40, **columns)[1] == {"impossible_speed"}
    assert driven(0, -40, -20, 0, 40, **columns, line=[0, 7, 7, -1, 0])[3] == {"superseded"}


def test_bits_are_for_ever() -> None:
    assert BIT == {"poor_accuracy": 1, "frozen": 2, "jump": 4, "impossible_speed": 8, "superseded": 16}
