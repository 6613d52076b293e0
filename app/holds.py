"""`vinterkoll holds`: positions that are kept as evidence when the others of their day are deleted. Needs the owner."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.instants import instant
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import holds as hold_table
from vinterkoll.storage import register_log

holds = typer.Typer(
    help="Positions that are kept as evidence, behind the raw horizon (docs/retention.md).",
    no_args_is_help=True,
)
_NOTHING_UNDER_IT: Final = "warning: no stored position is under it: are contractor, contract, event and times as the messages say them?"
_Author = Annotated[str, typer.Option("--by", help="Who asks for it, for the log. Else the database user.")]


@holds.command("add")
def add_hold(
    contractor: Annotated[str, typer.Option(help="Whose vehicles, as in topics.")],
    contract: Annotated[
        str, typer.Option(help="As the messages name it, or the register where they do not.")
    ],
    reason: Annotated[str, typer.Option(help="Why: they are personal data.")],
    event: Annotated[
        str | None, typer.Option(help="Only of this event, as the messages name it. Else of all.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="A day, an instant with offset, or PT8H ago.")
    ] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to here; else to come.")] = None,
    by: _Author = "",
) -> None:
    """Keep a contract's positions until the hold is ended, and print its number. Those that are gone stay gone.

    It says besides how many stored positions are under it: none may be a name that was mistyped.
    """
    now = datetime.now(UTC)
    low = None if begin is None else instant("--from", begin, now)
    high = None if end is None else instant("--to", end, now)
    hold = hold_table.Hold(contractor, contract, event, low, high, reason)
    with connected(read_settings()) as connection:
        number = _added(connection, hold, by)
        typer.echo(number)
        count = hold_table.covered(connection, number)
    typer.echo(f"{count} stored positions are under it" if count else _NOTHING_UNDER_IT, err=True)


def _added(connection: "psycopg.Connection[Any]", hold: hold_table.Hold, by: str) -> int:
    with connection.transaction():
        register_log.name_author(connection, by)
        try:
            return hold_table.add(connection, hold)
        except psycopg.errors.CheckViolation:
            raise ConfigurationError("--from is before --to, and --reason is not empty") from None
        except psycopg.DataError:  # U+0000
            raise ConfigurationError("a name or the reason has characters that no text has") from None


@holds.command("list")
def list_holds() -> None:
    """List holds, ended ones too: number, contractor, contract, event, from, to, positions kept, added, ended, reason; tabs between."""
    with connected(read_settings()) as connection:
        for row in hold_table.all_holds(connection):
            typer.echo("\t".join("-" if value is None else str(value) for value in row))


@holds.command("end")
def end_hold(hold_id: int, by: _Author = "") -> None:
    """End a hold and delete what was kept for it alone. The hold stays in the list."""
    with connected(read_settings()) as connection, connection.transaction():
        register_log.name_author(connection, by)
        count = hold_table.end(connection, hold_id)
    if count is None:
        raise ConfigurationError(f"there is no hold {hold_id} in force: `vinterkoll holds list` shows them")
    typer.echo(f"{count} positions deleted")
