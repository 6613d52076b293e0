"""`vinterkoll rejects`: what was not accepted, and why; written out, or decoded once more."""

import base64
import sys
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from vinterkoll.api.parameters import instant_of
from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.replaying import replay
from vinterkoll.app.settings import read_settings
from vinterkoll.processing.rejects import Reason
from vinterkoll.storage import reject_replay
from vinterkoll.storage import rejects as reject_table
from vinterkoll.storage.reject_replay import Selection

rejects = typer.Typer(
    help="Messages that were not accepted, and why (docs/rejects.md).", no_args_is_help=True
)

_Code = Annotated[str | None, typer.Option(help="Only this reason code.")]
_Since = Annotated[
    str | None, typer.Option(help="Only those received since: 2026-01-15T06:00:00Z, or PT8H ago.")
]


@rejects.command("list")
def list_rejects(
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 20,
    code: _Code = None,
) -> None:
    """List the newest rejects: id, received, topic, format, item, code, field, detail; tabs between."""
    with connected(read_settings()) as connection:
        for row in reject_table.recent(connection, limit, code):
            typer.echo("\t".join(str(value) for value in row))


@rejects.command("show")
def show_reject(reject_id: int) -> None:
    """Write the bytes of a rejected message to standard output, as they came."""
    with connected(read_settings()) as connection:
        content = reject_table.payload(connection, reject_id)
    if content is None:
        raise ConfigurationError(
            f"there is no reject {reject_id}: `vinterkoll rejects list` shows the newest"
        )
    sys.stdout.buffer.write(content)


@rejects.command("export")
def export_rejects(code: _Code = None, since: _Since = None) -> None:
    """Write rejects to standard output, oldest first: a JSON object a line, the message's bytes as base64."""
    chosen = _selection(code, since)
    with connected(read_settings()) as connection:
        for row in reject_replay.exported(connection, chosen):
            row["payload"] = base64.b64encode(row["payload"]).decode()
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
            sys.stdout.buffer.write(line)


@rejects.command("replay")
def replay_rejects(code: _Code = None, since: _Since = None) -> None:
    """Decode rejected messages once more, with the settings and formats of now.

    What can be used is stored, once, and its reject is marked; what fails again stays.
    """
    chosen = _selection(code, since)
    settings = read_settings()
    with connected(settings) as connection:
        if connection.execute("SELECT FROM network LIMIT 1").fetchone() is None:
            raise ConfigurationError("there is no street network: run `vinterkoll network import FILE` first")
        tally = replay(connection, settings, chosen)
    typer.echo(f"{tally.replayed} rejects replayed, {tally.left.total()} fail again")
    for reason, count in tally.left.most_common():
        typer.echo(f"{count}\t{reason}")


def _selection(code: str | None, since: str | None) -> Selection:
    if code is not None and code not in set(Reason):
        raise ConfigurationError(f"--code {code}: the codes are {', '.join(Reason)}")
    try:
        return Selection(code, None if since is None else instant_of(since, datetime.now(UTC)))
    except ValueError as error:
        raise ConfigurationError(f"--since: {error}") from None
