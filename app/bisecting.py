"""A batch accepted part by part: where the data of one message spoils it, halved down to that message.

Each part that was accepted or refused is durable and done; a database that goes away in between costs nothing of it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import psycopg
from shapely.errors import ShapelyError

from vinterkoll.app.accepting import Accepted
from vinterkoll.ingest.message import Message
from vinterkoll.processing.rejects import Reason
from vinterkoll.storage.rejects import RejectedMessage

_BLAMES_A_MESSAGE: Final = (
    *(psycopg.DataError, psycopg.IntegrityError),
    *(psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    ShapelyError,
)
"""What one message can cause: the database refuses a value, or finds it too long, too deep, which it would again and again;
or code of ours, or below it (RuntimeError: PROJ's, too deep a recursion), meets what it did not expect. Everything else of
the database's is the operator's (rights, schema) or passes; a lack of memory is the machine's."""

_log = logging.getLogger(__name__)


class Intake(Protocol):
    """Where batches become durable: `accepting.Acceptance`."""

    def accept(self, messages: Sequence[Message]) -> Accepted:
        """Store a batch and what follows from it, or nothing."""

    def refuse(self, message: Message, reason: Reason, detail: str) -> RejectedMessage:
        """Store a message as a reject, and return it."""

    def beat(self, *, connected: bool) -> None:
        """Say that the worker is alive, and whether it has its source."""

    def interrupt(self) -> None:
        """Give up what is under way, from another thread: whatever waits raises an `OperationalError`."""

    def close(self) -> None:
        """Give up the connection."""


@dataclass(frozen=True, slots=True)
class Part:
    """Messages that are durable now, and what became of them."""

    messages: Sequence[Message]
    accepted: Accepted


class Bisection:
    """A batch on its way in. Call `step` until `pending` is empty; after an error it may be called again."""

    def __init__(self, batch: Sequence[Message]) -> None:
        self.pending: list[Sequence[Message]] = [batch] if batch else []

    def step(self, intake: Intake) -> Part:
        """Make the next part durable.

        Raises
        ------
        psycopg.Error
            When the database is away, or refuses for a reason that is no message's fault. Nothing of the part is
            stored, and it stays pending.
        """
        while True:
            part = self.pending[-1]
            try:
                accepted = intake.accept(part)
            except _BLAMES_A_MESSAGE as error:
                if len(part) > 1:
                    middle = len(part) // 2
                    self.pending[-1:] = [part[middle:], part[:middle]]
                    continue
                accepted = _refused(intake, part[0], error)
            self.pending.pop()
            return Part(part, accepted)


def _refused(intake: Intake, message: Message, error: Exception) -> Accepted:
    """Keep a message that nothing can be made of: with its bytes, to be looked at and sent again."""
    ours = not isinstance(error, psycopg.Error)
    reason = Reason.INTERNAL_ERROR if ours else Reason.STORAGE_REFUSED
    # the text of our own mistake may repeat what the message said, and that may be personal
    detail = type(error).__name__ if ours else first_line(error)
    _log.error("%s: a message on %s: %s", reason, message.topic, detail, exc_info=error if ours else None)
    return Accepted(0, 0, [intake.refuse(message, reason, detail)])


def first_line(error: Exception) -> str:
    """Return the first line of an error's text: the rest of PostgreSQL's may repeat a row's values."""
    return str(error).partition("\n")[0]
