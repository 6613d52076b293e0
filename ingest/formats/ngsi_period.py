"""When an NGSI observation was made: an instant, two instants, or an ISO 8601 interval; without offset in UTC."""

import re
from typing import Final

import numpy as np

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.times import instant_us, iso_moment
from vinterkoll.processing.rejects import Reason

PERIOD_MAX_S: Final = 31 * 24 * 3600
"""A month: what counts for longer is a statistic, and would have to be split over too many windows."""

_DURATION: Final = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,4})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,9})(?:[.,]\d+)?S)?)?"
)
_UNIT_S: Final = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def instant_us_of(text: str, field: str) -> int:
    """Return the microseconds of the instant `text`; otherwise raise `Problem`."""
    return instant_us(iso_moment(text, field), field)


def period_of(start: str | None, end: str | None, observed: str | None) -> tuple[int, float]:
    """Return the start in microseconds and the length in seconds; NaN where none was sent, or it is nothing.

    `start` and `end` win over `observed`, which may be an interval: `start/end`, `start/duration`, `duration/end`.

    >>> period_of(None, None, "2026-01-12T05:10:00Z/PT5M")
    (1768194600000000, 300.0)
    """
    if start is not None:
        start_us = instant_us_of(start, "dateObservedFrom")
        if end is None:
            return start_us, np.nan
        return start_us, _length_s(start_us, instant_us_of(end, "dateObservedTo"), "dateObservedTo")
    if observed is None:
        raise Problem(Reason.MISSING_FIELD, "dateObserved", "required, was not sent")
    first, _, last = observed.partition("/")
    if not last:
        return instant_us_of(first, "dateObserved"), np.nan
    if first.startswith("P"):
        end_us = instant_us_of(last, "dateObserved")
        start_us = end_us - _duration_us(first)
    else:
        start_us = instant_us_of(first, "dateObserved")
        end_us = (
            start_us + _duration_us(last) if last.startswith("P") else instant_us_of(last, "dateObserved")
        )
    return start_us, _length_s(start_us, end_us, "dateObserved")


def _length_s(start_us: int, end_us: int, field: str) -> float:
    period_s = (end_us - start_us) / 1_000_000
    if not 0 <= period_s <= PERIOD_MAX_S:
        expected = f"expected a period of at most {PERIOD_MAX_S // 86400} days"
        raise Problem(Reason.BAD_TIME, field, f"{expected}, got {period_s:g} s")
    return period_s or np.nan


def _duration_us(text: str) -> int:
    """Weeks to whole seconds; months and years have no fixed length."""
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise Problem(
            Reason.BAD_TIME, "dateObserved", "expected a duration such as PT5M, without months or years"
        )
    length_s = sum(int(amount) * _UNIT_S[unit] for unit, amount in found.groupdict(default="0").items())
    if length_s > PERIOD_MAX_S:
        raise Problem(
            Reason.BAD_TIME, "dateObserved", f"expected a period of at most {PERIOD_MAX_S // 86400} days"
        )
    return length_s * 1_000_000
