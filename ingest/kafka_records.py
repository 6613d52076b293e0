"""Messages as records of Kafka and back, and the spans of offsets that a batch of them covers.

A record: the value is the payload as it was sent; the header `topic` is the MQTT topic, which says the format and the
sender; the time is when it was received; the key, the MQTT topic too, keeps a device's records in one partition.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from aiokafka import ConsumerRecord

from vinterkoll.ingest.message import Message

SOURCE: Final = "kafka"
TOPIC_HEADER: Final = "topic"
_TIME_MAX_MS: Final = 253_402_300_799_000
"""The end of the year 9999: Kafka may allow a producer any 63 bits, which no database could keep with the reject."""

PAYLOAD_BYTES_MAX: Final = 2_000_000
"""A longer payload is cut here. It stays longer than VINTERKOLL_MESSAGE_BYTES_MAX may be, so the worker rejects it as
`too_large`, as it would have rejected the whole."""
RECORD_BYTES_MAX: Final = 2_200_000
"""Such a payload, the longest MQTT topic in key and header, and room: what a topic must take, so that no message can block
who writes to it."""


class Record(NamedTuple):
    """A record to write, as aiokafka's `send` names its parts."""

    value: bytes
    key: bytes
    headers: list[tuple[str, bytes]]
    timestamp_ms: int


class Span(NamedTuple):
    """Offsets of one partition from `start` up to, not including, `end`. The receipt of a message is the span from the
    end of the one before it: where records are missing in between, it covers them too.
    """

    topic: str
    partition: int
    start: int
    end: int


def record_of(message: Message) -> Record:
    """Return `message` as a record of at most `RECORD_BYTES_MAX`.

    >>> record_of(Message("mip/v1/a/b/position", b"{}", 1_700_000_000_123_456))
    Record(value=b'{}', key=b'mip/v1/a/b/position', headers=[('topic', b'mip/v1/a/b/position')], timestamp_ms=1700000000123)
    """
    topic = message.topic.encode()
    return Record(
        message.payload[:PAYLOAD_BYTES_MAX], topic, [(TOPIC_HEADER, topic)], message.received_us // 1_000
    )


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
