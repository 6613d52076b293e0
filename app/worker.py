"""The ingest worker: batch, accept, acknowledge; wait out a database that is away; bisect a batch it refuses."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg

from vinterkoll.app.bisecting import Bisection, Intake, first_line
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.message import Message, Source

_BACK_OFF_MIN_S: Final = 0.2
_BACK_OFF_MAX_S: Final = 5.0
"""A database that is back is used again within 5 s."""
_HEARTBEAT_S: Final = 5.0
"""A worker says this often that it is alive, so that silence is told from death, and how far behind its source is."""
_REPORT_S: Final = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batching:
    """When a batch closes."""

    rows: int
    wait_s: float
    idle_s: float


class Worker:
    """Moves messages from a source to the database until it is told to stop.

    `connect` opens an intake; it is called again after the database was lost. `drain_s`: when stopping, go on until
    this long passed without a message; None stops after the current batch.
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
        heard = beaten = reported = time.monotonic()
        self._beat()
        try:
            while not self._done(heard):
                batch = self._source.receive(
                    self._batching.rows, self._batching.wait_s, self._batching.idle_s
                )
                now = time.monotonic()
                if batch:
                    self._deliver(batch)
                    heard = time.monotonic()  # a slow batch is no silence of the source's
                if now - beaten > _HEARTBEAT_S and not self._abandoning:
                    beaten = now
                    self._beat()
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
        """Make a batch durable, acknowledging each part that is. Try until all is, unless told twice to stop."""
        bisection, back_off_s = Bisection(batch), _BACK_OFF_MIN_S
        while bisection.pending and not self._abandoning:
            try:
                part = bisection.step(self._intake())
            except SupersededError as error:
                _log.warning("%s", error)
                return
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                # deadlocks, serialization failures and shut-downs are operational errors too: all are worth a retry
                _log.warning(
                    "the database is not there, next try in %.1f s: %s", back_off_s, first_line(error)
                )
                self._disconnect()
                time.sleep(back_off_s)
                back_off_s = min(2 * back_off_s, _BACK_OFF_MAX_S)
            else:
                self._source.acknowledge(part.messages)
                self.messages += len(part.messages)
                self.rows += part.accepted.rows
                self.rejects += len(part.accepted.rejected)

    def _intake(self) -> Intake:
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _beat(self) -> None:
        try:
            self._intake().beat(connected=self._source.connected)
        except psycopg.OperationalError as error:
            _log.warning("the database is not there: %s", first_line(error))
            self._disconnect()

    def _disconnect(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
