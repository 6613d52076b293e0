"""`vinterkoll register`: contractors, areas, contracts, vehicles and sensors; by CSV or row by row. Needs the owner."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.registering import change
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import register as registers
from vinterkoll.storage import register_csv, register_edits, register_log
from vinterkoll.storage.register_log import Change

register = typer.Typer(
    help="Contractors, areas, contracts, vehicles and sensors, each from when to when (docs/register.md). For example:\n\n"
    "vinterkoll register load vehicle vehicles.csv --dry-run\n\n"
    "vinterkoll register set vehicle norrplog/NP1 name=Traktor 'kinds=carriageway|gc'\n\n"
    "vinterkoll register set vehicle norrplog/NP1 kinds=gc --from 2026-02-01T00:00:00+01:00\n\n"
    "vinterkoll register end vehicle norrplog/NP1 --at 2026-04-30T00:00:00+02:00",
    no_args_is_help=True,
)
_Table = Annotated[registers.Table, typer.Argument(help="Which table of the register.")]
_Key = Annotated[str, typer.Argument(help="Its key, with / between the parts: norrplog/NP1.")]
_Author = Annotated[str, typer.Option("--by", help="Who changes it, for the log. Else the database user.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")]
_HIDDEN: Final = frozenset({"polygon"})
"""Too long for a line."""


@register.command("load")
def load_register(
    table: _Table,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV; its first line names the columns.")
    ],
    by: _Author = "",
    dry_run: _DryRun = False,
) -> None:
    """Add or change rows from CSV, all or none. `vinterkoll register dump TABLE` shows the columns.

    Rows that are not in the file stay as they are. Without valid_from and valid_to a row always holds.
    """
    with connected(read_settings()) as connection:
        changes = store_register(connection, table, file, by=by, dry_run=dry_run)
    if dry_run:
        _show(changes, dry_run=dry_run)
    else:
        typer.echo(f"{len(changes)} rows of {table} changed")


def store_register(
    connection: "psycopg.Connection[Any]",
    table: registers.Table,
    file: Path,
    *,
    by: str = "",
    dry_run: bool = False,
) -> list[Change]:
    """Store a CSV file of the register and return what changed; ConfigurationError names the line that does not fit."""
    try:
        text = file.read_text(encoding="utf-8")
        return change(
            connection, lambda opened: register_csv.load(opened, table, text), author=by, dry_run=dry_run
        )
    except (registers.RegisterError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: {error}") from None


@register.command("dump")
def dump_register(table: _Table) -> None:
    """Print a table as CSV."""
    with connected(read_settings()) as connection:
        typer.echo(register_csv.dump(connection, table), nl=False)


@register.command("set")
def set_row(
    table: _Table,
    key: _Key,
    cells: Annotated[
        list[str], typer.Argument(metavar="COLUMN=VALUE...", help="As in CSV: kinds=carriageway|gc.")
    ],
    begin: Annotated[
        str, typer.Option("--from", help="From this instant on, 2026-02-01T00:00:00+01:00; else since ever.")
    ] = "",
    by: _Author = "",
    dry_run: _DryRun = False,
) -> None:
    """Set columns of one contractor, area, contract, vehicle or sensor, new or known.

    Of a known one, what held before `--from` stays, and other columns go on as they were.
    """
    pairs = [cell.partition("=") for cell in cells]
    if wrong := [name for name, sign, _ in pairs if not sign or name not in registers.SHAPES[table].settable]:
        raise ConfigurationError(
            f"{', '.join(wrong)}: write COLUMN=VALUE with one of {', '.join(registers.SHAPES[table].settable)}"
        )
    values = {name: value for name, _, value in pairs}
    _edit(lambda opened: register_edits.amend(opened, table, _key(table, key), values, begin), by, dry_run)


@register.command("end")
def end_row(
    table: _Table,
    key: _Key,
    at: Annotated[str, typer.Option(help="The first instant at which it no longer holds; else now.")] = "",
    by: _Author = "",
    dry_run: _DryRun = False,
) -> None:
    """End one that holds at an instant: it stays known for the time before."""
    instant = at or datetime.now(UTC).isoformat()
    _edit(lambda opened: register_edits.end(opened, table, _key(table, key), instant), by, dry_run)


@register.command("remove")
def remove_row(
    table: _Table,
    key: _Key,
    begin: Annotated[str, typer.Option("--from", help="valid_from of the row; empty: since ever.")] = "",
    by: _Author = "",
    dry_run: _DryRun = False,
) -> None:
    """Take out a row that was a mistake, as if it had never been there. One that held until now is ended, not removed."""
    row = _key(table, key) | {"valid_from": begin}
    _edit(lambda opened: registers.remove(opened, table, row), by, dry_run)


@register.command("log")
def show_log(limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 50) -> None:
    """Who changed what: number, time, author, database user, operation, table, key, columns; tabs between."""
    with connected(read_settings()) as connection:
        for one in register_log.recent(connection, limit):
            typer.echo(
                "\t".join(
                    [str(one.change_id), one.changed_at.isoformat(), one.author, one.login, *_told(one)]
                )
            )


def _key(table: registers.Table, text: str) -> dict[str, str]:
    names = registers.SHAPES[table].key
    parts = text.split("/", len(names) - 1)  # a URN may have more of them
    if len(parts) != len(names):
        raise ConfigurationError(
            f"{text}: the key of {table} is written {'/'.join(name.upper() for name in names)}"
        )
    return dict(zip(names, parts, strict=True))


def _edit(edit: Callable[["psycopg.Connection[Any]"], object], by: str, dry_run: bool) -> None:
    with connected(read_settings()) as connection:
        try:
            changes = change(connection, edit, author=by, dry_run=dry_run)
        except registers.RegisterError as error:
            raise ConfigurationError(str(error)) from None
    _show(changes, dry_run=dry_run)


def _show(changes: Sequence[Change], *, dry_run: bool) -> None:
    for one in changes:
        typer.echo("\t".join(_told(one)))
    typer.echo(f"{len(changes)} rows {'would change' if dry_run else 'changed'}")


def _told(one: Change) -> list[str]:
    """Return operation, table, key, and the columns that differ, as was → is."""
    old, new = one.old or {}, one.new or {}
    row = new or old
    parts = [
        f"{name}: {_shown(old.get(name))} → {_shown(new.get(name))}"
        for name in row
        if old.get(name) != new.get(name) and name not in _HIDDEN
    ]
    name = registers.SHAPES[one.table].name(row) if one.table in registers.SHAPES else ""
    return [one.operation, one.table, name, "; ".join(parts)]


def _shown(value: object) -> str:
    return "-" if value is None else orjson.dumps(value).decode()
