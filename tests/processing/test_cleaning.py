"""Acceptance masks beside a loop, at the limits and on hypothesis' numbers."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.processing.cleaning import (
    ACCEPTED,
    POSITION_REASONS,
    TIME_REASONS,
    Limits,
    position_reasons,
    time_reasons,
)
from vinterkoll.processing.rejects import Reason

LIMITS = Limits(future_max_s=300, west=10, south=55, east=25, north=70)
NOW = 1_700_000_000_000_000
HORIZON = NOW - 86_400_000_000


def _naive(time_us: int, received_us: int, lon: float, lat: float) -> Reason | None:
    if time_us - received_us > 300_000_000:
        return Reason.FUTURE
    if time_us < HORIZON:
        return Reason.TOO_OLD
    if abs(lon) < 0.001 and abs(lat) < 0.001:
        return Reason.NULL_ISLAND
    if math.isnan(lon) or math.isnan(lat) or not (10 <= lon <= 25 and 55 <= lat <= 70):
        return Reason.OUTSIDE_AREA
    return None


offsets = st.integers(-200_000_000_000, 1_000_000_000) | st.sampled_from(
    [300_000_000, 300_000_001, -86_400_000_000]
)
degrees = st.floats(-180, 180) | st.sampled_from([0.0, 10.0, 25.0, 55.0, 70.0, 0.0009, math.nan])


@given(st.lists(st.tuples(offsets, degrees, degrees), max_size=30))
def test_equal_the_naive_twin(drawn: list[tuple[int, float, float]]) -> None:
    time_us = np.array([NOW + one[0] for one in drawn], np.int64)
    received = np.full(len(drawn), NOW)
    lon, lat = np.array([one[1] for one in drawn]), np.array([one[2] for one in drawn])
    found = position_reasons(time_us, received, lon, lat, HORIZON, LIMITS)
    expected = [_naive(NOW + offset, NOW, x, y) for offset, x, y in drawn]
    assert [None if one == ACCEPTED else POSITION_REASONS[one] for one in found] == expected
    of_time = [one if one in TIME_REASONS else None for one in expected]
    assert [
        None if one == ACCEPTED else TIME_REASONS[one]
        for one in time_reasons(time_us, received, HORIZON, LIMITS)
    ] == of_time
