"""Commands that work on the database: `migrate`, `network`, `register`."""

from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.ingest.network import NetworkFileError, read_network
from vinterkoll.storage import migrate as migrations
from vinterkoll.storage import network as networks
from vinterkoll.storage import register as registers


def connected(settings: Settings) -> "psycopg.Connection[Any]":
    """Open an autocommit connection to the configured database."""
    return psycopg.connect(settings.database_url.get_secret_value(), autocommit=True)


def migrate() -> None:
    """Bring the database's schema up to date. Safe to run twice, and by several machines at once."""
    with connected(read_settings()) as connection:
        try:
            applied = migrations.migrate(connection)
        except migrations.MigrationError as error:
            raise ConfigurationError(str(error)) from None
        for migration in applied:
            typer.echo(f"applied {migration.version:04} {migration.name}")
        engine = (
            "with TimescaleDB" if migrations.has_timescale(connection) else "plain PostgreSQL, no TimescaleDB"
        )
        typer.echo(f"the schema is current ({engine})")


network = typer.Typer(help="The street network that positions are matched to.", no_args_is_help=True)


@network.command("load")
def load_network(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Load a street network from GeoJSON (docs/street-network.md). Loading the same file again changes nothing."""
    with connected(read_settings()) as connection:
        typer.echo(store_network(connection, file))


def store_network(connection: "psycopg.Connection[Any]", file: Path) -> str:
    """Read `file`, store it, and return what was done in a line.

    Raises
    ------
    ConfigurationError
        When the file is no network, or the database holds another one.
    """
    try:
        found = read_network(file.read_bytes())
        new = networks.load(
            connection, found.segments, name=found.name, generated=found.generated, digest=found.digest
        )
    except (NetworkFileError, networks.NetworkConflictError) as error:
        raise ConfigurationError(f"{file}: {error}") from None
    kilometres = found.segments.length_m.sum() / 1000
    state = "loaded" if new else "already there"
    return f"{found.name}: {len(found.segments.lines)} segments, {kilometres:.1f} km, {state}"


register = typer.Typer(help="Contractors, vehicles and sensors.", no_args_is_help=True)
_Table = Annotated[registers.Table, typer.Argument(help="Which table of the register.")]


@register.command("load")
def load_register(
    table: _Table,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV; its first line names the columns.")
    ],
) -> None:
    """Add or change rows from CSV, all or none. `vinterkoll register dump TABLE` shows the columns."""
    with connected(read_settings()) as connection:
        typer.echo(f"{store_register(connection, table, file)} rows of {table} stored")


def store_register(connection: "psycopg.Connection[Any]", table: registers.Table, file: Path) -> int:
    """Store a CSV file of the register and count its rows; ConfigurationError names the line that does not fit."""
    try:
        return registers.load_csv(connection, table, file.read_text(encoding="utf-8"))
    except (registers.RegisterFileError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None


@register.command("dump")
def dump_register(table: _Table) -> None:
    """Print a table as CSV."""
    with connected(read_settings()) as connection:
        typer.echo(registers.dump_csv(connection, table), nl=False)
