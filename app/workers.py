"""`vinterkoll workers`: who has stored what, and forgetting those who are not to come back. Needs the database's owner."""

from datetime import timedelta

import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import deliveries, kafka_offsets, status

workers = typer.Typer(
    help="What ingest workers and their groups in Kafka say of themselves (docs/operations.md).",
    no_args_is_help=True,
)


@workers.command("list")
def list_workers() -> None:
    """List the workers: name, heard of, connected to its broker, messages, rows, duplicates, rejects; tabs between."""
    with connected(read_settings()) as connection:
        for row in status.all_workers(connection):
            _show(row)


@workers.command("forget")
def forget_worker(name: str) -> None:
    """Forget a worker that is not to come back, so that nobody waits for it. What it stored and delivered stays counted."""
    with connected(read_settings()) as connection, connection.transaction():
        _refuse_living(f"the worker {name}", status.silence(connection, name))
        deliveries.hand_over(connection, name)
        if not status.forget(connection, name):
            raise ConfigurationError(f"there is no worker {name}: `vinterkoll workers list` shows them")


@workers.command("groups")
def list_groups() -> None:
    """List the consumer groups in Kafka: name, topic, partitions, records behind, looked at; tabs between."""
    with connected(read_settings()) as connection:
        for row in kafka_offsets.all_groups(connection):
            _show(row)


@workers.command("forget-group")
def forget_group(name: str) -> None:
    """Forget a group that reads no more, and how far it came: under the same name it would begin anew."""
    with connected(read_settings()) as connection, connection.transaction():
        _refuse_living(f"the group {name}", kafka_offsets.silence(connection, name))
        if not kafka_offsets.forget(connection, name):
            raise ConfigurationError(f"there is no group {name}: `vinterkoll workers groups` shows them")


def _refuse_living(what: str, silence: timedelta | None) -> None:
    if silence is not None and silence < status.SILENCE_MAX:
        raise ConfigurationError(f"{what} was heard of {silence.total_seconds():.0f} s ago: stop it first")


def _show(row: tuple[object, ...]) -> None:
    typer.echo("\t".join("-" if value is None else str(value) for value in row))
