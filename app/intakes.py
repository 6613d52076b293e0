"""Ways into the database as the settings describe them: for streams, for HTTP, and for rejects that are decoded again."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import psycopg

from vinterkoll.api.intake import HTTP_WORKER, Intake, NotReadyError
from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.checkpoint import Checkpoint
from vinterkoll.app.database import BATCH_IDLE_MAX_S, connected, noticing
from vinterkoll.app.decoding import Decoding
from vinterkoll.app.http_intake import HttpIntake
from vinterkoll.app.kafka import kafka_writer
from vinterkoll.app.kafka_intake import KafkaIntake
from vinterkoll.app.mapped_formats import http_formats_of, mappings_of
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.http_body import topics_of
from vinterkoll.ingest.message import wall_clock_us
from vinterkoll.ingest.topics import format_of
from vinterkoll.processing.cleaning import Limits
from vinterkoll.storage.columns import register


def limits_of(settings: Settings) -> Limits:
    """Return what the settings accept."""
    west, south, east, north = settings.area_lon_lat
    return Limits(settings.future_max_s, west, south, east, north)


def stream_acceptance(settings: Settings, checkpoint: Checkpoint | None = None) -> Acceptance:
    """Open a connection of the worker's own."""
    topics, bytes_max = _stream_topics(settings), settings.message_bytes_max
    connection = connected(settings, idle_max_s=BATCH_IDLE_MAX_S)
    return _acceptance(connection, settings, topics, bytes_max, settings.worker, checkpoint)


def replay_acceptance(
    connection: "psycopg.Connection[Any]", settings: Settings, *, by_http: bool
) -> Acceptance:
    """Return the way for messages that came by HTTP, or by MQTT, once before: rejects, recordings.

    It keeps no account, for they are old.
    """
    topics = topics_of(http_formats_of(settings)) if by_http else _stream_topics(settings)
    bytes_max = settings.http_body_bytes_max if by_http else settings.message_bytes_max
    return _acceptance(connection, settings, topics, bytes_max, None)


def _stream_topics(settings: Settings) -> dict[str, str]:
    """Return topic filter to format. In Kafka there is also what came by HTTP, under the topics that HTTP gives it."""
    return topics_of(http_formats_of(settings)) | settings.mqtt_topics


def http_intake(settings: Settings) -> Intake | None:
    """Return what takes deliveries by HTTP, None where that is not set up. Nothing is opened yet.

    Raises
    ------
    ConfigurationError
        When a mapping is malformed.
    """
    if settings.http_to == "kafka":
        return _kafka_intake(settings)
    url = settings.ingest_database_url.get_secret_value()
    if not url:
        return None
    return HttpIntake(
        lambda: _http_acceptance(url, settings),
        http_formats_of(settings),
        clock=wall_clock_us,
        body_bytes_max=settings.http_body_bytes_max,
        items_max=settings.http_items_max,
        waiting_max=settings.http_waiting_max,
    )


def _kafka_intake(settings: Settings) -> KafkaIntake:
    topics = topics_of(http_formats_of(settings))
    return KafkaIntake(
        kafka_writer(settings),
        _decoding(settings, topics, settings.message_bytes_max),
        http_formats_of(settings),
        clock=wall_clock_us,
        body_bytes_max=min(
            settings.http_body_bytes_max, settings.message_bytes_max
        ),  # one record may hold all of it
        items_max=settings.http_items_max,
        waiting_max=settings.http_waiting_max,
    )


def _http_acceptance(url: str, settings: Settings) -> Acceptance:
    connection = noticing(url, idle_max_s=BATCH_IDLE_MAX_S, application_name="vinterkoll http ingest")
    with ExitStack() as closing:
        closing.callback(connection.close)
        if connection.execute("SELECT FROM network LIMIT 1").fetchone() is None:
            raise NotReadyError("no street network is loaded, to which positions would be matched")
        topics, bytes_max = topics_of(http_formats_of(settings)), settings.http_body_bytes_max
        acceptance = _acceptance(connection, settings, topics, bytes_max, HTTP_WORKER)
        closing.pop_all()
    return acceptance


def _acceptance(
    connection: "psycopg.Connection[Any]",
    settings: Settings,
    topics: Mapping[str, str],
    bytes_max: int,
    worker: str | None,
    checkpoint: Checkpoint | None = None,
) -> Acceptance:
    register(connection)
    return Acceptance(
        connection,
        _decoding(settings, topics, bytes_max),
        worker=worker,
        clock=wall_clock_us,
        reject_unregistered=settings.unregistered == "reject",
        checkpoint=checkpoint,
    )


def _decoding(settings: Settings, topics: Mapping[str, str], bytes_max: int) -> Decoding:
    return Decoding(
        limits_of(settings), lambda topic: format_of(topic, topics) or "", bytes_max, mappings_of(settings)
    )
