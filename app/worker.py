"""The ingest worker: batch, accept, acknowledge; wait out a database that is away; bisect a batch it refuses."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

from vinterkoll.app.bisecting import Bisection, Intake, first_line
from vinterkoll.app.database import AWAY
from vinterkoll.app.opening import Opening
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.message import Message, Source

_REPORT_S: Final = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batching:
    """When a batch closes."""

    rows: int
    wait_s: float
    idle_s: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a worker waits for what."""

    back_off_min_s: float = 0.2
    back_off_max_s: float = 5.0
    """A database that is back is used again within 5 s."""
    heartbeat_s: float = 5.0
    """A worker says this often that it is alive, so that silence is told from death, and how far behind its source is."""
    finish_s: float = 2.0
    """When told to stop, how long the batch in hand may take: whoever sends SIGTERM expects an end within five seconds, and
    connections have to be left besides."""


class Worker:
    """Moves messages from a source to the database until it is told to stop.

    `connect` opens an intake; it is called again after the database was lost. `drain_s`: when stopping, go on until
    this long passed without a message; None stops after the current batch, or without it where that does not end.
    """

    def __init__(
        self,
        source: Source,
        connect: Callable[[], Intake],
        batching: Batching,
        drain_s: float | None = None,
        patience: Patience = Patience(),
    ) -> None:
        self._source = source
        self._way = Opening(connect)
        self._batching = batching
        self._drain_s = drain_s
        self._patience = patience
        self._stopping = False
        self._told: SimpleQueue[None] = SimpleQueue()  # what a signal handler may wake a thread by
        self.messages = 0
        self.rows = 0
        self.rejects = 0

    def finish(self) -> None:
        """Let the batch in hand be the last one, however long it takes."""
        self._stopping = True

    def stop(self) -> None:
        """Ask it to finish. A second call gives the batch in hand up at once. Safe in a signal handler."""
        self._stopping = True
        self._told.put(None)

    def run(self) -> None:
        """Work until stopped; then close the source, whose unacknowledged messages come again at the next start."""
        heard = beaten = reported = time.monotonic()
        threading.Thread(target=self._abandon_late, daemon=True).start()
        try:
            self._beat()
            while not self._done(heard):
                batch = self._source.receive(
                    self._batching.rows, self._batching.wait_s, self._batching.idle_s
                )
                now = time.monotonic()
                if batch:
                    self._deliver(batch)
                    heard = time.monotonic()  # a slow batch is no silence of the source's
                if now - beaten > self._patience.heartbeat_s and not self._way.given_up:
                    beaten = now
                    self._beat()
                if now - reported > _REPORT_S:
                    reported = now
                    _log.info("%d messages, %d new rows, %d rejects", self.messages, self.rows, self.rejects)
        finally:
            self._source.close()
            self._way.close()
            for _ in range(2):
                self._told.put(None)  # ends the thread that waits for it
        _log.info(
            "stopped after %d messages, %d new rows, %d rejects", self.messages, self.rows, self.rejects
        )

    def _done(self, heard: float) -> bool:
        if not self._stopping:
            return False
        return self._way.given_up or self._drain_s is None or time.monotonic() - heard > self._drain_s

    def _deliver(self, batch: Sequence[Message]) -> None:
        """Make a batch durable, acknowledging each part that is. Try until all is, unless it is to be abandoned."""
        bisection, back_off_s = Bisection(batch), self._patience.back_off_min_s
        while bisection.pending and not self._way.given_up:
            try:
                part = bisection.step(self._way.intake())
            except SupersededError as error:
                _log.warning("%s", error)
                return
            except AWAY as error:
                self._way.close()
                if not self._way.given_up:
                    _log.warning(
                        "the database is not there, next try in %.1f s: %s", back_off_s, first_line(error)
                    )
                    self._way.wait(back_off_s)
                    back_off_s = min(2 * back_off_s, self._patience.back_off_max_s)
            else:
                self._source.acknowledge(part.messages)
                self.messages += len(part.messages)
                self.rows += part.accepted.rows
                self.rejects += len(part.accepted.rejected)
        if bisection.pending:
            _log.warning(
                "%d messages in hand were not stored: their source sends them again",
                sum(map(len, bisection.pending)),
            )

    def _abandon_late(self) -> None:
        """Wait for word to stop; give up what does not end then. In a thread of its own, for the other one may be waiting."""
        self._told.get()
        with suppress(Empty):
            self._told.get(timeout=self._patience.finish_s if self._drain_s is None else None)
        self._way.give_up()

    def _beat(self) -> None:
        try:
            self._way.intake().beat(connected=self._source.connected)
        except AWAY as error:
            _log.warning("the database is not there: %s", first_line(error))
            self._way.close()
