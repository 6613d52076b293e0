"""Messages written to a topic of Kafka: each has been taken by all replicas in step when it counts as written."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError

from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka_cluster import KafkaCluster
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX, Record, record_of
from vinterkoll.ingest.message import Message

_COMPRESSION: Final = "zstd"
"""As the topic's, so that Kafka stores what it gets as it is."""
_BATCH_BYTES: Final = 262_144
"""Of one partition, before compression: positions resemble each other, so larger ones become smaller."""
_LINGER_MS: Final = 5
_ANSWER_MS: Final = 10_000
"""How long one request may take; then it is sent again."""
_PATIENCE_S: Final = 10.0
"""How often it is said that Kafka takes nothing."""
_BACK_OFF_S: Final = 1.0
_STOP_MAX_S: Final = 1.0

_log = logging.getLogger(__name__)


class KafkaWriter:
    """A producer. Where Kafka is away it waits, and sends again what was not taken; its producer id makes that one record.

    Several may write at the same time, in one loop.
    """

    def __init__(self, cluster: KafkaCluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def check(self) -> None:
        """See that the topic is there and takes whatever a broker of MQTT lets through.

        Raises
        ------
        BrokerRefusedError
            When it does not, or Kafka refused the log-in.
        BrokerUnavailableError
            When Kafka does not answer.
        """
        try:
            found = await self._cluster.topics([self._topic])
        except KafkaError as error:
            raise BrokerUnavailableError(f"{self._cluster}: {error}") from error
        if not found:
            raise self._cluster.missing([self._topic])
        bytes_max = int(found[0].config.get("max.message.bytes", 0))
        if not found[0].config:
            _log.warning(
                "whether %s takes records of %d bytes cannot be seen: let the user DescribeConfigs",
                self._topic,
                RECORD_BYTES_MAX,
            )
        elif bytes_max < RECORD_BYTES_MAX:
            raise BrokerRefusedError(
                f"{self._topic} takes {bytes_max} bytes a record, and messages may need {RECORD_BYTES_MAX}: "
                f"set its max.message.bytes to that or more"
            )

    async def write(self, messages: Sequence[Message]) -> None:
        """Return when all are written, however long that takes.

        Raises
        ------
        BrokerRefusedError
            When Kafka will not have them, and asking again does not change it. Some may be written.
        """
        left = [record_of(message) for message in messages]
        while left:
            left, error = await self._try(left)
            if isinstance(error, MessageSizeTooLargeError | TopicAuthorizationFailedError):
                raise BrokerRefusedError(
                    f"{self._cluster} refused records of {self._topic}: {error}"
                ) from error
            if left:
                _log.warning("%s did not take %d records, trying again: %s", self._cluster, len(left), error)
                await self.close()
                await asyncio.sleep(_BACK_OFF_S)

    async def close(self) -> None:
        """Hang up. What was not written is forgotten here."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(TimeoutError, KafkaError):
                await asyncio.wait_for(producer.stop(), _STOP_MAX_S)

    async def _try(self, records: Sequence[Record]) -> tuple[list[Record], BaseException | None]:
        """Return those that were not written, and one reason why."""
        sent: list[asyncio.Future[object]] = []
        error: BaseException | None = None
        try:
            producer = await self._connected()
            for one in records:
                answer = await producer.send(self._topic, **one._asdict())
                sent.append(answer)
        except (KafkaError, OSError) as trouble:
            error = trouble
        await self._settled(sent)
        answers = [one.exception() for one in sent]
        left = [record for record, answer in zip(records, answers, strict=False) if answer is not None]
        error = next((answer for answer in answers if answer is not None), error)
        if error is not None and not isinstance(error, KafkaError | OSError):
            raise error
        return left + list(records[len(sent) :]), error

    async def _settled(self, sent: Sequence["asyncio.Future[object]"]) -> None:
        """Wait for Kafka's answers; it may be away for hours, and the producer goes on trying."""
        pending = set(sent)
        while pending:
            _, pending = await asyncio.wait(pending, timeout=_PATIENCE_S)
            if pending:
                _log.warning("%s has not taken %d records yet", self._cluster, len(pending))

    async def _connected(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                self._producer = await self._started()
            return self._producer

    async def _started(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            acks="all",
            enable_idempotence=True,
            compression_type=_COMPRESSION,
            max_batch_size=_BATCH_BYTES,
            max_request_size=RECORD_BYTES_MAX,
            linger_ms=_LINGER_MS,
            request_timeout_ms=_ANSWER_MS,
            **self._cluster.access,
        )
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        return producer
