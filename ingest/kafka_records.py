"""Records of Kafka as messages, and back to the spans of offsets that a batch of them covers.

A record: the value is the payload as it was sent; the header `topic` is the MQTT topic, which says the format and the
sender; the time is when it was received; the key keeps a device's records in one partition, and is not read.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from aiokafka import ConsumerRecord

from vinterkoll.ingest.message import Message

SOURCE: Final = "kafka"
TOPIC_HEADER: Final = "topic"
_TIME_MAX_MS: Final = 253_402_300_799_000
"""The end of the year 9999: Kafka may allow a producer any 63 bits, which no database could keep with the reject."""


class Span(NamedTuple):
    """Offsets of one partition from `start` up to, not including, `end`. The receipt of a message is the span from the
    end of the one before it: where records are missing in between, it covers them too.
    """

    topic: str
    partition: int
    start: int
    end: int


def message_of(record: ConsumerRecord, start: int) -> Message:
    """Return `record` as a message whose receipt begins at `start`."""
    return Message(
        _mqtt_topic(record),
        record.value or b"",
        min(max(record.timestamp, 0), _TIME_MAX_MS) * 1_000,
        SOURCE,
        Span(record.topic, record.partition, start, record.offset + 1),
    )


def spans_of(messages: Sequence[Message]) -> list[Span]:
    """Return what `messages` cover, a span a partition. They must be in the order in which they were received."""
    spans: dict[tuple[str, int], Span] = {}
    for message in messages:
        one: Span = message.receipt
        first = spans.get((one.topic, one.partition), one)
        spans[one.topic, one.partition] = one._replace(start=first.start)
    return list(spans.values())


def _mqtt_topic(record: ConsumerRecord) -> str:
    """Return what the header says, or Kafka's topic; "", which is no topic of ours, for bytes that are no text."""
    for name, value in record.headers:
        if name == TOPIC_HEADER:
            try:
                return bytes(value or b"").decode()
            except UnicodeDecodeError:
                return ""
    return str(record.topic)
