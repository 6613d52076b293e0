"""Local wall-clock times of a zone to instants, a whole column at a time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from vinterkoll.processing.observations import BoolColumn, IntColumn

_FIRST: Final = datetime(1999, 12, 31, tzinfo=UTC)
_LAST: Final = datetime(2101, 1, 2, tzinfo=UTC)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ZONES_REMEMBERED: Final = 32
_MICROSECOND: Final = timedelta(microseconds=1)


class Instants(NamedTuple):
    """The instants of a column of local times (n,), and which of them do not name exactly one."""

    time_us: IntColumn
    ambiguous: BoolColumn
    nonexistent: BoolColumn


class _Table(NamedTuple):
    since_us: IntColumn
    offset_us: IntColumn


def instants(wall_us: IntColumn, zone: str) -> Instants:
    """Return the instants of wall clocks (n,), given in microseconds since 1970-01-01 00:00 of the same clock.

    The hour that the autumn change repeats is ambiguous, the one that the spring change skips does not exist.

    >>> wall = np.array(["2026-01-12T06:00", "2026-10-25T02:30", "2026-03-29T02:30"], "M8[us]").astype(np.int64)
    >>> found = instants(wall, "Europe/Stockholm")
    >>> str(found.time_us[:1].astype("M8[us]")[0]), found.ambiguous.tolist(), found.nonexistent.tolist()
    ('2026-01-12T05:00:00.000000', [False, True, False], [False, False, True])
    """
    table = _table(zone)
    time_us = np.zeros(len(wall_us), np.int64)
    meanings = np.zeros(len(wall_us), np.int64)
    for offset_us in np.unique(table.offset_us).tolist():
        candidate_us = wall_us - offset_us
        place = np.searchsorted(table.since_us, candidate_us, side="right") - 1
        right = table.offset_us[np.maximum(place, 0)] == offset_us
        time_us[right] = candidate_us[right]
        meanings += right
    return Instants(time_us, meanings > 1, meanings == 0)


@lru_cache(maxsize=_ZONES_REMEMBERED)
def _table(zone: str) -> _Table:
    """The zone's offsets of the years 2000 to 2100, and since when each holds."""
    rules = ZoneInfo(zone)

    def offset(moment: datetime) -> timedelta:
        return moment.astimezone(rules).utcoffset() or timedelta()

    changes = [(_FIRST, offset(_FIRST))]
    day = _FIRST
    while day < _LAST:
        next_day = day + timedelta(days=1)
        if offset(next_day) != changes[-1][1]:
            before, after = day, next_day
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) / 2
                middle -= timedelta(microseconds=middle.microsecond)
                before, after = (middle, after) if offset(middle) == changes[-1][1] else (before, middle)
            changes.append((after, offset(after)))
        day = next_day
    return _Table(
        np.array([(since - _EPOCH) // _MICROSECOND for since, _ in changes], np.int64),
        np.array([offset // _MICROSECOND for _, offset in changes], np.int64),
    )
