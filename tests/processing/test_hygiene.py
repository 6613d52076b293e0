"""Flags beside a loop that looks at each fix alone; what is believed and what is not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slow_hygiene import SlowFlags
from small_town import fixes_of
from vinterkoll.processing.hygiene import (
    BIT,
    FLAG_REACH,
    Thresholds,
    flags_of,
    names_of,
)
from vinterkoll.processing.tracks import SUPERSEDED, Fixes

NAN = math.nan
THRESHOLDS = Thresholds()


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
    in_track = fixes.line != SUPERSEDED
    slow = SlowFlags(fixes.only(in_track), THRESHOLDS)
    of_track = iter([slow.flags(i) for i in slow.all])
    assert found(fixes) == [next(of_track) if one else {"superseded"} for one in in_track.tolist()]


@settings(max_examples=300)
@given(drawn_fixes, st.integers(0, 24), st.integers(0, 24))
def test_a_flag_depends_on_its_reach_only(drawn: list[tuple[float, ...]], low: int, high: int) -> None:
    whole = track(drawn)
    whole = whole.only(whole.line != SUPERSEDED)
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
