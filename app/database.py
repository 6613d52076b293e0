"""`vinterkoll migrate`, and the connection that commands work on."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import typer

from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.storage import areas, horizon, inputs, renewals
from vinterkoll.storage import migrate as migrations


def connected(settings: Settings) -> "psycopg.Connection[Any]":
    """Open an autocommit connection to the configured database."""
    return psycopg.connect(settings.database_url.get_secret_value(), autocommit=True)


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
