"""Kafka's part of `vinterkoll ingest`: the source, and the checkpoint that moves its offsets beside the rows."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import psycopg

from vinterkoll.app.accepting import Checkpoint
from vinterkoll.app.bisecting import first_line
from vinterkoll.app.database import connected
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.kafka import KafkaGroup, KafkaSource
from vinterkoll.ingest.kafka_records import spans_of
from vinterkoll.ingest.message import Message
from vinterkoll.storage import kafka_offsets
from vinterkoll.storage.kafka_offsets import Partition


def kafka_source(settings: Settings) -> KafkaSource:
    """Join the group that the settings name."""
    group = KafkaGroup(
        settings.kafka_bootstrap_servers,
        settings.kafka_topics,
        settings.kafka_group,
        settings.worker,
        settings.kafka_session_timeout_s,
    )
    return KafkaSource(group, partial(_starts, settings))


def checkpoint_of(source: KafkaSource, group: str) -> Checkpoint:
    """Return what moves the offsets of a batch, or sends `source` back to where they are."""

    def checkpoint(connection: "psycopg.Connection[Any]", messages: Sequence[Message]) -> None:
        if not kafka_offsets.advance(connection, group, spans_of(messages)):
            source.rewind()
            raise SupersededError("these records were stored already: going on from the stored offsets")

    return checkpoint


def _starts(settings: Settings, firsts: Mapping[Partition, int]) -> dict[Partition, int]:
    try:
        with connected(settings) as connection:
            return kafka_offsets.starts(connection, settings.kafka_group, firsts)
    except psycopg.OperationalError as error:
        raise ConnectionError(f"the database is not there: {first_line(error)}") from error
