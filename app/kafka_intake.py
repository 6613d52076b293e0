"""HTTP ingest into Kafka: a body is decoded to say what is wrong with it, and written as it came for the workers to store."""

import asyncio
from collections.abc import Callable, Collection, Mapping

from vinterkoll.api.intake import BusyError, Delivery, NotReadyError, Receipt, TooManyItemsError
from vinterkoll.app.decoding import Batch, Decoding
from vinterkoll.app.http_intake import rejected_item
from vinterkoll.ingest import http_body
from vinterkoll.ingest.errors import SourceError
from vinterkoll.ingest.http_body import HttpFormat
from vinterkoll.ingest.kafka_writer import KafkaWriter
from vinterkoll.ingest.message import Message

ANSWER_MAX_S = 10.0
"""How long a sender waits for Kafka before it is told to come again. What was handed over may be written nevertheless."""


class KafkaIntake:
    """An `api.intake.Intake`: durable means that all of Kafka's replicas in step have it.

    `decoding` is the worker's, without register and raw horizon, which only the database knows. `clock` is the receive
    clock, in microseconds UTC. `formats`: path name to format.
    """

    is_stored = False

    def __init__(
        self,
        writer: KafkaWriter,
        decoding: Decoding,
        formats: Mapping[str, HttpFormat],
        *,
        clock: Callable[[], int],
        body_bytes_max: int,
        items_max: int,
        waiting_max: int,
    ) -> None:
        self._writer = writer
        self._decoding = decoding
        self._formats = formats
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._items_max = items_max
        self._waiting_max = waiting_max
        self._waiting = 0

    @property
    def path_names(self) -> Collection[str]:
        return self._formats.keys()

    @property
    def body_bytes_max(self) -> int:
        return self._body_bytes_max

    @property
    def busy(self) -> bool:
        return self._waiting >= self._waiting_max

    async def accept(self, delivery: Delivery) -> Receipt:
        if self.busy:
            raise BusyError
        self._waiting += 1
        try:
            placed, batch = await asyncio.to_thread(self._decode, delivery, self._clock())
            await self._write([message for _, message in placed])
        finally:
            self._waiting -= 1
        rejected = [
            rejected_item(one, placed[one.reject.message][0] if delivery.lines else max(one.reject.item, 0))
            for one in batch.rejected
        ]
        accepted = sum(len(found.rows) for found in batch.observations.values())
        return Receipt(accepted, 0, sorted(rejected, key=lambda item: item.index))

    async def close(self) -> None:
        await self._writer.close()

    def _decode(self, delivery: Delivery, received_us: int) -> tuple[list[tuple[int, Message]], Batch]:
        try:
            placed = http_body.messages_of(
                delivery.content,
                self._formats[delivery.path_name],
                delivery.owner,
                received_us,
                lines=delivery.lines,
                items_max=self._items_max,
            )
        except http_body.TooManyItemsError as error:
            raise TooManyItemsError(str(error)) from None
        return placed, self._decoding.decode([message for _, message in placed])

    async def _write(self, messages: list[Message]) -> None:
        try:
            await asyncio.wait_for(self._writer.write(messages), ANSWER_MAX_S)
        except TimeoutError:
            raise NotReadyError("Kafka does not take it now; a part may be taken later") from None
        except SourceError as error:
            raise NotReadyError(str(error)) from error
