"""What a source hands on: one message as it came, with where it came from."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from vinterkoll.processing.observations import DTYPES, ObservationKind, Rows
from vinterkoll.processing.rejects import Reject


def wall_clock_us() -> int:
    """Return the time of day in microseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream. `receipt` belongs to the source that made it, which acknowledges by it."""

    topic: str
    payload: bytes
    received_us: int
    source: str = "mqtt"
    receipt: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The accepted rows of some messages, all of one kind, and the rejects of the same messages.

    Every item of every message is in exactly one of the two.
    """

    kind: ObservationKind
    rows: Rows
    rejects: list[Reject]

    @classmethod
    def empty(cls, kind: ObservationKind) -> "Decoded":
        return cls(kind, np.empty(0, DTYPES[kind]), [])


Decoder = Callable[[Sequence[Message]], Decoded]
"""A format: messages in; rows out, whose `message` is the index into that sequence. Never raises for bad data."""


class Source(Protocol):
    """A stream of messages that are delivered at least once."""

    @property
    def connected(self) -> bool:
        """Whether messages can come at this moment."""

    def receive(self, max_rows: int, max_wait_s: float, idle_s: float) -> list[Message]:
        """Return up to `max_rows` messages: those that came within `max_wait_s` of the first, or until `idle_s`
        passed without a new one. Empty when none came within `max_wait_s`.
        """

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the sender that `messages` are durable. Not before they are."""

    def close(self) -> None:
        """Stop receiving. What was not acknowledged will be delivered again."""
