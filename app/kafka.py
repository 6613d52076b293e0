"""Kafka's part of `vinterkoll ingest`: the source, and the checkpoint that moves its offsets beside the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg

from vinterkoll.app.bisecting import first_line
from vinterkoll.app.broker_trust import kafka_trust
from vinterkoll.app.database import connected
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.kafka import KafkaSource
from vinterkoll.ingest.kafka_group import KafkaGroup
from vinterkoll.ingest.kafka_records import spans_of
from vinterkoll.ingest.message import Message
from vinterkoll.storage import kafka_offsets
from vinterkoll.storage.kafka_offsets import Partition


def kafka_source(settings: Settings) -> KafkaSource:
    """Join the group that the settings name."""
    return KafkaSource(kafka_group(settings), partial(_starts, settings))


def kafka_group(settings: Settings) -> KafkaGroup:
    """Return the membership that the settings describe."""
    return KafkaGroup(
        settings.kafka_bootstrap_servers,
        settings.kafka_topics,
        settings.kafka_group,
        settings.worker,
        settings.kafka_session_timeout_s,
        kafka_trust(settings),
        settings.kafka_sasl_mechanism,
        settings.kafka_user,
        settings.kafka_password.get_secret_value(),
    )


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
        with connected(settings) as connection:
            return kafka_offsets.starts(connection, settings.kafka_group, firsts)
    except psycopg.OperationalError as error:
        raise ConnectionError(f"the database is not there: {first_line(error)}") from error
