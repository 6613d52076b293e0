"""`vinterkoll doctor`: look at every part, and say what to do about what is found."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
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
from vinterkoll.app.doctor.workers import others, worker
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.ingest import check_formats
from vinterkoll.app.settings import Settings, read_settings

_STATE_WIDTH: Final = max(map(len, State))
_COLOURS: Final = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


class Part(StrEnum):
    """What can be looked at alone."""

    SETTINGS = "settings"
    DATABASE = "database"
    WORKER = "worker"
    STREAMS = "streams"
    BROKER = "broker"
    KAFKA = "kafka"
    API = "api"


def doctor(
    parts: Annotated[
        list[Part] | None, typer.Option("--part", help="Look at this part only. May be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead.")] = False,
) -> None:
    """Check every part, and say what to do about each finding. Exit code 1 if one failed.

    It changes nothing. A part that is not configured is "not used"; what the database
    user may not look at is "not seen". No secret is shown.
    """
    report: list[dict[str, str]] = []
    checks = checks_of(read_settings())
    for part, findings in examined({part: checks[part] for part in parts or checks}):
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
        Part.SETTINGS: partial(_settings, settings),
        Part.DATABASE: partial(database.ask, settings, *database.CHECKS),
        Part.WORKER: partial(database.ask, settings, worker),
        Part.STREAMS: partial(database.ask, settings, others, *streams.CHECKS),
        Part.BROKER: partial(broker, settings),
        Part.KAFKA: partial(streaming, settings),
        Part.API: partial(web, settings),
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
