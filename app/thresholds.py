"""`vinterkoll thresholds`: by which values fixes are flagged. They are kept in the database, the same for every worker."""

import math
from dataclasses import asdict
from typing import Annotated, Any, Final

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.settings import read_settings
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.storage import inputs, renewals
from vinterkoll.storage import thresholds as threshold_table

_NAMES: Final = asdict(Thresholds()).keys()

thresholds = typer.Typer(help="By which values fixes are flagged (docs/hygiene.md).", no_args_is_help=True)


@thresholds.command("list")
def list_thresholds() -> None:
    """List them: name, value in force, value that a new database begins with; tabs between."""
    with connected(read_settings()) as connection:
        in_force = asdict(threshold_table.read(connection))
    for name, usual in asdict(Thresholds()).items():
        typer.echo(f"{name}\t{in_force[name]:g}\t{usual:g}")


@thresholds.command("set")
def set_threshold(
    name: Annotated[str, typer.Argument(help="One of `vinterkoll thresholds list`.")],
    value: Annotated[float, typer.Argument(help="In the unit that the name ends with.")],
) -> None:
    """Change one, and derive anew all that is stored. Ingest goes on meanwhile; after a break, call it again."""
    if name not in _NAMES:
        raise ConfigurationError(f"there is no threshold {name}; there are {', '.join(_NAMES)}")
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name} takes a number above 0")
    with connected(read_settings()) as connection:
        change(connection, name, value)
        count = renew_due(connection)
    typer.echo(f"{name} is {value:g}; {count} fixes derived anew" if count else f"{name} is {value:g}")


def change(connection: "psycopg.Connection[Any]", name: str, value: float) -> None:
    """Set a threshold, and note what has to be derived anew: nothing when it was set already. `renewal.renew_due` does it."""
    with connection.transaction():
        inputs.change(connection)
        if threshold_table.write(connection, name, value):
            renewals.note(connection)
