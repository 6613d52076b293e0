"""Messages from Kafka, as a member of a consumer group whose offsets are kept by the caller beside its rows.

aiokafka's loop runs in a thread of its own. What it reads goes on from where the caller says that it stored last: after
each assignment of partitions, and after `rewind`. Until that is known, nothing that was read is handed out.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from vinterkoll.ingest.arrivals import Arrivals
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka_records import message_of
from vinterkoll.ingest.message import Message

QUEUE_MESSAGES_MAX: Final = 10_000
"""Two full batches: one is stored while the next comes in. Then the partitions are paused."""
_READ_MAX: Final = 1_000
"""Records of one read, and so how far the queue may go over its limit."""
_POLL_MS: Final = 200
"""How long a read waits for records, and so how late a change of what is wanted is seen."""
_REVOKE_WAIT_S: Final = 3.0
"""How long a rebalance waits for the batch that is being stored: less than any session. One that takes longer is
stored too, or fails for its offsets; then the partition's next owner has it."""
_BACK_OFF_S: Final = 1.0
_STOP_MAX_S: Final = 3.0
"""Leaving the group takes an answer from Kafka; without one it notices by itself."""

Starts = Callable[[Mapping[tuple[str, int], int]], Mapping[tuple[str, int], int]]
"""The first offset of partitions that there is, in; the next offset to store, out. A ConnectionError: try again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KafkaGroup:
    """A membership."""

    bootstrap_servers: str
    topics: Collection[str]
    group: str
    client_id: str
    session_timeout_s: float

    def new_consumer(self) -> AIOKafkaConsumer:
        """Return a consumer that is not connected yet."""
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap_servers,
            group_id=self.group,
            client_id=self.client_id,
            session_timeout_ms=round(self.session_timeout_s * 1_000),
            heartbeat_interval_ms=round(self.session_timeout_s * 1_000 / 3),
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # Kafka knows no offsets of ours; the wanted one is sought before it counts
        )


class KafkaSource(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """A `Source`. Coroutines run in its own thread, the other public methods in the worker's."""

    def __init__(self, group: KafkaGroup, starts: Starts) -> None:
        self._group = group
        self._starts = starts
        self._arrivals = Arrivals()
        self._changed = self._arrivals.changed
        self._assigned = self._joined = False
        self._placed = False
        self._next: dict[TopicPartition, int] = {}
        self._handed_out = False
        self._trouble = f"Kafka at {group.bootstrap_servers} does not answer"
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=[self._run()], name="kafka"
        )
        self._thread.start()

    def wait_connected(self, timeout_s: float) -> None:
        """Return when the group has given this member its partitions, be it none.

        Raises
        ------
        BrokerRefusedError
            When Kafka said no.
        BrokerUnavailableError
            When there was no answer within `timeout_s`; the source goes on trying.
        """
        with self._changed:
            answered = self._changed.wait_for(lambda: self._joined or self._arrivals.failed, timeout_s)
            self._arrivals.raise_failure()
            if not answered:
                raise BrokerUnavailableError(self._trouble)

    def receive(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:
        """See `Source`. A lost connection is no error here: nothing comes until it is back.

        Raises
        ------
        BrokerRefusedError
            When Kafka refused, or the topic is another one than that of the stored offsets.
        """
        with self._changed:
            self._handed_out = False
            self._changed.notify_all()
            batch = self._arrivals.take(max_rows, max_wait_s, idle_s)
            self._handed_out = bool(batch)
            return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """See `Source`. Nothing is left to do: their offsets were stored with them."""

    def rewind(self) -> None:
        """Forget what was read and not handed out; go on from the offsets that are stored."""
        with self._changed:
            self._placed = False
            self._arrivals.discard()

    def close(self) -> None:
        """Leave the group, so that others have the partitions at once."""
        with self._changed:
            self._handed_out = False
            self._changed.notify_all()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
            self._loop.close()

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:  # noqa: ARG002
        """Finish the batch that is being stored before others get the partitions."""
        self.rewind()
        await asyncio.to_thread(self._wait_stored)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:  # noqa: ARG002
        """Seek anew before anything more is handed out."""
        self.rewind()
        self._assigned = True

    def _wait_stored(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._handed_out, _REVOKE_WAIT_S)

    async def _run(self) -> None:
        consuming = asyncio.create_task(self._consume())
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({consuming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        consuming.cancel()
        try:
            await consuming
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001  # whatever ends the reading must end the worker
            self._arrivals.fail(error)

    async def _consume(self) -> None:
        """Be a member of the group; begin anew after what may pass."""
        while True:
            consumer = self._group.new_consumer()
            try:
                await consumer.start()
                await self._subscribe(consumer)
                while True:
                    await self._poll(consumer)
            except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as error:
                raise BrokerRefusedError(f"Kafka at {self._group.bootstrap_servers}: {error}") from error
            except (KafkaError, ConnectionError) as error:
                self._trouble = f"Kafka at {self._group.bootstrap_servers}: {error}"
                log.warning("%s", self._trouble)
            finally:
                self.rewind()
                with suppress(TimeoutError, KafkaError):
                    await asyncio.wait_for(consumer.stop(), _STOP_MAX_S)
            await asyncio.sleep(_BACK_OFF_S)

    async def _subscribe(self, consumer: AIOKafkaConsumer) -> None:
        missing = sorted(set(self._group.topics) - await consumer.topics())
        if missing:
            raise BrokerRefusedError(
                f"Kafka at {self._group.bootstrap_servers} has no topic {', '.join(missing)}: create it"
            )
        consumer.subscribe(list(self._group.topics), listener=self)

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        """Read once. Without room the partitions are paused, and still asked for: who does not ask loses them."""
        if not self._placed:
            await self._place(consumer)
        if self._arrivals.has_room(QUEUE_MESSAGES_MAX):
            consumer.resume(*consumer.paused())
        else:
            consumer.pause(*consumer.assignment())
        found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_READ_MAX)
        with self._changed:
            if self._placed:  # else it was read from where we no longer are
                for partition, records in found.items():
                    self._put(partition, records)

    async def _place(self, consumer: AIOKafkaConsumer) -> None:
        """Seek to the stored offsets, unless partitions or offsets change meanwhile: then it is to be done again."""
        self._placed, partitions = True, consumer.assignment()
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        starts = await asyncio.to_thread(self._starts, {tuple(one): at for one, at in firsts.items()})
        with self._changed:
            if not self._placed:
                return
            self._next = {one: starts[tuple(one)] for one in partitions}
            for one, start in self._next.items():
                if start > ends[one]:
                    raise self._other_topic(one, start)
                consumer.seek(one, max(start, firsts[one]))
            self._joined = self._joined or self._assigned
            self._changed.notify_all()

    def _put(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            start = self._next[partition]
            if record.offset < start:
                raise self._other_topic(partition, start)
            if record.offset > start:
                log.error(
                    "%s/%d: offsets %d to %d are not there: deleted before they were read",
                    *partition,
                    start,
                    record.offset - 1,
                )
            self._arrivals.put(message_of(record, start))
            self._next[partition] = record.offset + 1

    def _other_topic(self, partition: TopicPartition, start: int) -> BrokerRefusedError:
        return BrokerRefusedError(
            f"{partition.topic}/{partition.partition} ends before the stored offset {start}: it was made anew or lost"
            " records. Name a new VINTERKOLL_KAFKA_GROUP to read it from its beginning; no row is stored twice"
        )
