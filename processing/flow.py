"""Five-minute windows of a traffic series, out of observation periods of any length up to an hour."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vinterkoll.processing.observations import FloatColumn, IntColumn

WINDOW_US: Final = 300_000_000
PERIOD_MAX_S: Final = 3600.0
"""Longer periods are stored but not aggregated: spread over windows they would invent a flow that nobody saw."""


@dataclass(frozen=True, slots=True)
class Windows:
    """m windows: series (m,) int64, start_us (m,) int64; vehicles, speed_kmh, occupancy, covered_s, counted_s (m,) float64.

    NaN: nobody observed it. `covered_s`: seconds of the window that lie in any period. `counted_s`: seconds of the
    periods that have a count, added up; the flow is `vehicles / counted_s`, also where periods overlap.
    """

    series: IntColumn
    start_us: IntColumn
    vehicles: FloatColumn
    speed_kmh: FloatColumn
    occupancy: FloatColumn
    covered_s: FloatColumn
    counted_s: FloatColumn


def overlaps(start_us: IntColumn, period_s: FloatColumn) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Cut observation periods at the window borders.

    Parameters
    ----------
    start_us : (n,) int64
    period_s : (n,) float64; NaN, 0, negative or above `PERIOD_MAX_S` gives no overlap

    Returns
    -------
    observation : (k,) int64, index of the observation, ascending
    window_us : (k,) int64, start of the window
    overlap_s : (k,) float64, seconds of the observation in the window

    Examples
    --------
    >>> overlaps(np.array([240_000_000]), np.array([120.0]))
    (array([0, 0]), array([        0, 300000000]), array([60., 60.]))
    """
    usable = np.flatnonzero((period_s > 0) & (period_s <= PERIOD_MAX_S))
    start = start_us[usable]
    end = start + np.maximum(np.rint(period_s[usable] * 1e6).astype(np.int64), 1)
    first = start // WINDOW_US
    count = (end - 1) // WINDOW_US - first + 1
    place = np.repeat(np.arange(len(usable)), count)
    nth = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    window = (first[place] + nth) * WINDOW_US
    overlap_us = np.minimum(end[place], window + WINDOW_US) - np.maximum(start[place], window)
    return usable[place], window, overlap_us / 1e6


def flow_windows(
    series: IntColumn,
    start_us: IntColumn,
    seq: IntColumn,
    period_s: FloatColumn,
    intensity: FloatColumn,
    speed_kmh: FloatColumn,
    occupancy: FloatColumn,
) -> Windows:
    """Aggregate observations into windows.

    An observation counts in a window by the share of its period that lies in it. The mean speed is weighted by
    vehicles; where no observation of the window that has a speed has a count, by time. Occupancy is weighted by time.

    Parameters
    ----------
    series, start_us, seq : (n,) int64, in any order, each combination once
    period_s, intensity, speed_kmh, occupancy : (n,) float64, NaN where not sent

    Returns
    -------
    Windows
        Sorted by series and start; the same bits for every order of the input. Empty for empty input.

    Examples
    --------
    >>> zero = np.zeros(2, np.int64)
    >>> w = flow_windows(zero, np.array([0, 60_000_000]), zero, np.full(2, 60.0), np.array([30.0, 10.0]),
    ...                  np.array([40.0, 60.0]), np.array([0.2, 0.1]))
    >>> w.vehicles, w.speed_kmh, w.occupancy.round(3), w.covered_s
    (array([40.]), array([45.]), array([0.15]), array([120.]))
    """
    order = np.lexsort((seq, start_us, series))
    observation, window_us, overlap_s = overlaps(start_us[order], period_s[order])
    observation = order[observation]
    grouped = np.lexsort((seq[observation], start_us[observation], window_us, series[observation]))
    observation, window_us, overlap_s = observation[grouped], window_us[grouped], overlap_s[grouped]
    of_series = series[observation]
    if not len(observation):
        none = np.empty(0)
        return Windows(of_series, window_us, none, none, none, none, none)
    changes = (np.diff(of_series) != 0) | (np.diff(window_us) != 0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])

    vehicles = intensity[observation] * (overlap_s / period_s[observation])
    by_vehicles = _weighted_mean(speed_kmh[observation], vehicles, starts)
    by_time = _weighted_mean(speed_kmh[observation], overlap_s, starts)
    counted = (
        np.add.reduceat((~np.isnan(vehicles) & ~np.isnan(speed_kmh[observation])).astype(np.int64), starts)
        > 0
    )
    return Windows(
        of_series[starts],
        window_us[starts],
        _total(vehicles, starts),
        np.where(counted, by_vehicles, by_time),
        _weighted_mean(occupancy[observation], overlap_s, starts),
        _union_s(np.maximum(start_us[observation], window_us) - window_us, overlap_s, starts),
        np.add.reduceat(np.where(np.isnan(vehicles), 0.0, overlap_s), starts),
    )


def _union_s(begin_us: IntColumn, overlap_s: FloatColumn, starts: IntColumn) -> FloatColumn:
    """Seconds that the overlaps of each group cover together; `begin_us` is within the window, ascending in a group."""
    group = np.zeros(len(begin_us), np.int64)
    group[starts[1:]] = 1
    offset_us = np.cumsum(group) * (
        2 * WINDOW_US
    )  # groups one after the other, so that one running maximum serves all
    begin = begin_us + offset_us
    end = begin + np.rint(overlap_s * 1e6).astype(np.int64)
    reached = np.concatenate([begin[:1], np.maximum.accumulate(end)[:-1]])
    return np.add.reduceat(np.maximum(end - np.maximum(begin, reached), 0), starts) / 1e6


def _total(values: FloatColumn, starts: IntColumn) -> FloatColumn:
    """Sum what is not NaN in each group; NaN where all of it is."""
    known = ~np.isnan(values)
    total = np.add.reduceat(np.where(known, values, 0.0), starts)
    return np.where(np.add.reduceat(known.astype(np.int64), starts) > 0, total, np.nan)


def _weighted_mean(values: FloatColumn, weights: FloatColumn, starts: IntColumn) -> FloatColumn:
    """Mean of each group over the pairs without NaN; NaN where their weights add up to 0."""
    known = ~(np.isnan(values) | np.isnan(weights))
    weight = np.add.reduceat(np.where(known, weights, 0.0), starts)
    total = np.add.reduceat(np.where(known, values * weights, 0.0), starts)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
