"""`vinterkoll doctor`: look at every part, and say what to do about what is found."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Final

import orjson
import typer

from vinterkoll.app.doctor import database, streams
from vinterkoll.app.doctor.broker import broker
from vinterkoll.app.doctor.checking import Check, examined
from vinterkoll.app.doctor.finding import Finding, State, fail, ok
from vinterkoll.app.doctor.streaming import streaming
from vinterkoll.app.doctor.web import web
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.ingest import check_formats
from vinterkoll.app.settings import Settings, read_settings

_STATE_WIDTH: Final = max(map(len, State))
_COLOURS: Final = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead.")] = False) -> None:
    """Check every part, and say what to do about each finding. Exit code 1 if one failed.

    It changes nothing. A part that is not configured is "not used"; what the database
    user may not look at is "not seen". No secret is shown.
    """
    report: list[dict[str, str]] = []
    for part, findings in examined(checks_of(read_settings())):
        for one in findings:
            report.append(
                {"part": part, "state": one.state, "finding": one.name, "what": one.what, "cure": one.cure}
            )
            if not as_json:
                _show(part, one)
    if as_json:
        typer.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode())
    if any(one["state"] == State.FAIL for one in report):
        raise typer.Exit(1)


def checks_of(settings: Settings) -> Mapping[str, Check]:
    """Return the check of each part."""
    return {
        "settings": partial(_settings, settings),
        "database": partial(database.ask, settings, *database.CHECKS),
        "streams": partial(database.ask, settings, *streams.CHECKS),
        "broker": partial(broker, settings),
        "kafka": partial(streaming, settings),
        "api": partial(web, settings),
    }


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        check_formats(settings)
    except ConfigurationError as error:
        yield fail("settings-wrong", str(error))
    else:
        yield ok("every variable fits, and every topic has a format")


def _show(part: str, one: Finding) -> None:
    state = typer.style(one.state.ljust(_STATE_WIDTH), fg=_COLOURS.get(one.state))
    typer.echo(f"{state}  {part}: {one.what}")
    if one.cure:
        typer.echo(f"{'':{_STATE_WIDTH}}  → {one.cure}")
