"""Messages from Kafka, as a member of a consumer group whose offsets are kept by the caller beside its rows.

aiokafka's loop runs in a thread of its own. What it reads goes on from where the caller says that it stored last: after
each assignment of partitions, and after `rewind`. Until that is known, nothing that was read is handed out.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from vinterkoll.ingest.arrivals import Arrivals
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka_group import KafkaGroup
from vinterkoll.ingest.kafka_positions import Positions
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.ingest.message import Message

QUEUE_MESSAGES_MAX: Final = 10_000
"""Two full batches: one is stored while the next comes in. Then the partitions are paused."""
_POLL_MS: Final = 200
"""How long a read waits for records, and so how late a change of what is wanted is seen."""
_REVOKE_WAIT_S: Final = 3.0
"""How long a rebalance waits for the batch that is being stored: less than 6 s, the shortest session that Kafka allows
unless told otherwise. A batch that takes longer is stored too, or fails for its offsets; then the next owner has it."""
_LOOK_S: Final = 5.0
"""How often Kafka is asked where the partitions end."""
_BACK_OFF_S: Final = 1.0
_STOP_MAX_S: Final = 1.0
"""Leaving the group takes an answer from Kafka; without one it notices by itself."""

Starts = Callable[[Mapping[tuple[str, int], int]], Mapping[tuple[str, int], int]]
"""The first offset of partitions that there is, in; the next offset to store, out. A ConnectionError: try again."""

_log = logging.getLogger(__name__)


class KafkaSource(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """A `Source`. Coroutines run in its own thread, the other public methods in the worker's."""

    def __init__(self, group: KafkaGroup, starts: Starts) -> None:
        self._group = group
        self._starts = starts
        self._arrivals = Arrivals()
        self._changed = self._arrivals.changed
        self._assigned = self._joined = False
        self._placed = False
        self._positions = Positions({}, {})
        self._ends: Mapping[TopicPartition, int] = {}
        self._looked_s = 0.0
        self._handed_out = False
        self._trouble = f"{group} does not answer"
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

    @property
    def connected(self) -> bool:
        """See `Source`: whether this member reads on from its offsets; not while partitions move, or Kafka is away."""
        return self._placed

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

    def take_ends(self) -> Mapping[tuple[str, int], int]:
        """Return where this member's partitions end; empty unless Kafka said so since the last call."""
        with self._changed:
            ends, self._ends = self._ends, {}
            return {tuple(partition): end for partition, end in ends.items()}

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
                await self._subscribe(consumer)
                while True:
                    await self._poll(consumer)
            except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as error:
                raise BrokerRefusedError(f"{self._group}: {error}") from error
            except (KafkaError, OSError) as error:
                self._complain(error)
            finally:
                self.rewind()
                with suppress(TimeoutError, KafkaError):
                    await asyncio.wait_for(consumer.stop(), _STOP_MAX_S)
            await asyncio.sleep(_BACK_OFF_S)

    async def _subscribe(self, consumer: AIOKafkaConsumer) -> None:
        """Connect. A member that was let in once takes a refusal for one that passes: brokers may be starting."""
        try:
            await self._group.connect(consumer)
        except BrokerRefusedError as error:
            if self._joined:
                raise BrokerUnavailableError(str(error)) from error
            raise
        consumer.subscribe(list(self._group.topics), listener=self)

    async def _poll(self, consumer: AIOKafkaConsumer) -> None:
        """Read once. Without room the partitions are paused, and still asked for: who does not ask loses them."""
        if not self._placed and not await self._place(consumer):
            return
        if self._loop.time() - self._looked_s > _LOOK_S:
            await self._look(consumer)
        if self._arrivals.has_room(QUEUE_MESSAGES_MAX):
            consumer.resume(*consumer.paused())
        else:
            consumer.pause(*consumer.assignment())
        # As many as fit, were each of the longest: 58 into an empty queue, and one over the limit of bytes at most. More at
        # once, were they known to be short, cost as much a record.
        fitting = max(self._arrivals.bytes_left // RECORD_BYTES_MAX, 1)
        found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=fitting)
        with self._changed:
            if self._placed:  # else it was read from where we no longer are
                for partition, records in found.items():
                    for record in records:
                        self._arrivals.put(self._positions.message(partition, record))

    async def _look(self, consumer: AIOKafkaConsumer) -> Mapping[TopicPartition, int]:
        """Ask where the partitions end: what a read tells of it grows old while they are paused."""
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(consumer.assignment())
        self._looked_s = self._loop.time()
        with self._changed:
            self._ends = ends
        return ends

    async def _place(self, consumer: AIOKafkaConsumer) -> bool:
        """Seek to the stored offsets, and return whether that is where we are: partitions or offsets may change meanwhile,
        and the database be away. Neither costs the membership.
        """
        self._placed, partitions = True, consumer.assignment()
        firsts = await consumer.beginning_offsets(partitions)
        try:
            stored = await asyncio.to_thread(self._starts, {tuple(one): at for one, at in firsts.items()})
        except ConnectionError as error:
            self.rewind()
            self._complain(error)
            await asyncio.sleep(_BACK_OFF_S)
            return False
        starts = {partition: stored[tuple(partition)] for partition in partitions}
        ends = await self._look(
            consumer
        )  # after the stored offsets were read: another may have moved them on
        with self._changed:
            if self._placed:
                self._positions = Positions(starts, ends)
                for partition, start in starts.items():
                    consumer.seek(partition, max(start, firsts[partition]))
                self._joined = self._joined or self._assigned
                self._changed.notify_all()
            return self._placed

    def _complain(self, error: Exception) -> None:
        self._trouble = str(error)
        _log.warning("%s", error)
