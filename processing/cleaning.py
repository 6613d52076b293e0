"""Acceptance: what one observation, the receive clock and the raw horizon can say against it. Neighbours are never asked."""

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
    west: float
    south: float
    east: float
    north: float


def time_reasons(
    time_us: IntColumn, received_us: IntColumn, horizon_us: int, limits: Limits
) -> NDArray[np.int8]:
    """Judge event times by the receive clock and the raw horizon.

    Parameters
    ----------
    time_us, received_us : (n,) int64, microseconds since 1970 UTC
    horizon_us : the oldest event time that is accepted

    Returns
    -------
    (n,) int8
        Index into `TIME_REASONS`, or `ACCEPTED`. Empty for empty input. The limits themselves are accepted.

    Examples
    --------
    >>> limits = Limits(future_max_s=300, west=10, south=55, east=25, north=70)
    >>> now = np.full(3, 10**15)
    >>> time_reasons(now + np.array([0, 301_000_000, -90_000_000_000]), now, 10**15 - 86_400_000_000, limits)
    array([-1,  0,  1], dtype=int8)
    """
    conditions = [time_us - received_us > limits.future_max_s * 1e6, time_us < horizon_us]
    return np.select(conditions, [np.int8(0), np.int8(1)], np.int8(ACCEPTED))


def position_reasons(
    time_us: IntColumn,
    received_us: IntColumn,
    lon: FloatColumn,
    lat: FloatColumn,
    horizon_us: int,
    limits: Limits,
) -> NDArray[np.int8]:
    """Judge vehicle positions by the receive clock, the raw horizon and the service area.

    Parameters
    ----------
    time_us, received_us : (n,) int64, microseconds since 1970 UTC
    horizon_us : the oldest event time that is accepted
    lon, lat : (n,) float64, degrees; NaN is outside every area

    Returns
    -------
    (n,) int8
        Index into `POSITION_REASONS`, or `ACCEPTED`. Empty for empty input. A point on the border is inside.

    Examples
    --------
    >>> limits = Limits(future_max_s=300, west=10, south=55, east=25, north=70)
    >>> now = np.full(3, 10**15)
    >>> position_reasons(now, now, np.array([18.7, 0.0, -4.7]), np.array([63.3, 0.0, 41.6]), 0, limits)
    array([-1,  2,  3], dtype=int8)
    """
    null_island = (np.abs(lon) < _NULL_ISLAND_DEG) & (np.abs(lat) < _NULL_ISLAND_DEG)
    inside = (lon >= limits.west) & (lon <= limits.east) & (lat >= limits.south) & (lat <= limits.north)
    of_time = time_reasons(time_us, received_us, horizon_us, limits)
    of_place = np.select([null_island, ~inside], [np.int8(2), np.int8(3)], np.int8(ACCEPTED))
    return np.where(of_time == ACCEPTED, of_place, of_time)
