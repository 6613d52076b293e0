"""A membership in one of Kafka's consumer groups."""

from collections.abc import Collection
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer

from vinterkoll.ingest.kafka_cluster import KafkaCluster


@dataclass(frozen=True, slots=True)
class KafkaGroup:
    """A membership: it reads `topics` of `cluster`."""

    cluster: KafkaCluster
    topics: Collection[str]
    group: str
    session_timeout_s: float

    def new_consumer(self) -> AIOKafkaConsumer:
        """Return a consumer that is not connected yet."""
        return AIOKafkaConsumer(
            group_id=self.group,
            session_timeout_ms=round(self.session_timeout_s * 1_000),
            heartbeat_interval_ms=round(self.session_timeout_s * 1_000 / 3),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # Kafka knows no offsets of ours; the wanted one is sought before it counts
            **self.cluster.access,
        )

    async def connect(self, consumer: AIOKafkaConsumer) -> None:
        """Start `consumer`, and see that the topics are there.

        Raises
        ------
        BrokerRefusedError
            When `KafkaCluster.log_in` says so, or a topic is missing.
        BrokerUnavailableError
            When no broker answers.
        """
        await self.cluster.log_in()
        await consumer.start()
        if missing := set(self.topics) - await consumer.topics():
            raise self.cluster.missing(missing)

    def __str__(self) -> str:
        return str(self.cluster)
