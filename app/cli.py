"""The `vinterkoll` command: one sub-command a module, errors as one line, exit 2 for what the operator can mend."""

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import psycopg
import typer

from vinterkoll.app import logs
from vinterkoll.app.actions import actions
from vinterkoll.app.bridge import bridge
from vinterkoll.app.clocks import clocks
from vinterkoll.app.database import AWAY, migrate
from vinterkoll.app.demo import demo
from vinterkoll.app.doctor.command import doctor
from vinterkoll.app.errors import ConfigurationError, PartFailedError
from vinterkoll.app.holds import holds
from vinterkoll.app.housekeeping import housekeeping
from vinterkoll.app.ingest import ingest
from vinterkoll.app.keys import keys
from vinterkoll.app.mapping import mapping
from vinterkoll.app.networks import network
from vinterkoll.app.record import record
from vinterkoll.app.register import register
from vinterkoll.app.rejects import rejects
from vinterkoll.app.renewal import rederive
from vinterkoll.app.replay import replay
from vinterkoll.app.serve import api
from vinterkoll.app.settings import read_settings
from vinterkoll.app.simulate import simulate
from vinterkoll.app.thresholds import thresholds
from vinterkoll.app.workers import workers
from vinterkoll.ingest.errors import BrokerRefusedError, SourceError
from vinterkoll.storage.inputs import OldRulesError

_CONFIGURATION_EXIT = 2
_UNAVAILABLE_EXIT = 1

application = typer.Typer(
    name="vinterkoll",
    help="Which street was treated, how, in which direction, when. Try `vinterkoll demo` first.",
    epilog="Settings are environment variables that begin with VINTERKOLL_; docs/settings.md lists them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _command in (
    demo,
    migrate,
    ingest,
    bridge,
    api,
    simulate,
    record,
    replay,
    rederive,
    clocks,
    housekeeping,
    doctor,
):
    application.command()(_command)
for _name, _group in (
    ("network", network),
    ("register", register),
    ("rejects", rejects),
    ("keys", keys),
    ("mapping", mapping),
    ("actions", actions),
    ("thresholds", thresholds),
    ("holds", holds),
    ("workers", workers),
):
    application.add_typer(_group, name=_name)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vinterkoll {installed_version('vinterkoll')}")
        raise typer.Exit


@application.callback()
def _root(
    _version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    settings = read_settings()
    logs.begin(settings.log_level, settings.log_format)


def main() -> None:
    """Run the command; turn the error families into one line and an exit code."""
    try:
        application()
    except (ConfigurationError, BrokerRefusedError, OldRulesError) as error:
        _end(str(error), _CONFIGURATION_EXIT)
    except psycopg.errors.UndefinedTable:
        _end("the database has no schema: run `vinterkoll migrate`", _CONFIGURATION_EXIT)
    except psycopg.errors.InsufficientPrivilege as error:
        _end(f"the database user may not do this: {error.diag.message_primary}", _CONFIGURATION_EXIT)
    except (PartFailedError, SourceError, *AWAY) as error:
        _end(str(error), _UNAVAILABLE_EXIT)


def _end(message: str, code: int) -> None:
    typer.echo(f"vinterkoll: {' '.join(message.split())}", err=True)  # libpq writes two lines
    sys.exit(code)


if __name__ == "__main__":
    main()
