"""`vinterkoll housekeeping`: raise the raw horizon, and delete what has been kept long enough. Needs the owner.

One task for PostgreSQL with and without TimescaleDB, whose own retention policies cannot raise our horizon: docs/adr/0014.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.instants import microseconds, shown
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.storage import holds, horizon, inputs, pseudonyms, rejects, retention, treatments

_LOCK_TIMEOUT_MS: Final = 10_000
"""Batches wait while this waits: behind a backup that reads for an hour, it gives up instead and is run again."""
_DAY: Final = timedelta(days=1)


def housekeeping() -> None:
    """Delete positions, rejects, old history and what links it to vehicles, by the settings (docs/retention.md). Run it every night.

    It may be stopped at any time, and run again.
    """
    settings = read_settings()
    with connected(settings) as connection:
        for line in keep_house(connection, settings, datetime.now(UTC)):
            typer.echo(line)


def keep_house(connection: "psycopg.Connection[Any]", settings: Settings, now: datetime) -> Iterator[str]:
    """Do what is due at `now`, and say line by line what was done."""
    due = horizon.due(now, settings.raw_days)
    kept = sum(_drop_raw(connection, before) for before in _days_due(connection, due))
    yield f"raw horizon: {shown(horizon.read(connection))}"
    if kept:
        yield f"{kept} positions kept as evidence"
    vehicle_days = max(settings.raw_days, settings.vehicle_days)
    if forgotten := pseudonyms.forget(connection, horizon.due(now, vehicle_days)):
        yield f"{forgotten} months of vehicles forgotten"
    due = horizon.due(now, settings.history_days)
    _drop_history(connection, due)
    horizon.note_kept_house(connection)  # last: what fails night after night is not to pass for done
    yield f"history: from {shown(microseconds(due))}"


def _days_due(connection: "psycopg.Connection[Any]", due: datetime) -> Iterator[datetime]:
    """Yield the ends of the days with positions that are due, oldest first, and `due` itself last."""
    before = None
    while before != due:
        oldest = retention.oldest_position(connection, since=before)
        before = due if oldest is None else min(due, horizon.day_of(oldest) + _DAY)
        yield before


def _drop_raw(connection: "psycopg.Connection[Any]", before: datetime) -> int:
    """Raise the horizon and drop the positions that are older, in one transaction; return how many became evidence."""
    with connection.transaction():
        _limit_waiting(connection)
        inputs.change(connection)
        horizon.raise_above(connection, before)
        kept = holds.keep(connection, before)
        retention.drop(connection, "position", before)
        retention.drop(connection, "fix_flag", before)
        rejects.drop(connection, before)
    return kept


def _drop_history(connection: "psycopg.Connection[Any]", before: datetime) -> None:
    with connection.transaction():
        _limit_waiting(connection)
        for table in retention.HISTORY:
            retention.drop(connection, table, before)
        treatments.drop(connection, before)


def _limit_waiting(connection: "psycopg.Connection[Any]") -> None:
    connection.execute("SELECT set_config('lock_timeout', %s, true)", [str(_LOCK_TIMEOUT_MS)])
