"""`vinterkoll replay`: send recordings again, by MQTT, into Kafka or past both into the database, as fast as they came or not."""

import asyncio
import math
import threading
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.broker_trust import broker_trust
from vinterkoll.app.database import BATCH_IDLE_MAX_S, connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.ingest import batching_of, check_ready
from vinterkoll.app.intakes import replay_acceptance
from vinterkoll.app.kafka import kafka_writer
from vinterkoll.app.progress import watched
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.app.stopping import when_stopped
from vinterkoll.app.worker import Worker
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.recording import RecordingError, Recordings
from vinterkoll.ingest.replay import RecordedSource
from vinterkoll.simulators import stream
from vinterkoll.simulators.mqtt import MqttSink, RefusedError

_ORIGINAL: Final = "original"
_MAX: Final = "max"
_CHECK_S: Final = 0.2
"""How soon a replay that waits for Kafka sees that it is to end."""


class Way(StrEnum):
    """Where a recording is replayed to."""

    MQTT = "mqtt"
    KAFKA = "kafka"
    DATABASE = "database"


def replay(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="One after the other.")],
    to: Annotated[
        Way,
        typer.Option(
            help="The broker of VINTERKOLL_MQTT_HOST, the topic of VINTERKOLL_KAFKA_TOPICS, or the database itself."
        ),
    ],
    speed: Annotated[
        str,
        typer.Option(metavar="original|N|max", help="As recorded, N times as fast, or without waiting."),
    ] = _ORIGINAL,
    skip: Annotated[
        int, typer.Option(min=0, help="Lines to leave out at the beginning, to go on with a replay.")
    ] = 0,
) -> None:
    """Send again what `vinterkoll record` or `simulate --out` wrote. Ctrl-C or SIGTERM ends it.

    Nothing is stored twice. Messages are sent as they are, event times too:
    old ones are rejected as too_old. By MQTT they are received now, and into
    Kafka where its topic sets the time; into the database they keep the time
    at which they were recorded.
    """
    settings, rate = read_settings(), _rate_of(speed)
    way = _WAYS[to](settings)
    when_stopped(way.stop)
    recordings = Recordings(files, skip)
    progress = watched(recordings, "replaying", recordings.bytes_total, lambda: recordings.bytes_read)
    try:
        way.take(progress, rate)
    except (RecordingError, RefusedError) as error:
        raise ConfigurationError(
            f"{error}; {way.taken} messages were sent before; `--skip {skip + way.taken}` goes on from there"
        ) from None
    if recordings.ended and way.taken == recordings.handed:
        typer.echo(f"{way.taken} messages sent")
    else:
        typer.echo(f"stopped after {way.taken} messages; `--skip {skip + way.taken}` goes on from there")


def _rate_of(speed: str) -> float:
    if speed in {_ORIGINAL, _MAX}:
        return 1.0 if speed == _ORIGINAL else math.inf
    try:
        rate = float(speed)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise ConfigurationError(f"--speed {speed}: write {_ORIGINAL}, {_MAX}, or a number over 0")
    return rate


class _Broker:
    """Publishes; a message is taken once the broker has acknowledged it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self.taken = 0

    def stop(self) -> None:
        """Ask it to end. Safe in a signal handler."""
        self._stopping.set()

    def take(self, messages: Iterable[Message], rate: float) -> None:
        """Publish all, or until told to stop, and wait for the acknowledgements."""
        sink = self._sink()
        try:
            self._publish(RecordedSource(messages, rate), sink)
        finally:
            sink.close()
            self.taken -= sink.unacknowledged + sink.not_taken
        if sink.not_taken:
            raise RefusedError(
                f"the MQTT broker refused {sink.not_taken} messages: the user in VINTERKOLL_MQTT_USER may not "
                "write their topics"
            )

    def _publish(self, source: RecordedSource, sink: MqttSink) -> None:
        batching = batching_of(self._settings)
        while not source.ended:
            for one in source.receive(batching.rows, batching.wait_s, batching.idle_s):
                if not sink.send(stream.Message(one.received_us, one.topic, one.payload)):
                    return
                self.taken += 1
            if self._stopping.is_set():
                return

    def _sink(self) -> MqttSink:
        settings = self._settings
        return MqttSink(
            settings.mqtt_host,
            settings.mqtt_port,
            self._stopping,
            user=settings.mqtt_user,
            password=settings.mqtt_password.get_secret_value(),
            tls=broker_trust(settings, settings.mqtt_host, settings.mqtt_user),
        )


class _Kafka:
    """Writes records; a message is taken once all of Kafka's replicas in step have it."""

    def __init__(self, settings: Settings) -> None:
        self._batching = batching_of(settings)
        self._writer = kafka_writer(settings)
        self._stopping = False
        self.taken = 0

    def stop(self) -> None:
        """Ask it to end. Safe in a signal handler."""
        self._stopping = True

    def take(self, messages: Iterable[Message], rate: float) -> None:
        """Write all, or until told to stop; wait for a Kafka that goes away meanwhile."""
        asyncio.run(self._take(RecordedSource(messages, rate)))

    async def _take(self, source: RecordedSource) -> None:
        rows, wait_s, idle_s = self._batching.rows, self._batching.wait_s, self._batching.idle_s
        try:
            await self._writer.check()
            while not source.ended and not self._stopping:
                batch = await asyncio.to_thread(source.receive, rows, wait_s, idle_s)
                writing = asyncio.create_task(self._writer.write(batch))
                while not writing.done() and not self._stopping:
                    await asyncio.wait({writing}, timeout=_CHECK_S)
                if not writing.done():
                    writing.cancel()
                    return
                writing.result()
                self.taken += len(batch)
        finally:
            await self._writer.close()


class _Database:
    """A worker that keeps no account: it halves a batch that is refused, and waits for a database that is away."""

    def __init__(self, settings: Settings) -> None:
        check_ready(settings)
        self._settings = settings
        self._worker: Worker | None = None

    @property
    def taken(self) -> int:
        return self._worker.messages if self._worker else 0

    def stop(self) -> None:
        """Ask it to end, as `Worker.stop`. Safe in a signal handler."""
        if self._worker:
            self._worker.stop()

    def _finish(self) -> None:
        if self._worker:
            self._worker.finish()

    def take(self, messages: Iterable[Message], rate: float) -> None:
        """Store all, or until told to stop."""
        source = RecordedSource(messages, rate, self._finish)
        self._worker = Worker(source, self._connect, batching_of(self._settings))
        self._worker.run()

    def _connect(self) -> Acceptance:
        return replay_acceptance(
            connected(self._settings, idle_max_s=BATCH_IDLE_MAX_S), self._settings, by_http=False
        )


_WAYS: Final[dict[Way, type[_Broker | _Kafka | _Database]]] = {
    Way.MQTT: _Broker,
    Way.KAFKA: _Kafka,
    Way.DATABASE: _Database,
}
