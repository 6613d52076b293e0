"""Acceptance: what one observation and the receive clock alone can say against it. Neighbours are never asked."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.rejects import Reason

ACCEPTED: Final = -1
TIME_REASONS: Final = (Reason.FUTURE, Reason.TOO_OLD)
POSITION_REASONS: Final = (*TIME_REASONS, Reason.NULL_ISLAND, Reason.OUTSIDE_AREA)
"""In the order in which they are tested: the first that holds is the one reported."""

_NULL_ISLAND_DEG: Final = 0.001
"""A receiver without a fix reports 0/0, some with noise in the last decimals; 0.001° is about 100 m."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What is accepted. Longitudes and latitudes are WGS 84 degrees."""

    future_max_s: float
    age_max_s: float
    west: float
    south: float
    east: float
    north: float


def time_reasons(time_us: IntColumn, received_us: IntColumn, limits: Limits) -> NDArray[np.int8]:
    """Judge event times by the receive clock.

    Parameters
    ----------
    time_us, received_us : (n,) int64, microseconds since 1970 UTC

    Returns
    -------
    (n,) int8
        Index into `TIME_REASONS`, or `ACCEPTED`. Empty for empty input. The limits themselves are accepted.

    Examples
    --------
    >>> limits = Limits(future_max_s=300, age_max_s=86_400, west=10, south=55, east=25, north=70)
    >>> now = np.full(3, 10**15)
    >>> time_reasons(now + np.array([0, 301_000_000, -90_000_000_000]), now, limits)
    array([-1,  0,  1], dtype=int8)
    """
    ahead_us = time_us - received_us
    conditions = [ahead_us > limits.future_max_s * 1e6, ahead_us < -limits.age_max_s * 1e6]
    return np.select(conditions, [np.int8(0), np.int8(1)], np.int8(ACCEPTED))


def position_reasons(
    time_us: IntColumn, received_us: IntColumn, lon: FloatColumn, lat: FloatColumn, limits: Limits
) -> NDArray[np.int8]:
    """Judge vehicle positions by the receive clock, and by the service area.

    Parameters
    ----------
    time_us, received_us : (n,) int64, microseconds since 1970 UTC
    lon, lat : (n,) float64, degrees; NaN is outside every area

    Returns
    -------
    (n,) int8
        Index into `POSITION_REASONS`, or `ACCEPTED`. Empty for empty input. A point on the border is inside.

    Examples
    --------
    >>> limits = Limits(future_max_s=300, age_max_s=86_400, west=10, south=55, east=25, north=70)
    >>> now = np.full(3, 10**15)
    >>> position_reasons(now, now, np.array([18.7, 0.0, -4.7]), np.array([63.3, 0.0, 41.6]), limits)
    array([-1,  2,  3], dtype=int8)
    """
    null_island = (np.abs(lon) < _NULL_ISLAND_DEG) & (np.abs(lat) < _NULL_ISLAND_DEG)
    inside = (lon >= limits.west) & (lon <= limits.east) & (lat >= limits.south) & (lat <= limits.north)
    of_time = time_reasons(time_us, received_us, limits)
    of_place = np.select([null_island, ~inside], [np.int8(2), np.int8(3)], np.int8(ACCEPTED))
    return np.where(of_time == ACCEPTED, of_place, of_time)
