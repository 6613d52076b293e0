"""Records of Kafka as messages: whatever a producer writes becomes a message that can be stored, or rejected."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord

from vinterkoll.ingest.kafka_records import message_of, spans_of


def record(offset: int, **changed: Any) -> ConsumerRecord:
    fields: dict[str, Any] = {
        "topic": "vinterkoll.messages",
        "partition": 1,
        "offset": offset,
        "timestamp": 1_700_000_000_123,
        "timestamp_type": 0,
        "key": b"k",
        "value": b"{}",
        "checksum": None,
        "serialized_key_size": 1,
        "serialized_value_size": 2,
        "headers": (("other", b"x"), ("topic", b"mip/v1/nord/AB1/position")),
    }
    return ConsumerRecord(**fields | changed)


def test_its_header_is_the_topic_and_its_time_the_receive_time() -> None:
    message = message_of(record(7), 5)
    assert (message.topic, message.payload) == ("mip/v1/nord/AB1/position", b"{}")
    assert (message.received_us, message.source) == (1_700_000_000_123_000, "kafka")
    assert message.receipt == ("vinterkoll.messages", 1, 5, 8)


@pytest.mark.parametrize(
    ("headers", "topic"),
    [((), "vinterkoll.messages"), ((("topic", b"\xff"),), ""), ((("topic", None),), "")],
)
def test_without_a_header_that_is_text(headers: tuple[tuple[str, bytes | None], ...], topic: str) -> None:
    assert message_of(record(7, headers=headers), 7).topic == topic


def test_a_record_without_a_value_is_an_empty_message() -> None:
    assert message_of(record(7, value=None), 7).payload == b""


@pytest.mark.parametrize(("sent_ms", "kept_us"), [(-1, 0), (2**63 - 1, 253_402_300_799_000_000)])
def test_a_time_that_could_not_be_stored_is_kept_as_the_nearest(sent_ms: int, kept_us: int) -> None:
    assert message_of(record(7, timestamp=sent_ms), 7).received_us == kept_us


def test_a_batch_covers_a_span_of_each_partition() -> None:
    messages = [
        message_of(record(4), 2),
        message_of(record(9, partition=0), 9),
        message_of(record(6), 5),
        message_of(record(0, topic="a"), 0),
    ]
    assert sorted(spans_of(messages)) == [
        ("a", 1, 0, 1),
        ("vinterkoll.messages", 0, 9, 10),
        ("vinterkoll.messages", 1, 2, 7),
    ]
    assert spans_of([]) == []
