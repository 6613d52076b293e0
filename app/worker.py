"""The ingest worker: batch, accept, acknowledge; wait out a database that is away; bisect a batch it refuses."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import psycopg

from vinterkoll.app.accepting import Accepted
from vinterkoll.ingest.message import Message, Source
from vinterkoll.processing.rejects import Reason

_BACK_OFF_MIN_S: Final = 0.2
_BACK_OFF_MAX_S: Final = 5.0
"""A database that is back is used again within 5 s."""
_HEARTBEAT_S: Final = 5.0
"""A worker without messages says so this often, so that silence is told from death."""
_REPORT_S: Final = 10.0

_BLAMES_A_MESSAGE: Final = (
    *(psycopg.DataError, psycopg.IntegrityError),
    *(ArithmeticError, LookupError, TypeError, ValueError),
)
"""What one message can cause: the database refuses a value, or code of ours meets what it did not expect. Everything
else of the database's is the operator's (rights, schema) or passes."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batching:
    """When a batch closes."""

    rows: int
    wait_s: float
    idle_s: float


class Intake(Protocol):
    """Where batches become durable: `accepting.Acceptance`."""

    def accept(self, messages: Sequence[Message]) -> Accepted:
        """Store a batch and what follows from it, or nothing."""

    def refuse(self, message: Message, reason: Reason, detail: str) -> None:
        """Store a message as a reject."""

    def beat(self) -> None:
        """Say that the worker is alive."""

    def close(self) -> None:
        """Give up the connection."""


class Worker:
    """Moves messages from a source to the database until it is told to stop.

    `connect` opens an intake; it is called again after the database was lost. `drain_s`: when stopping, go on until this long passed without a message; None stops after the current batch.
    """

    def __init__(
        self,
        source: Source,
        connect: Callable[[], Intake],
        batching: Batching,
        drain_s: float | None = None,
    ) -> None:
        self._source = source
        self._connect = connect
        self._batching = batching
        self._drain_s = drain_s
        self._open: Intake | None = None
        self._stopping = False
        self._abandoning = False
        self.messages = 0
        self.rows = 0
        self.rejects = 0

    def stop(self) -> None:
        """Ask it to finish. A second call gives up waiting for a database that is away. Safe in a signal handler."""
        self._abandoning = self._stopping
        self._stopping = True

    def run(self) -> None:
        """Work until stopped; then close the source, whose unacknowledged messages come again at the next start."""
        heard = reported = time.monotonic()
        self._beat()
        try:
            while not self._done(heard):
                batch = self._source.receive(
                    self._batching.rows, self._batching.wait_s, self._batching.idle_s
                )
                now = time.monotonic()
                if batch:
                    heard = now
                    self._deliver(batch)
                elif now - heard > _HEARTBEAT_S:
                    self._beat()
                    heard = now
                if now - reported > _REPORT_S:
                    reported = now
                    _log.info("%d messages, %d new rows, %d rejects", self.messages, self.rows, self.rejects)
        finally:
            self._source.close()
            self._disconnect()
        _log.info(
            "stopped after %d messages, %d new rows, %d rejects", self.messages, self.rows, self.rejects
        )

    def _done(self, heard: float) -> bool:
        if not self._stopping:
            return False
        return self._abandoning or self._drain_s is None or time.monotonic() - heard > self._drain_s

    def _deliver(self, batch: Sequence[Message]) -> None:
        """Make a batch durable, then acknowledge it. Try until it is, unless told twice to stop."""
        back_off_s = _BACK_OFF_MIN_S
        while not self._abandoning:
            try:
                self._accept(batch)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                # deadlocks, serialization failures and shut-downs are operational errors too: all are worth a retry
                _log.warning(
                    "the database is not there, next try in %.1f s: %s", back_off_s, _first_line(error)
                )
                self._disconnect()
                time.sleep(back_off_s)
                back_off_s = min(2 * back_off_s, _BACK_OFF_MAX_S)
            else:
                self._source.acknowledge(batch)
                return

    def _accept(self, batch: Sequence[Message]) -> None:
        """Accept a batch; where it cannot be for its data, halve it down to the message to blame."""
        try:
            accepted = self._intake().accept(batch)
        except _BLAMES_A_MESSAGE as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            middle = len(batch) // 2
            self._accept(batch[:middle])
            self._accept(batch[middle:])
        else:
            self.messages += len(batch)
            self.rows += accepted.rows
            self.rejects += len(accepted.rejected)

    def _refuse(self, message: Message, error: Exception) -> None:
        """Keep a message that nothing can be made of: with its bytes, to be looked at and sent again."""
        ours = not isinstance(error, psycopg.Error)
        reason = Reason.INTERNAL_ERROR if ours else Reason.STORAGE_REFUSED
        # the text of our own mistake may repeat what the message said, and that may be personal
        detail = type(error).__name__ if ours else _first_line(error)
        _log.error("%s: a message on %s: %s", reason, message.topic, detail, exc_info=error if ours else None)
        self._intake().refuse(message, reason, detail)
        self.messages += 1
        self.rejects += 1

    def _intake(self) -> Intake:
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _beat(self) -> None:
        try:
            self._intake().beat()
        except psycopg.OperationalError as error:
            _log.warning("the database is not there: %s", _first_line(error))
            self._disconnect()

    def _disconnect(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
