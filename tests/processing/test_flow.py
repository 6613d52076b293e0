"""Flow windows beside a loop over seconds' shares; weights, edges, order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slow_flow import NAN, Row, slow_windows
from vinterkoll.processing.flow import WINDOW_US, Windows, flow_windows, overlaps


def windows_of(rows: list[Row]) -> Windows:
    series, start, period, intensity, speed, occupancy = (
        np.array([row[at] for row in rows], np.int64 if at < 2 else float) for at in range(6)
    )
    return flow_windows(
        series, start * 1_000_000, np.zeros(len(rows), np.int64), period, intensity, speed, occupancy
    )


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
    found, expected = windows_of(rows), slow_windows(rows)
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
