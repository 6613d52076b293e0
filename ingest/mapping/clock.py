"""A mapping's times to instants: text or epoch, with an offset, in a zone, or a zone's wall clock sent as UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import NoneType
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from vinterkoll.ingest.formats.columns import Checks
from vinterkoll.ingest.formats.times import (
    EARLIEST_MS,
    EPOCH,
    LATEST_MS,
    NO_INSTANT,
    in_years,
    microseconds_column,
)
from vinterkoll.ingest.mapping.file import Time
from vinterkoll.ingest.mapping.patterns import TimePattern
from vinterkoll.ingest.mapping.sources import Items, MappingFault, Source
from vinterkoll.ingest.mapping.values import checked, number_column, text_list
from vinterkoll.ingest.mapping.zones import instants
from vinterkoll.processing.observations import BoolColumn, IntColumn
from vinterkoll.processing.rejects import Reason

EPOCH_UNITS_US: Final = {"epoch_s": 1e6, "epoch_ms": 1e3}
PATTERN_CHARS: Final = 64
_MOMENTS: Final[frozenset[type]] = frozenset({datetime, NoneType})
_YEARS: Final = "expected a time in the years 2000 to 2100"

TimeColumn = Callable[[Items, Checks], IntColumn]


def value_type(time: Time, *, loose: bool) -> Any:
    """Return what the parser shall take the time as."""
    if time.format == "rfc3339":
        return datetime
    if time.format in EPOCH_UNITS_US:
        return float | str if loose else float
    return str


def time_column(time: Time, source: Source, *, loose: bool) -> TimeColumn:
    """Return what reads the instants (n,) of a batch; `MappingFault` when `time` does not say enough."""
    zone = _zone(time)
    if time.format == "rfc3339":
        return lambda batch, checks: _moments(source, batch, checks, zone, as_utc=time.local_as_utc)
    if unit_us := EPOCH_UNITS_US.get(time.format):
        if zone and not time.local_as_utc:
            raise MappingFault(
                ["time", "zone"], "an epoch has no zone; a clock that counts local time: local_as_utc = true"
            )
        return lambda batch, checks: _epochs(source, batch, checks, unit_us, zone, loose=loose)
    try:
        pattern = TimePattern(time.format)
    except ValueError as error:
        names = ", ".join(["rfc3339", *EPOCH_UNITS_US])
        raise MappingFault(["time", "format"], f"{error}; formats with a name are {names}") from error
    if zone is None:
        raise MappingFault(["time", "format"], 'a pattern needs a zone, such as zone = "UTC"')
    return lambda batch, checks: _patterned(source, batch, checks, pattern, zone)


def _zone(time: Time) -> str | None:
    if time.zone is None:
        if time.local_as_utc:
            raise MappingFault(["time", "local_as_utc"], "local_as_utc needs the zone whose clock it is")
        return None
    try:
        ZoneInfo(time.zone)
    except (OSError, ValueError, LookupError) as error:
        raise MappingFault(
            ["time", "zone"], f"there is no time zone {time.zone!r} on this machine"
        ) from error
    return time.zone


def _moments(source: Source, batch: Items, checks: Checks, zone: str | None, *, as_utc: bool) -> IntColumn:
    values = source.read(batch)
    if not source.typed:
        values = checked(values, _MOMENTS, _moment, checks, (source.text, "an RFC 3339 time"))
    _refuse_missing(values, source, checks)
    time_us = microseconds_column([EPOCH if value is None else value for value in values])
    local = time_us == NO_INSTANT
    if zone is None:
        checks.refuse(
            local, Reason.TIME_WITHOUT_OFFSET, source.text, "expected Z or an offset such as +01:00"
        )
    elif as_utc or local.any():
        wall = [value.replace(tzinfo=UTC) for value in values if value is not None and value.tzinfo is None]
        time_us[local] = microseconds_column(wall)
        return _in_zone(time_us, np.ones_like(local) if as_utc else local, zone, source, checks)
    checks.refuse(~in_years(time_us), Reason.BAD_TIME, source.text, _YEARS)
    return time_us


def _epochs(
    source: Source, batch: Items, checks: Checks, unit_us: float, zone: str | None, *, loose: bool
) -> IntColumn:
    epochs = number_column(source, batch, checks, loose=loose)
    checks.refuse(np.isnan(epochs), Reason.MISSING_FIELD, source.text, "required, was not sent")
    with np.errstate(over="ignore"):
        epochs_us = np.rint(epochs * unit_us)
    bad = ~((epochs_us >= EARLIEST_MS * 1e3) & (epochs_us < LATEST_MS * 1e3))
    checks.refuse(bad, Reason.BAD_TIME, source.text, _YEARS)
    time_us = np.where(bad, 0, epochs_us).astype(np.int64)
    return time_us if zone is None else _in_zone(time_us, ~bad, zone, source, checks)


def _patterned(source: Source, batch: Items, checks: Checks, pattern: TimePattern, zone: str) -> IntColumn:
    texts = text_list(source, batch, checks, (0, PATTERN_CHARS), loose=False)
    _refuse_missing(texts, source, checks)
    wall_us, bad = pattern.read([text or "" for text in texts])
    checks.refuse(bad, Reason.BAD_TIME, source.text, "expected a time as the mapping's format says")
    return _in_zone(np.where(bad, 0, wall_us), ~bad, zone, source, checks)


def _in_zone(time_us: IntColumn, local: BoolColumn, zone: str, source: Source, checks: Checks) -> IntColumn:
    """Take `time_us` (n,) for wall clocks of the zone where `local`."""
    found = instants(time_us, zone)
    good = in_years(time_us)
    checks.refuse(~good, Reason.BAD_TIME, source.text, _YEARS)
    ambiguous, skipped = local & found.ambiguous & good, local & found.nonexistent & good
    checks.refuse(
        ambiguous, Reason.TIME_AMBIGUOUS, source.text, f"comes twice in {zone}: the clock was set back"
    )
    checks.refuse(
        skipped, Reason.BAD_TIME, source.text, f"does not exist in {zone}: the clock was set forward"
    )
    time_us = np.where(local, found.time_us, time_us)
    checks.refuse(~in_years(time_us), Reason.BAD_TIME, source.text, _YEARS)
    return time_us


def _refuse_missing(values: list[Any], source: Source, checks: Checks) -> None:
    if None in values:
        missing = np.array([value is None for value in values], np.bool_)
        checks.refuse(missing, Reason.MISSING_FIELD, source.text, "required, was not sent")


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - what `checked` expects of a converter
    return msgspec.convert(value, datetime)
