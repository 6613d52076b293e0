"""HTTP ingest into the database: one writer in a thread of its own, behind which a bounded number of requests wait."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from vinterkoll.api.intake import BusyError, Delivery, NotReadyError, Receipt, RejectedItem, TooManyItemsError
from vinterkoll.app.bisecting import Bisection, Intake
from vinterkoll.app.database import AWAY
from vinterkoll.app.opening import Opening
from vinterkoll.ingest import http_body
from vinterkoll.ingest.http_body import HttpFormat
from vinterkoll.storage.rejects import RejectedMessage


class HttpIntake:
    """An `api.intake.Intake`.

    `connect` opens the way to the database: at the first delivery, and again after it was lost. `clock` is the receive
    clock, in microseconds UTC. `formats`: path name to format.
    """

    is_stored = True

    def __init__(
        self,
        connect: Callable[[], Intake],
        formats: Mapping[str, HttpFormat],
        *,
        clock: Callable[[], int],
        body_bytes_max: int,
        items_max: int,
        waiting_max: int,
    ) -> None:
        self._way = Opening(connect)
        self._formats = formats
        self._clock = clock
        self._body_bytes_max = body_bytes_max
        self._items_max = items_max
        self._waiting_max = waiting_max
        self._waiting = 0
        self._count = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="http-ingest")

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
        received_us = self._clock()
        with self._count:
            if self.busy:
                raise BusyError
            self._waiting += 1
        stored = self._thread.submit(self._store, delivery, received_us)
        stored.add_done_callback(self._leave)  # not when the caller goes: it still occupies the writer
        try:
            return await asyncio.wrap_future(stored)
        except (
            asyncio.CancelledError
        ):  # the server stops, and has waited: better to say so than that we failed
            raise NotReadyError("the server is being stopped; a part may be stored") from None

    async def close(self) -> None:
        self._way.give_up()  # who waited for it was sent away before
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._way.close()

    def _leave(self, _stored: "Future[Receipt]") -> None:
        with self._count:
            self._waiting -= 1

    def _store(self, delivery: Delivery, received_us: int) -> Receipt:
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
        bisection, retried = Bisection([message for _, message in placed]), False
        done = rows = duplicates = 0
        rejected: list[RejectedItem] = []
        while bisection.pending:
            try:
                part = bisection.step(self._way.intake())
            except AWAY:
                self._way.close()
                if retried or self._way.given_up:
                    raise
                retried = True  # an idle connection may have been lost long ago: once more, with a new one
                continue
            rows += part.accepted.rows
            duplicates += part.accepted.duplicates
            for one in part.accepted.rejected:
                place, _ = placed[done + one.reject.message]
                rejected.append(rejected_item(one, place if delivery.lines else max(one.reject.item, 0)))
            done += len(part.messages)
        return Receipt(rows, duplicates, sorted(rejected, key=lambda item: item.index))


def rejected_item(one: RejectedMessage, index: int) -> RejectedItem:
    """Return `one` as its sender is told of it."""
    return RejectedItem(index, str(one.reject.code), one.reject.field, one.reject.detail)
