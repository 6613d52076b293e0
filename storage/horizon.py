"""The raw horizon: what was observed before it is not accepted, not derived anew, and on its way out.

It is one of the inputs (`storage.inputs`): writers hold it still, and whoever raises it waits for them. Positions are kept for
`LEAD` behind it, so that whatever an accepted observation may still change has its whole support.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

LEAD: Final = timedelta(days=1)
"""Above twice three hours: a fix changes steps up to `processing.support.MARGIN` gaps before it, and these read as far back.
Whole days are whole chunks."""


def read(connection: "psycopg.Connection[Any]") -> int:
    """Return the horizon in microseconds since 1970. Hold the inputs for as long as it is used."""
    row = connection.execute(
        "SELECT (extract(epoch FROM time) * 1000000)::bigint FROM raw_horizon"
    ).fetchone()
    assert row is not None, "the migration wrote the one row"  # noqa: S101
    return int(row[0])


def raise_above(connection: "psycopg.Connection[Any]", dropped: datetime) -> None:
    """Raise it `LEAD` above the instant that positions are dropped up to. It is never lowered.

    Call it after `storage.inputs.change`.
    """
    connection.execute(
        "UPDATE raw_horizon SET time = %(time)s WHERE time < %(time)s", {"time": dropped + LEAD}
    )


def note_kept_house(connection: "psycopg.Connection[Any]") -> None:
    """Note that housekeeping is done with all that was due, by the database's clock, as whoever asks how long ago it was."""
    connection.execute("UPDATE raw_horizon SET kept_house_at = now()")


def due(now: datetime, kept_days: int) -> datetime:
    """Return the instant up to which rows that are kept for so many days may go at `now`: the beginning of a day in UTC.

    >>> due(datetime(2026, 1, 15, 7, 30, tzinfo=UTC), 14).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    return day_of(now) - timedelta(days=kept_days)


def day_of(moment: datetime) -> datetime:
    """Return the beginning of the day in UTC."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
