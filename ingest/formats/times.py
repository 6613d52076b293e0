"""Instants of messages to int64 microseconds since 1970, for the years 2000 to 2100."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.observations import BoolColumn, IntColumn
from vinterkoll.processing.rejects import Reason

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST_MS: Final = (
    946_684_800_000  # 2000-01-01; older is a clock without a fix, or seconds sent as milliseconds
)
LATEST_MS: Final = 4_133_980_800_000  # 2101-01-01, exclusive
NO_INSTANT: Final = np.iinfo(np.int64).min
"""Stands in a column of instants for a local time without offset."""


def microseconds(moment: datetime) -> int:
    """Return the microseconds of an aware `moment`.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def microseconds_column(moments: Sequence[datetime | int]) -> IntColumn:
    """Return (n,) microseconds of aware datetimes and of epoch milliseconds; `NO_INSTANT` for a naive datetime.

    Seconds as float hold every microsecond of these years once the whole seconds are taken off.
    """
    aware = [m.timestamp() if isinstance(m, datetime) and m.tzinfo is not None else np.nan for m in moments]
    seconds = np.array(aware, np.float64)
    other = np.flatnonzero(np.isnan(seconds))
    seconds[other] = 0.0
    whole = np.floor(seconds)
    column = whole.astype(np.int64) * 1_000_000 + np.rint((seconds - whole) * 1e6).astype(np.int64)
    for place in other.tolist():
        moment = moments[place]
        column[place] = moment * 1_000 if isinstance(moment, int) else NO_INSTANT
    return column


def in_years(time_us: IntColumn) -> BoolColumn:
    """Return (n,) whether each instant lies in the years 2000 to 2100."""
    return (time_us >= EARLIEST_MS * 1_000) & (time_us < LATEST_MS * 1_000)


def iso_moment(text: str, field: str) -> datetime:
    """Return the instant that ISO 8601 `text` names, in UTC where it has no offset; otherwise raise `Problem`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) < len("20161207T1110"):
        raise Problem(Reason.BAD_TIME, field, "expected an ISO 8601 date and time")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def instant_us(moment: datetime, field: str) -> int:
    """Return the microseconds of an aware `moment` in the years 2000 to 2100; otherwise raise `Problem`."""
    time_us = microseconds(moment)
    if not EARLIEST_MS * 1_000 <= time_us < LATEST_MS * 1_000:
        raise Problem(Reason.BAD_TIME, field, "expected a time in the years 2000 to 2100")
    return time_us
