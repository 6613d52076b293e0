"""`vinterkoll migrate`, and the connection that commands work on."""

from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict

from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.storage import areas, horizon, inputs, renewals
from vinterkoll.storage import migrate as migrations

_NOTICING: Final = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A network that swallows everything is noticed within 11 s, where the URL says nothing else: libpq's own would take hours."""


def connected(settings: Settings) -> "psycopg.Connection[Any]":
    """Open an autocommit connection to the configured database."""
    return noticing(settings.database_url.get_secret_value())


def noticing(url: str, **more: Any) -> "psycopg.Connection[Any]":
    """Open an autocommit connection that notices when the database falls silent; `more` as the URL may have it."""
    return psycopg.connect(**{**_NOTICING, **more, **conninfo_to_dict(url)}, autocommit=True)


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several machines at once."""
    settings = read_settings()
    with connected(settings) as connection:
        try:
            applied = migrations.migrate(connection)
        except migrations.MigrationError as error:
            raise ConfigurationError(str(error)) from None
        renewals.follow(connection, DERIVATION)
        areas.renew(connection)
        for migration in applied:
            typer.echo(f"applied {migration.version:04} {migration.name}")
        if not horizon.read(connection):  # a new database refuses what is too old from its first message on
            with connection.transaction():
                inputs.change(connection)
                horizon.raise_above(connection, horizon.due(datetime.now(UTC), settings.raw_days))
        engine = (
            "with TimescaleDB" if migrations.has_timescale(connection) else "plain PostgreSQL, no TimescaleDB"
        )
        typer.echo(f"the schema is current ({engine})")
        if renewals.due(connection):
            typer.echo("stored days have to be derived anew: run `vinterkoll rederive`, while ingest goes on")
