"""Topics and records as the bridge will make them: the key is the MQTT topic, and the header `topic` says it too."""

import asyncio
from collections.abc import Iterable
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kafka_server import KafkaServer
from vinterkoll.ingest.message import Message

RECORD_BYTES_MAX: Final = 2_200_000
"""As docs/production.md has it for topics and producers."""


def create_topic(
    server: KafkaServer, name: str, partitions: int, configs: dict[str, str] | None = None
) -> None:
    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=server.address)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])
        finally:
            await admin.close()

    asyncio.run(create())


def produce(server: KafkaServer, topic: str, messages: Iterable[Message]) -> None:
    """Write `messages` as records whose time is the receive time, and wait until Kafka has them."""

    async def send() -> None:
        async with AIOKafkaProducer(
            bootstrap_servers=server.address,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            max_request_size=RECORD_BYTES_MAX,
        ) as producer:
            sent = [
                await producer.send(
                    topic,
                    message.payload,
                    key=message.topic.encode(),
                    timestamp_ms=message.received_us // 1000,
                    headers=[("topic", message.topic.encode())],
                )
                for message in messages
            ]
            await asyncio.gather(*sent)

    asyncio.run(send())
