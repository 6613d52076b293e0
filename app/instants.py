"""Instants on the command line."""

from datetime import UTC, date, datetime

from vinterkoll.api.parameters import instant_of
from vinterkoll.app.errors import ConfigurationError

FOR_EVER_US = 253_402_300_800_000_000
"""The year 10000, where an interval has no end."""


def instant(option: str, text: str, now: datetime) -> datetime:
    """Return what `option` says: a day (its beginning in UTC), an instant with offset, or a duration before `now`.

    Raises
    ------
    ConfigurationError
        Saying what is wrong.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return instant_of(text, now)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}, or a day (2026-01-15)") from None


def microseconds(moment: datetime) -> int:
    """Return an instant as microseconds since 1970."""
    return round(moment.timestamp() * 1e6)


def shown(time_us: int) -> str:
    """Return an instant as people read it.

    >>> shown(1_768_435_200_000_000)
    '2026-01-15 00:00Z'
    """
    return f"{datetime.fromtimestamp(time_us / 1e6, UTC):%Y-%m-%d %H:%MZ}"
