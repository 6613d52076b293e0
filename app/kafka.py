"""Kafka by the settings; and its part of `vinterkoll ingest`, the checkpoint that moves offsets beside the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from vinterkoll.app.bisecting import first_line
from vinterkoll.app.broker_trust import kafka_trust
from vinterkoll.app.database import AWAY, BATCH_IDLE_MAX_S, connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.kafka import KafkaSource
from vinterkoll.ingest.kafka_cluster import KafkaCluster
from vinterkoll.ingest.kafka_group import KafkaGroup
from vinterkoll.ingest.kafka_records import PAYLOAD_BYTES_MAX, spans_of
from vinterkoll.ingest.kafka_writer import KafkaWriter
from vinterkoll.ingest.message import Message
from vinterkoll.storage import kafka_offsets
from vinterkoll.storage.kafka_offsets import Partition


def kafka_cluster(settings: Settings) -> KafkaCluster:
    """Return the brokers that the settings name."""
    return KafkaCluster(
        settings.kafka_bootstrap_servers,
        settings.worker,
        kafka_trust(settings),
        settings.kafka_sasl_mechanism,
        settings.kafka_user,
        settings.kafka_password.get_secret_value(),
    )


def kafka_source(settings: Settings) -> KafkaSource:
    """Join the group that the settings name."""
    group = KafkaGroup(
        kafka_cluster(settings), settings.kafka_topics, settings.kafka_group, settings.kafka_session_timeout_s
    )
    return KafkaSource(group, partial(_starts, settings))


def kafka_writer(settings: Settings) -> KafkaWriter:
    """Return what writes to the topic that the settings name.

    Raises
    ------
    ConfigurationError
        When they name several, or call a message good that would be cut.
    """
    if len(settings.kafka_topics) > 1:
        raise ConfigurationError("VINTERKOLL_KAFKA_TOPICS names several topics: name the one to write to")
    if settings.message_bytes_max >= PAYLOAD_BYTES_MAX:
        raise ConfigurationError(
            f"VINTERKOLL_MESSAGE_BYTES_MAX must be less than {PAYLOAD_BYTES_MAX}, where payloads are cut on their way into Kafka"
        )
    return KafkaWriter(kafka_cluster(settings), settings.kafka_topics[0])


@dataclass(frozen=True, slots=True)
class KafkaCheckpoint:
    """A `Checkpoint` in table `kafka_offset`."""

    source: KafkaSource
    group: str

    def advance(self, connection: "psycopg.Connection[Any]", messages: Sequence[Message]) -> None:
        """Move the offsets of a batch, or send the source back to where they are."""
        if not kafka_offsets.advance(connection, self.group, spans_of(messages)):
            self.source.rewind()
            raise SupersededError("these records were stored already: going on from the stored offsets")

    def note_lag(self, connection: "psycopg.Connection[Any]") -> None:
        """Compare the ends that Kafka told last with the stored offsets."""
        kafka_offsets.note_ends(connection, self.group, self.source.take_ends())


def _starts(settings: Settings, firsts: Mapping[Partition, int]) -> dict[Partition, int]:
    try:
        with connected(settings, idle_max_s=BATCH_IDLE_MAX_S) as connection:
            return kafka_offsets.starts(connection, settings.kafka_group, firsts)
    except AWAY as error:
        raise ConnectionError(f"the database is not there: {first_line(error)}") from error
