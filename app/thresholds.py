"""`vinterkoll thresholds`: by which values fixes are flagged. They are kept in the database, the same for every worker."""

import math
from dataclasses import asdict
from typing import Annotated, Any, Final

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.rederivation import rederive
from vinterkoll.app.settings import read_settings
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.storage import devices, inputs
from vinterkoll.storage import thresholds as threshold_table
from vinterkoll.storage.columns import register
from vinterkoll.storage.network import Versions

_NAMES: Final = asdict(Thresholds()).keys()
_ALWAYS_US: Final = (0, 4_102_444_800_000_000)
"""1970 to 2100: all that is stored."""

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
    """Change one, and derive anew all that is stored, in one transaction. Workers wait until it is done."""
    if name not in _NAMES:
        raise ConfigurationError(f"there is no threshold {name}; there are {', '.join(_NAMES)}")
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name} takes a number above 0")
    with connected(read_settings()) as connection:
        register(connection)
        count = change(connection, name, value)
    typer.echo(f"{name} is {value:g}; {count} fixes derived anew" if count else f"{name} is {value:g}")


def change(connection: "psycopg.Connection[Any]", name: str, value: float) -> int:
    """Set a threshold and return how many fixes were derived anew: none when it was set already."""
    with connection.transaction():
        inputs.change(connection)
        if not threshold_table.write(connection, name, value):
            return 0
        vehicles = devices.all_of(connection, "position")
        return rederive(connection, "position", Versions(connection), vehicles, *_ALWAYS_US)
