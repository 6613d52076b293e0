"""`vinterkoll ingest`: take messages from MQTT or Kafka into the database until told to stop."""

import gc
from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from vinterkoll.app.broker_trust import broker_trust
from vinterkoll.app.checkpoint import Checkpoint, NoCheckpoint
from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.intakes import stream_acceptance
from vinterkoll.app.kafka import KafkaCheckpoint, kafka_source
from vinterkoll.app.mapped_formats import mappings_of
from vinterkoll.app.settings import Settings, read_settings
from vinterkoll.app.stopping import end_in_time, leave, when_stopped
from vinterkoll.app.worker import Batching, Worker
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.kafka import KafkaSource
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession
from vinterkoll.ingest.topics import overlapping
from vinterkoll.storage import migrate

CONNECT_TIMEOUT_S = 30.0


class Stream(StrEnum):
    """Where messages come from."""

    MQTT = "mqtt"
    KAFKA = "kafka"


def ingest(
    source: Annotated[Stream, typer.Option(help="Where messages come from.")] = Stream.MQTT,
    drain_s: Annotated[
        float | None,
        typer.Option(min=0, help="When stopping, go on until this many seconds pass without a message."),
    ] = None,
) -> None:
    """Store what arrives, each message once: MQTT is acknowledged after the commit, Kafka's offsets are stored with the
    rows. SIGTERM or Ctrl-C ends it.
    """
    settings = read_settings()
    when_stopped(leave)
    if source is Stream.KAFKA:
        check_ready(settings)
        with closing(kafka_source(settings)) as records:
            _work(records, KafkaCheckpoint(records, settings.kafka_group), settings, drain_s)
    else:
        session = mqtt_session(
            settings,
            topics=list(settings.mqtt_topics),
            client_id=settings.mqtt_client_id,
            expiry_s=settings.mqtt_session_expiry_s,
        )
        check_ready(settings)
        with closing(MqttSource(session)) as messages:
            _work(messages, NoCheckpoint(), settings, drain_s)


def _work(
    source: KafkaSource | MqttSource, checkpoint: Checkpoint, settings: Settings, drain_s: float | None
) -> None:
    connect = partial(stream_acceptance, settings, checkpoint)
    worker = Worker(source, connect, batching_of(settings), drain_s)
    gc.freeze()  # what is imported stays; the collector would walk it again and again
    source.wait_connected(CONNECT_TIMEOUT_S)
    when_stopped(lambda: _finish(worker, drain_s))
    worker.run()


def _finish(worker: Worker, drain_s: float | None) -> None:
    if drain_s is None:  # else it takes as long as it takes
        end_in_time()
    worker.stop()


def check_ready(settings: Settings) -> None:
    """Refuse to start on a setting or a schema that cannot work."""
    check_formats(settings)
    with connected(settings) as connection:
        try:
            missing = migrate.pending(connection)
            streets = () if missing else connection.execute("SELECT 1 FROM network LIMIT 1").fetchall()
        except migrate.MigrationError as error:
            raise ConfigurationError(str(error)) from None
    if missing:
        raise ConfigurationError("the database's schema is not current: run `vinterkoll migrate`")
    if not streets:  # positions stored without one would not be matched later
        raise ConfigurationError("there is no street network: run `vinterkoll network import FILE` first")


def check_formats(settings: Settings) -> None:
    """Refuse topics whose format there is not."""
    formats = FORMATS.keys() | mappings_of(settings).keys()
    unknown = sorted(set(settings.mqtt_topics.values()) - formats)
    if unknown:
        raise ConfigurationError(
            f"VINTERKOLL_MQTT_TOPICS names the formats {', '.join(unknown)}; there are {', '.join(sorted(formats))}"
        )


def mqtt_session(settings: Settings, *, topics: Sequence[str], client_id: str, expiry_s: int) -> MqttSession:
    """Return a session at the broker of the settings."""
    if twice := overlapping(topics):
        raise ConfigurationError(
            f"VINTERKOLL_MQTT_TOPICS: {twice[0]} and {twice[1]} match the same topics, whose messages the broker would deliver "
            "twice: narrow one of them"
        )
    return MqttSession(
        host=settings.mqtt_host,
        port=settings.mqtt_port,
        client_id=client_id,
        topics=topics,
        receive_maximum=settings.mqtt_receive_maximum,
        expiry_s=expiry_s,
        user=settings.mqtt_user,
        password=settings.mqtt_password.get_secret_value(),
        tls=broker_trust(settings, settings.mqtt_host, settings.mqtt_user),
    )


def batching_of(settings: Settings) -> Batching:
    """Return when a batch closes."""
    return Batching(settings.batch_rows, settings.batch_ms / 1000, settings.batch_idle_ms / 1000)
