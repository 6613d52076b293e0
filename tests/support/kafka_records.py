"""Topics, and records in them, as the bridge makes them; and what a topic holds."""

import asyncio
from collections.abc import Iterable
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kafka_server import KafkaServer
from vinterkoll.ingest.kafka_cluster import KafkaCluster
from vinterkoll.ingest.kafka_writer import KafkaWriter
from vinterkoll.ingest.message import Message

END_S: Final = 20


def create_topic(
    server: KafkaServer, name: str, partitions: int, configs: dict[str, str] | None = None
) -> None:
    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.address)
        await admin.start()
        try:
            kept = {"retention.ms": "-1"} | (configs or {})  # records of tests may be from 1970
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=kept)])
        finally:
            await admin.close()

    asyncio.run(create())


def produce(server: KafkaServer, topic: str, messages: Iterable[Message]) -> None:
    """Write `messages` as records whose time is the receive time, and wait until Kafka has them."""

    async def send() -> None:
        writer = KafkaWriter(KafkaCluster(server.address, "tests"), topic)
        await writer.write(list(messages))
        await writer.close()

    asyncio.run(send())


def records_of(server: KafkaServer, topic: str) -> list[ConsumerRecord]:
    """All that is in `topic` now."""

    async def read() -> list[ConsumerRecord]:
        async with AIOKafkaConsumer(
            topic, bootstrap_servers=server.address, auto_offset_reset="earliest"
        ) as consumer:
            ends = await consumer.end_offsets(consumer.assignment())
            found: list[ConsumerRecord] = []
            async with asyncio.timeout(END_S):
                while any([await consumer.position(one) < end for one, end in ends.items()]):
                    for some in (await consumer.getmany(timeout_ms=200)).values():
                        found += some
            return found

    return asyncio.run(read())


def count_of(server: KafkaServer, topic: str) -> int:
    """How many records there are in `topic`, or were."""

    async def ask() -> int:
        async with AIOKafkaConsumer(topic, bootstrap_servers=server.address) as consumer:
            return sum((await consumer.end_offsets(consumer.assignment())).values())

    return asyncio.run(ask())
