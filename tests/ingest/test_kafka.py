"""Real Kafka: the source of `vinterkoll ingest --source kafka`, and the broker that its tests stand on."""

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer

from kafka_records import create_topic, produce
from kafka_server import KafkaServer
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.kafka


def records(count: int) -> list[Message]:
    return [Message(f"mip/v1/snow/{at % 7}/position", b"%d" % at, 1_000_000 + at) for at in range(count)]


def test_a_group_joins_and_reads_what_was_produced(kafka: KafkaServer) -> None:
    create_topic(kafka, "group", 3)
    produce(kafka, "group", records(100))

    async def read() -> list[bytes]:
        async with AIOKafkaConsumer(
            "group",
            bootstrap_servers=kafka.address,
            group_id="first",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        ) as consumer:
            return [(await consumer.getone()).value for _ in range(100)]

    assert sorted(map(int, asyncio.run(read()))) == list(range(100))
