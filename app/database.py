"""`vinterkoll migrate`, and the connection that commands work on."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import typer

from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.storage import areas, horizon, inputs, renewals
from vinterkoll.storage import migrate as migrations
from vinterkoll.storage.connecting import noticing_arguments

BATCH_IDLE_MAX_S: Final = 10
"""How long the server bears that nothing comes in an open transaction of a stream's: a process that is stopped, not dead,
answers keepalives for ever, and others wait for its locks. The largest batch, 35,000 positions of 2,000 vehicles, computes
2.5 s between all its statements (docs/cost.md): room for a machine four times as slow. After that others go on at once."""
COMMAND_IDLE_MAX_S: Final = 600
"""The same for commands: the import of a country's streets puts millions of rows into one statement."""
AWAY: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.IdleInTransactionSessionTimeout,
)
"""A new connection may help. Deadlocks, serialization failures and shut-downs are operational errors too."""
_CANCEL_MAX_S: Final = 0.5
"""How long the server is given to take a cancellation: less than what is left of the time to stop."""


def connected(settings: Settings, *, idle_max_s: int = COMMAND_IDLE_MAX_S) -> "psycopg.Connection[Any]":
    """Open an autocommit connection to the configured database."""
    return noticing(settings.database_url.get_secret_value(), idle_max_s=idle_max_s)


def noticing(url: str, *, idle_max_s: int, **more: Any) -> "psycopg.Connection[Any]":
    """Open an autocommit connection as `noticing_arguments` says."""
    return psycopg.connect(**noticing_arguments(url, idle_max_s=idle_max_s, **more), autocommit=True)


def hang_up(connection: "psycopg.Connection[Any]") -> None:
    """End what `connection` is in, from another thread: whatever waits for it raises an `OperationalError`.

    The server is asked to cancel before: while it waits for a lock, it does not notice who left.
    """
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=_CANCEL_MAX_S)
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several machines at once."""
    settings = read_settings()
    with connected(settings) as connection:
        for line in bring_up_to_date(connection, settings.raw_days, datetime.now(UTC)):
            typer.echo(line)


def bring_up_to_date(connection: "psycopg.Connection[Any]", raw_days: int, now: datetime) -> Iterator[str]:
    """Apply what is missing, note what has to be derived anew, and say line by line what was done."""
    try:
        applied = migrations.migrate(connection)
    except migrations.MigrationError as error:
        raise ConfigurationError(str(error)) from None
    renewals.follow(connection, DERIVATION)
    areas.renew(connection)
    for migration in applied:
        yield f"applied {migration.version:04} {migration.name}"
    if not horizon.read(connection):  # a new database refuses what is too old from its first message on
        with connection.transaction():
            inputs.change(connection)
            horizon.raise_above(connection, horizon.due(now, raw_days))
    engine = (
        "with TimescaleDB" if migrations.has_timescale(connection) else "plain PostgreSQL, no TimescaleDB"
    )
    yield f"the schema is current ({engine})"
    if renewals.due(connection):
        yield "stored days have to be derived anew: run `vinterkoll rederive`, while ingest goes on"
