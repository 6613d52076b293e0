"""The simulated clock: runs fast from a start in the past, and as fast as the real one from where it reaches it."""

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from vinterkoll.simulators.stream import SECOND_US, Message

TICK_S: Final = 0.01
"""Shortest wait: messages that are due closer together go out together."""
LONGEST_WAIT_S: Final = 1.0
"""Then the real clock is read again: it may have been set."""


class Clock(Protocol):
    """The real clock of a run, and the wish to end it."""

    def now_s(self) -> float:
        """Return seconds since 1970."""

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or at once when the run is to end."""

    def stopped(self) -> bool:
        """Return whether the run is to end."""


class WallClock:
    """The machine's clock."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping

    def now_s(self) -> float:
        return time.time()

    def wait(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def stopped(self) -> bool:
        return self._stopping.is_set()


def paced(messages: Iterable[Message], start_us: int, speed: float, clock: Clock) -> Iterator[Message]:
    """Pass each message on when its time has come: from `start_us` on at `speed`, never ahead of the real clock."""
    began_s, start_s = clock.now_s(), start_us / SECOND_US
    for message in messages:
        due_s = message.time_us / SECOND_US
        while not clock.stopped():
            now_s = clock.now_s()
            simulated_s = min(now_s, start_s + (now_s - began_s) * speed)
            if due_s <= simulated_s:
                break
            rate = speed if simulated_s < now_s else 1.0
            clock.wait(min(max((due_s - simulated_s) / rate, TICK_S), LONGEST_WAIT_S))
        if clock.stopped():
            return
        yield message
