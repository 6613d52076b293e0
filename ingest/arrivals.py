"""The queue between a source's network thread and the worker: what has come in, taken out a batch at a time.

Putting never waits. How much may be queued is the source's to decide, by what it lets the sender deliver.
"""

import threading
import time
from collections import deque
from typing import Final

from vinterkoll.ingest.message import Message

BATCH_BYTES_MAX: Final = 8_000_000
"""A batch closes here whatever its messages: a supplier's whole days would otherwise make one transaction of gigabytes.
Some 35,000 positions."""

QUEUE_BYTES_MAX: Final = 128_000_000
"""The queue is full here, whatever the number of messages: memory is bounded by bytes, not by their senders' habits."""


class Arrivals:
    """Messages in the order they came. `changed` guards them, and whatever its owner must change together with them."""

    def __init__(self) -> None:
        # Re-entrant: an MQTT client may call back from within a call that its owner makes while holding it.
        self.changed = threading.Condition(threading.RLock())
        self._queue: deque[tuple[float, Message]] = deque()
        self._bytes = 0
        self._last_s = 0.0
        self._wanted = 1
        self._error: Exception | None = None

    def __len__(self) -> int:
        return len(self._queue)

    def has_room(self, messages: int) -> bool:
        """Whether fewer than `messages`, and fewer than `QUEUE_BYTES_MAX`, are queued."""
        return len(self._queue) < messages and self.bytes_left > 0

    @property
    def bytes_left(self) -> int:
        """How many bytes more may be queued; negative where it is more than full."""
        return QUEUE_BYTES_MAX - self._bytes

    def put(self, message: Message) -> None:
        """Append `message`; wake the taker only when it has as many as it waits for."""
        with self.changed:
            self._last_s = time.monotonic()
            self._queue.append((self._last_s, message))
            self._bytes += _size(message)
            if len(self._queue) >= self._wanted or self._bytes >= BATCH_BYTES_MAX:
                self.changed.notify_all()

    def discard(self) -> None:
        """Forget what is queued. Its source must deliver it again."""
        with self.changed:
            self._queue.clear()
            self._bytes = 0
            self.changed.notify_all()

    def fail(self, error: Exception) -> None:
        """Let the taker, now or at its next call, raise `error`."""
        with self.changed:
            self._error = error
            self.changed.notify_all()

    def raise_failure(self) -> None:
        """Raise what `fail` was told, if anything."""
        if self._error is not None:
            raise self._error

    @property
    def failed(self) -> bool:
        """Whether `fail` was called."""
        return self._error is not None

    def take(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:
        """Return the next batch, closed as `Source.receive` says."""
        with self.changed:
            self._wanted = 1
            self.changed.wait_for(lambda: self._queue or self._error, max_wait_s)
            self.raise_failure()
            if not self._queue:
                return []
            self._wanted = max_rows
            deadline_s = self._queue[0][0] + max_wait_s
            while len(self._queue) < max_rows and self._bytes < BATCH_BYTES_MAX and self._error is None:
                left_s = min(deadline_s, self._last_s + idle_s) - time.monotonic()
                if left_s <= 0:
                    break
                self.changed.wait(left_s)
            batch = self._batch(max_rows)
            self.changed.notify_all()
            return batch

    def _batch(self, max_rows: int) -> list[Message]:
        """Take messages off the queue until there are `max_rows`, or `BATCH_BYTES_MAX` of them."""
        batch: list[Message] = []
        size = 0
        while self._queue and len(batch) < max_rows and size < BATCH_BYTES_MAX:
            batch.append(self._queue.popleft()[1])
            size += _size(batch[-1])
        self._bytes -= size
        return batch


def _size(message: Message) -> int:
    """Return what it takes: a topic may have 65 kB too."""
    return len(message.payload) + len(message.topic)
