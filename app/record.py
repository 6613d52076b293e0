"""`vinterkoll record`: write what arrives by MQTT into a file, beside the worker and without taking anything from it."""

import gzip
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Final, TypeAlias

import typer

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.ingest import CONNECT_TIMEOUT_S, batching_of
from vinterkoll.app.listening import listening
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.app.stopping import leave, when_stopped
from vinterkoll.ingest.errors import SourceError
from vinterkoll.ingest.message import Message, Source
from vinterkoll.ingest.recording import line_of

_Output: TypeAlias = BinaryIO | gzip.GzipFile

_KEEP_S: Final = 1.0
"""How often what was written is made durable: what a machine that dies loses at most, and it was not acknowledged."""


def record(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A new file; packed if its name ends in .gz.")],
    topic: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILTER", help="May be given again. Default: the topics of VINTERKOLL_MQTT_TOPICS."
        ),
    ] = None,
) -> None:
    """Record what arrives by MQTT, for `vinterkoll replay`. Ctrl-C or SIGTERM ends it.

    The file holds what was sent, as it was sent: positions, which are personal
    data, and whatever else a message says, operators' names included. Only
    you may read it. Delete it when it has served.

    It listens beside the worker and takes no message from it. What is sent
    while it is not connected is not recorded.
    """
    settings = read_settings()
    stopped: list[bool] = []
    when_stopped(leave)
    try:
        if file.exists():  # before the broker is waited for
            raise _not_new(file)
        with listening(settings, topic or list(settings.mqtt_topics)) as source:
            source.wait_connected(CONNECT_TIMEOUT_S)
            with _created(file) as output:  # not before: an empty file would be in the way of the next try
                when_stopped(lambda: stopped.append(True))
                typer.echo(f"recording into {file}; Ctrl-C ends it", err=True)
                count = _copy(source, output, settings, lambda: bool(stopped))
    except SourceError:  # is an OSError too where the broker is away
        raise
    except OSError as error:  # a full disk, also while the file is closed
        raise ConfigurationError(f"{file}: {error.strerror}") from None
    typer.echo(f"{file}: {count} messages")


def _copy(source: Source, output: _Output, settings: Settings, stopped: Callable[[], bool]) -> int:
    """Write until stopped; acknowledge what is on the disk. Return how many messages that were."""
    batching, count, kept_s = batching_of(settings), 0, time.monotonic()
    written: list[Message] = []
    while not stopped():
        batch = source.receive(batching.rows, batching.wait_s, batching.idle_s)
        output.writelines(line_of(one.received_us, one.topic, one.payload) for one in batch)
        written += batch
        # before the broker has sent all that it may: else it would wait for the clock
        if time.monotonic() - kept_s > _KEEP_S or 2 * len(written) > settings.mqtt_receive_maximum:
            _keep(output)
            source.acknowledge(written)
            count, kept_s, written = count + len(written), time.monotonic(), []
    _keep(output)
    source.acknowledge(written)
    return count + len(written)


def _keep(output: _Output) -> None:
    output.flush()
    os.fsync(output.fileno())


@contextmanager
def _created(path: Path) -> Iterator[_Output]:
    """Open a new file that nobody else may read."""
    try:
        plain = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise _not_new(path) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    with plain:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=plain, mode="wb") as packed:
                yield packed
        else:
            yield plain


def _not_new(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{path} is there already: name a new file")
