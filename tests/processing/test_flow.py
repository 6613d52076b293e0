"""Flow windows beside a loop over seconds' shares; weights, edges, order."""

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.processing.flow import WINDOW_US, Windows, flow_windows, overlaps

NAN = math.nan
Row = tuple[int, int, float, float, float, float]
"""Series, start in s, period in s, intensity, speed, occupancy."""


def windows_of(rows: list[Row]) -> Windows:
    series, start, period, intensity, speed, occupancy = (
        np.array([row[at] for row in rows], np.int64 if at < 2 else float) for at in range(6)
    )
    return flow_windows(
        series, start * 1_000_000, np.zeros(len(rows), np.int64), period, intensity, speed, occupancy
    )


def naive(rows: list[Row]) -> dict[tuple[int, int], tuple[float, float, float, float, float]]:
    parts: dict[tuple[int, int], list[tuple[float, Row]]] = defaultdict(list)
    for row in sorted(rows):
        series, start, period = row[:3]
        if not 0 < period <= 3600:
            continue
        for window in range(start // 300 * 300, math.ceil(start + period), 300):
            overlap = min(start + period, window + 300) - max(start, window)
            if overlap > 0:
                parts[series, window].append((overlap, row))
    result = {}
    for key, found in parts.items():
        vehicles = [(overlap * row[3] / row[2], row) for overlap, row in found]
        counted = [count for count, _ in vehicles if not math.isnan(count)]
        fast = [
            (count, row[4]) for count, row in vehicles if not math.isnan(count) and not math.isnan(row[4])
        ]
        speed = fast or [(overlap, row[4]) for overlap, row in found if not math.isnan(row[4])]
        filled = [(overlap, row[5]) for overlap, row in found if not math.isnan(row[5])]
        halves = {half for _, row in found for half in half_seconds(row, key[1])}
        counted_s = math.fsum(overlap for overlap, row in found if not math.isnan(row[3]))
        total = math.fsum(counted) if counted else NAN
        result[key] = (total, mean(speed), mean(filled), len(halves) / 2, counted_s)
    return result


def half_seconds(row: Row, window: int) -> range:
    """The half seconds of a window that a period covers."""
    begin, end = max(row[1], window), min(row[1] + row[2], window + 300)
    return range(round(begin * 2), round(end * 2))


def mean(pairs: list[tuple[float, float]]) -> float:
    weight = sum(one for one, _ in pairs)
    return sum(one * value for one, value in pairs) / weight if weight > 0 else NAN


number = st.sampled_from([NAN, 0.0, 1.0, 7.0, 40.0])
observations = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(-600, 4000),
        st.sampled_from([NAN, -5.0, 0.0, 0.5, 60.0, 90.0, 300.0, 900.0, 3600.0, 3601.0]),
        number,
        number,
        st.sampled_from([NAN, 0.0, 0.25, 1.0]),
    ),
    max_size=15,
    unique_by=lambda row: row[:2],
)


@given(observations)
def test_equal_the_naive_twin(rows: list[Row]) -> None:
    found, expected = windows_of(rows), naive(rows)
    keys = list(zip(found.series.tolist(), (found.start_us // 1_000_000).tolist(), strict=True))
    assert keys == sorted(expected)
    for at, key in enumerate(keys):
        got = [found.vehicles[at], found.speed_kmh[at], found.occupancy[at], found.covered_s[at]]
        got.append(found.counted_s[at])
        assert got == pytest.approx(expected[key], nan_ok=True)


@given(observations, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_no_bit(rows: list[Row], random: "object") -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = windows_of(rows), windows_of(shuffled)
    for name in Windows.__slots__:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_mean_speed_is_by_vehicles_not_by_periods() -> None:
    found = windows_of([(0, 0, 60, 90, 30, NAN), (0, 60, 60, 10, 70, NAN)])
    assert found.speed_kmh.tolist() == [34.0]


def test_the_flow_is_by_the_seconds_that_counted() -> None:
    """A minute that counted and one with a speed only: 30 vehicles a minute, not 15."""
    found = windows_of([(0, 0, 60, 30, 50, NAN), (0, 60, 60, NAN, 40, NAN)])
    assert (found.covered_s[0], found.counted_s[0]) == (120, 60)


def test_overlapping_periods_cover_a_second_once() -> None:
    found = windows_of([(0, 0, 300, 30, 50, NAN), (0, 60, 60, 6, 50, NAN)])
    assert (found.covered_s[0], found.counted_s[0]) == (300, 360)


def test_a_quarter_of_an_hour_is_shared_by_three_windows() -> None:
    found = windows_of([(0, 0, 900, 30, 50, 0.2)])
    assert found.vehicles.tolist() == [10, 10, 10]
    assert found.start_us.tolist() == [0, WINDOW_US, 2 * WINDOW_US]


def test_no_traffic_is_a_count_of_zero_without_a_speed() -> None:
    found = windows_of([(0, 0, 60, 0, NAN, 0.0)])
    assert (found.vehicles[0], found.occupancy[0]) == (0, 0)
    assert math.isnan(found.speed_kmh[0])


def test_empty() -> None:
    assert len(windows_of([]).series) == 0
    assert [len(column) for column in overlaps(np.empty(0, np.int64), np.empty(0))] == [0, 0, 0]
