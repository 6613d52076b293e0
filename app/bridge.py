"""`vinterkoll bridge`: carry messages from MQTT into Kafka, each acknowledged to MQTT's broker after Kafka has it."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import Annotated, Final, Protocol

import typer
from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector
from prometheus_client.exposition import start_http_server

from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.ingest import CONNECT_TIMEOUT_S, batching_of, mqtt_session
from vinterkoll.app.kafka import kafka_writer
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.app.stopping import end_in_time
from vinterkoll.app.worker import Batching
from vinterkoll.ingest.kafka_records import PAYLOAD_BYTES_MAX
from vinterkoll.ingest.kafka_writer import KafkaWriter
from vinterkoll.ingest.message import Message, Source
from vinterkoll.ingest.mqtt import MqttSource

_FINISH_S: Final = 2.0
"""When stopping, how long Kafka is waited for: whoever sends SIGTERM expects an end within five seconds."""
_METRICS_HOST: Final = "127.0.0.1"

_log = logging.getLogger(__name__)


class Measures:
    """What the bridge tells of itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.received = Counter("vinterkoll_bridge_received_messages", "Come in by MQTT.", registry=registry)
        self.written = Counter(
            "vinterkoll_bridge_written_messages", "Taken by Kafka, and acknowledged.", registry=registry
        )
        self.cut = Counter(
            "vinterkoll_bridge_cut_messages", f"Longer than {PAYLOAD_BYTES_MAX} bytes.", registry=registry
        )
        self.waiting = Gauge(
            "vinterkoll_bridge_waiting_messages",
            "Handed to Kafka, which has not taken them yet.",
            registry=registry,
        )
        self.written_at = Gauge(
            "vinterkoll_bridge_last_written_timestamp_seconds", "When Kafka last took any.", registry=registry
        )


class Writer(Protocol):
    """Where messages go: `ingest.kafka_writer.KafkaWriter`."""

    async def write(self, messages: Sequence[Message]) -> None:
        """Return when all are written."""


class Bridge:
    """Moves messages from a source to a writer, a batch at a time, until `stopping` is set.

    Then it finishes the batch that is being written, if Kafka takes it at once.
    """

    def __init__(
        self,
        source: Source,
        writer: Writer,
        batching: Batching,
        measures: Measures,
        stopping: asyncio.Event,
    ) -> None:
        self._source = source
        self._writer = writer
        self._batching = batching
        self._measures = measures
        self._stopping = stopping

    async def run(self) -> None:
        """Work until stopped. What is not acknowledged then, the broker keeps and sends again."""
        while not self._stopping.is_set():
            batch = await asyncio.to_thread(
                self._source.receive, self._batching.rows, self._batching.wait_s, self._batching.idle_s
            )
            if batch:
                await self._carry(batch)

    async def _carry(self, batch: Sequence[Message]) -> None:
        measures = self._measures
        measures.received.inc(len(batch))
        measures.waiting.set(len(batch))
        if not await self._written(batch):
            _log.warning("Kafka did not take %d messages: the MQTT broker sends them again", len(batch))
            return
        self._source.acknowledge(batch)
        measures.waiting.set(0)
        measures.written.inc(len(batch))
        measures.cut.inc(sum(len(message.payload) > PAYLOAD_BYTES_MAX for message in batch))
        measures.written_at.set_to_current_time()

    async def _written(self, batch: Sequence[Message]) -> bool:
        """Write, and return whether all is written; once it is stopping, give up after a moment."""
        writing = asyncio.create_task(self._writer.write(batch))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({writing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        done, _ = await asyncio.wait({writing}, timeout=_FINISH_S)
        if not done:
            writing.cancel()
            return False
        writing.result()
        return True


def bridge(
    metrics_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Serve /metrics for Prometheus on this port of 127.0.0.1."),
    ] = None,
) -> None:
    """Carry what arrives by MQTT into Kafka, for `vinterkoll ingest --source kafka`. SIGTERM or Ctrl-C ends it.

    A message is acknowledged to the MQTT broker once all of Kafka's replicas
    in step have it. Several bridges share the load where the filters of
    VINTERKOLL_MQTT_TOPICS are shared subscriptions, $share/NAME/FILTER; each
    has a VINTERKOLL_MQTT_CLIENT_ID of its own.
    """
    settings = read_settings()
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    asyncio.run(_run(settings, kafka_writer(settings), registry, metrics_port))


async def _run(
    settings: Settings, writer: KafkaWriter, registry: CollectorRegistry, metrics_port: int | None
) -> None:
    session = mqtt_session(
        settings,
        topics=list(settings.mqtt_topics),
        client_id=settings.mqtt_client_id,
        expiry_s=settings.mqtt_session_expiry_s,
    )
    await writer.check()
    stopping = asyncio.Event()

    def stop() -> None:
        end_in_time()
        stopping.set()

    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stop)
    source = MqttSource(session)
    try:
        await _connected(source, stopping)
        if metrics_port is not None:
            _serve(registry, metrics_port)
        await Bridge(source, writer, batching_of(settings), Measures(registry), stopping).run()
    finally:
        await writer.close()
        await asyncio.to_thread(source.close)


async def _connected(source: MqttSource, stopping: asyncio.Event) -> None:
    """Wait for the broker, until told to stop."""
    waiting = asyncio.create_task(asyncio.to_thread(source.wait_connected, CONNECT_TIMEOUT_S))
    told = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiting, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if stopping.is_set():
        source.close()
    await waiting


def _serve(registry: CollectorRegistry, port: int) -> None:
    try:
        start_http_server(port, _METRICS_HOST, registry)
    except OSError as error:
        raise ConfigurationError(f"--metrics-port {port}: {error.strerror}") from None
