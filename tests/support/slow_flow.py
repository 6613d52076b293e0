"""Flow windows by a loop over observations and the windows that they lie in."""

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

NAN = math.nan
Row = tuple[Any, int, float, float, float, float]
"""Series, start in s, period in s, intensity, speed, occupancy."""
Values = tuple[float, float, float, float, float]
"""Vehicles, speed, occupancy, seconds covered, seconds counted."""


def slow_windows(rows: Iterable[Row]) -> dict[tuple[Any, int], Values]:
    """The windows of some observations by series and start in s; NaN where nobody observed it."""
    parts: dict[tuple[Any, int], list[tuple[float, Row]]] = defaultdict(list)
    for row in sorted(rows):
        series, start, period = row[:3]
        if not 0 < period <= 3600:
            continue
        for window in range(start // 300 * 300, math.ceil(start + period), 300):
            overlap = min(start + period, window + 300) - max(start, window)
            if overlap > 0:
                parts[series, window].append((overlap, row))
    return {key: _values(found, key[1]) for key, found in parts.items()}


def _values(found: list[tuple[float, Row]], window: int) -> Values:
    vehicles = [(overlap * row[3] / row[2], row) for overlap, row in found]
    counted = [count for count, _ in vehicles if not math.isnan(count)]
    fast = [(count, row[4]) for count, row in vehicles if not math.isnan(count) and not math.isnan(row[4])]
    speed = fast or [(overlap, row[4]) for overlap, row in found if not math.isnan(row[4])]
    filled = [(overlap, row[5]) for overlap, row in found if not math.isnan(row[5])]
    halves = {half for _, row in found for half in _half_seconds(row, window)}
    counted_s = math.fsum(overlap for overlap, row in found if not math.isnan(row[3]))
    total = math.fsum(counted) if counted else NAN
    return total, _mean(speed), _mean(filled), len(halves) / 2, counted_s


def _half_seconds(row: Row, window: int) -> range:
    """The half seconds of a window that a period covers."""
    begin, end = max(row[1], window), min(row[1] + row[2], window + 300)
    return range(round(begin * 2), round(end * 2))


def _mean(pairs: list[tuple[float, float]]) -> float:
    weight = sum(one for one, _ in pairs)
    return sum(one * value for one, value in pairs) / weight if weight > 0 else NAN
