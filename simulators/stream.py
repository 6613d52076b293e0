"""What flows through a simulator: messages in the order of their sending time, from sources to a sink."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

SECOND_US: Final = 1_000_000
BLOCK_S: Final = 600
"""Sources make their messages in blocks of this length, aligned to the anchor; every interval divides it."""


class Account(NamedTuple):
    """What is true of a message and does not show in it."""

    device: str
    """The vehicle or sensor it comes from."""
    made_us: int
    """True time of the observation: the sending time may be later, the payload's clock may be wrong."""
    fault: str = ""
    """That of the device, where it made this observation wrong."""
    attempt: int = 1
    """Of the sendings of one observation."""
    reject: str = ""
    """The code that ingest is to reject it with."""


NO_ACCOUNT: Final = Account("", 0)


@dataclass(frozen=True, slots=True)
class Message:
    """One message and when it is sent, in simulated time. The event time is in the payload."""

    time_us: int
    topic: str
    payload: bytes
    account: Account = NO_ACCOUNT


class Source(Protocol):
    """Something that sends messages."""

    device: str
    """Its name; no other source has it."""

    def block(self, number: int) -> list[Message]:
        """Return its messages of the block that begins `number * BLOCK_S` after the anchor, in any order."""


class Sink(Protocol):
    """Where messages go."""

    def send(self, message: Message) -> bool:
        """Take one message, perhaps after waiting for room; return False where the run's end came before it."""

    def close(self) -> None:
        """Return when all that was sent is safe, or after the sink's own time limit."""


def to_us(instant: datetime) -> int:
    """Return microseconds since 1970; a `datetime` without offset is refused.

    >>> to_us(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds


def timestamps(times_us: NDArray[np.int64]) -> list[str]:
    """Return RFC 3339 texts in UTC with milliseconds, for times (n,) in microseconds.

    >>> timestamps(np.array([1_500_000]))
    ['1970-01-01T00:00:01.500Z']
    """
    texts = np.datetime_as_string(times_us.astype("M8[us]").astype("M8[ms]"))
    return [f"{text}Z" for text in texts.tolist()]
