"""A `Source` of recorded messages: each is handed out when its time has come, counted from the first, at a speed."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from vinterkoll.ingest.arrivals import BATCH_BYTES_MAX
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.recording import RecordingError

SECOND_US: Final = 1_000_000


class RecordedSource:
    """Hands out `messages` as their `received_us` are apart, divided by `speed`; infinity waits for none.

    One that was recorded before its predecessor, because a clock was set or a second file begins, is due at once.
    `at_end` is called when all were handed out. What cannot be read is raised by `receive`, after what is before it.
    """

    def __init__(
        self,
        messages: Iterable[Message],
        speed: float,
        at_end: Callable[[], None] = lambda: None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._messages = iter(messages)
        self._speed = speed
        self._at_end = at_end
        self._clock_s = clock_s
        self._sleep = sleep
        self._failure: RecordingError | None = None
        self._next = self._read()
        self._began_s = clock_s()
        self._began_us = self._next.received_us if self._next else 0

    @property
    def ended(self) -> bool:
        """Whether all was handed out."""
        return self._next is None and self._failure is None

    @property
    def connected(self) -> bool:
        """See `Source`: a file is there until it ends."""
        return not self.ended

    def receive(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:  # noqa: ARG002
        """See `Source`: what is due, at most `max_wait_s` from now.

        Raises
        ------
        RecordingError
            Where the recording is broken.
        """
        if self._failure:
            raise self._failure
        if (left_s := self._left_s()) > 0:
            self._sleep(min(left_s, max_wait_s))
        batch: list[Message] = []
        size = 0
        while self._next and len(batch) < max_rows and size < BATCH_BYTES_MAX and self._left_s() <= 0:
            batch.append(self._next)
            size += len(self._next.payload)
            self._next = self._read()
        if self.ended:
            self._at_end()
        return batch

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """See `Source`: a file does not mind."""

    def close(self) -> None:
        """See `Source`."""

    def _left_s(self) -> float:
        """Return the seconds until the next message is due, if there is one."""
        if self._next is None:
            return 0.0
        apart_s = (self._next.received_us - self._began_us) / SECOND_US
        return apart_s / self._speed - (self._clock_s() - self._began_s)

    def _read(self) -> Message | None:
        try:
            return next(self._messages, None)
        except RecordingError as error:
            self._failure = error
            return None
