"""Commands that work on the database: `migrate`, `network`."""

from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.ingest.network import NetworkFileError, read_network
from vinterkoll.storage import migrate as migrations
from vinterkoll.storage import network as networks


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
