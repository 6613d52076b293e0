"""The worker's loop: acknowledge after commit, wait out a lost database, bisect a refused batch, drain when told to."""

import threading
import time
from collections.abc import Sequence

import psycopg
import pyproj
import pytest
import shapely

from derived_tables import acceptance
from position_messages import NOW_US, position
from vinterkoll.app.accepting import Accepted
from vinterkoll.app.bisecting import Intake
from vinterkoll.app.worker import Batching, Patience, Worker
from vinterkoll.ingest.memory import MemorySource
from vinterkoll.ingest.message import Message
from vinterkoll.processing.rejects import Reason, Reject
from vinterkoll.storage.rejects import RejectedMessage

BATCHING = Batching(rows=4, wait_s=0.01, idle_s=0.01)
HASTE = Patience(back_off_min_s=0.01)


class ScriptedIntake:
    """Takes batches until told otherwise; raises `poison` for those with b"poison" in a message."""

    def __init__(self, poison: Exception | None = None) -> None:
        self.poison = poison or psycopg.DataError("no such value")
        self.expected_refusal = (Reason.STORAGE_REFUSED, "no such value")
        self.beats = 0
        self.closed = 0
        self.interrupted = threading.Event()
        self.batches: list[int] = []
        self.stored: list[Message] = []
        self.refused: list[Message] = []
        self.failures: list[Exception] = []

    def accept(self, messages: Sequence[Message]) -> Accepted:
        if self.failures:
            raise self.failures.pop(0)
        if any(b"poison" in message.payload for message in messages):
            raise self.poison
        self.stored += messages
        return Accepted(len(messages), 0, [])

    def refuse(self, message: Message, reason: Reason, detail: str) -> RejectedMessage:
        assert (reason, detail) == self.expected_refusal
        self.refused.append(message)
        return RejectedMessage(Reject(0, -1, reason), 0, "mqtt", message.topic, "", "", message.payload)

    def beat(self, *, connected: bool) -> None:
        self.beats += connected

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None:
        self.closed += 1


def messages(count: int, poison: Sequence[int] = ()) -> list[Message]:
    return [Message("t", b"poison" if at in poison else b"%d" % at, 0) for at in range(count)]


def run(source: MemorySource, intake: Intake, patience: Patience = HASTE) -> Worker:
    """Run a worker until everything is acknowledged, then stop it."""
    worker = Worker(source, lambda: intake, BATCHING, patience=patience)
    count = len(source._waiting)
    thread = threading.Thread(target=worker.run)
    thread.start()
    deadline = time.monotonic() + 20
    while len(source.acknowledged) < count:
        assert time.monotonic() < deadline, "the worker did not finish"
        time.sleep(0.005)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    return worker


def test_everything_is_stored_then_acknowledged() -> None:
    source, accepting = MemorySource(messages(10)), ScriptedIntake()
    worker = run(source, accepting)
    assert accepting.stored == source.acknowledged
    assert (worker.messages, worker.rows, source.closed) == (10, 10, True)


def test_nothing_is_acknowledged_before_it_is_stored() -> None:
    source = MemorySource(messages(3))
    before: list[int] = []

    class Watching(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            before.append(len(source.acknowledged))
            return super().accept(messages)

    run(source, Watching())
    assert before == [0]


def test_a_lost_database_is_waited_out() -> None:
    source, accepting = MemorySource(messages(6)), ScriptedIntake()
    accepting.failures = [psycopg.OperationalError("gone"), psycopg.errors.DeadlockDetected("tied")]
    accepting.failures.append(psycopg.errors.IdleInTransactionSessionTimeout("asleep"))
    run(source, accepting)
    assert accepting.stored == source.acknowledged
    assert accepting.closed == 4  # after each failure, and at the end


def test_a_busy_worker_beats_too() -> None:
    beats: list[int] = []

    class Counting(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            beats.append(self.beats)
            return super().accept(messages)

    run(MemorySource(messages(12)), Counting(), Patience(heartbeat_s=0.0))
    assert beats == [1, 2, 3]


@pytest.mark.parametrize("poison", [[0], [3], [5], [0, 1, 2, 3], [2, 6, 9]])
def test_a_refused_batch_is_halved_down_to_the_message_to_blame(poison: list[int]) -> None:
    source, accepting = MemorySource(messages(10, poison)), ScriptedIntake()
    worker = run(source, accepting)
    assert len(accepting.refused) == len(poison) == worker.rejects
    assert len(accepting.stored) == 10 - len(poison)
    assert len(source.acknowledged) == 10


@pytest.mark.postgres
def test_a_worker_says_whether_it_has_its_source(town_url: str) -> None:
    for away in (False, True):
        source = MemorySource()
        source.closed = away
        worker = Worker(source, lambda: acceptance(town_url, lambda: NOW_US, "w")[1], BATCHING)
        worker.stop()
        worker.run()
        with psycopg.connect(town_url) as connection:
            assert connection.execute("SELECT connected FROM ingest_status").fetchone() == (not away,)


@pytest.mark.parametrize(("told", "finish_s"), [(1, 0.01), (2, 3_600)])
def test_stopping_it_gives_up_a_database_that_is_away(told: int, finish_s: float) -> None:
    class Away(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            self.batches.append(len(messages))
            if len(self.batches) == 1:
                for _ in range(told):
                    worker.stop()
            raise psycopg.OperationalError("gone")

    source = MemorySource(messages(2))
    worker = Worker(source, Away, BATCHING, patience=Patience(finish_s=finish_s))
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert source.acknowledged == []
    assert len(source.unacknowledged) == 2


def test_stopping_it_interrupts_a_database_that_does_not_answer() -> None:
    class Silent(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            self.batches.append(len(messages))
            worker.stop()
            assert self.interrupted.wait(10)
            raise psycopg.errors.QueryCanceled("as asked")

    source = MemorySource(messages(2))
    worker = Worker(source, Silent, BATCHING, patience=Patience(finish_s=0.01))
    worker.run()
    assert source.acknowledged == []


def test_finishing_it_waits_for_the_last_batch() -> None:
    class Slow(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            worker.finish()
            assert not self.interrupted.wait(0.1)
            return super().accept(messages)

    source = MemorySource(messages(2))
    worker = Worker(source, Slow, BATCHING, patience=Patience(finish_s=0.01))
    worker.run()
    assert len(source.acknowledged) == 2


def test_drains_until_it_is_quiet() -> None:
    source, accepting = MemorySource(messages(9)), ScriptedIntake()
    worker = Worker(source, lambda: accepting, BATCHING, drain_s=0.05)
    worker.stop()
    worker.run()
    assert len(source.acknowledged) == 9


def test_a_loss_in_the_midst_of_halving_repeats_nothing() -> None:
    class Falling(ScriptedIntake):
        def accept(self, messages: Sequence[Message]) -> Accepted:
            if self.refused and not self.closed:
                raise psycopg.OperationalError("gone")
            return super().accept(messages)

    source, intake = MemorySource(messages(4, [0])), Falling()
    worker = run(source, intake)
    assert (len(intake.refused), len(intake.stored), worker.messages) == (1, 3, 4)


def test_a_long_drain_ends_too() -> None:
    patience = Patience(heartbeat_s=0.05)
    worker = Worker(MemorySource(), ScriptedIntake, BATCHING, drain_s=0.3, patience=patience)
    worker.stop()
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    "mistake",
    [
        IndexError,
        ZeroDivisionError,
        AttributeError,
        RecursionError,
        AssertionError,
        shapely.errors.GEOSException,
        pyproj.exceptions.ProjError,
    ],
)
def test_a_mistake_of_ours_costs_the_message_not_the_stream(mistake: type[Exception]) -> None:
    source, intake = MemorySource(messages(6, [2])), ScriptedIntake(mistake("Anna Andersson"))
    intake.expected_refusal = (Reason.INTERNAL_ERROR, mistake.__name__)
    run(source, intake)
    assert [message.payload for message in intake.refused] == [b"poison"]
    assert len(source.acknowledged) == 6


@pytest.mark.parametrize("refusal", [psycopg.errors.ProgramLimitExceeded, psycopg.errors.StatementTooComplex])
def test_what_is_too_much_for_postgresql_is_not_tried_for_ever(refusal: type[psycopg.Error]) -> None:
    """psycopg takes it for an operational error, as a lost connection is one."""
    source, intake = MemorySource(messages(6, [2])), ScriptedIntake(refusal("no such value"))
    run(source, intake)
    assert [message.payload for message in intake.refused] == [b"poison"]
    assert len(source.acknowledged) == 6


def test_missing_rights_are_not_a_messages_fault() -> None:
    source, intake = MemorySource(messages(2)), ScriptedIntake()
    intake.failures = [psycopg.errors.InsufficientPrivilege("no")]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        Worker(source, lambda: intake, BATCHING).run()
    assert source.acknowledged == []
    assert source.closed


def test_a_first_heartbeat_that_is_refused_ends_it_like_any_other() -> None:
    class Refusing(ScriptedIntake):
        def beat(self, *, connected: bool) -> None:  # noqa: ARG002
            raise psycopg.errors.InsufficientPrivilege("no")

    source, intake = MemorySource(), Refusing()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        Worker(source, lambda: intake, BATCHING).run()
    assert source.closed
    assert intake.closed == 1


@pytest.mark.postgres
def test_a_message_that_postgresql_refuses_ends_as_a_reject(town_url: str) -> None:
    with psycopg.connect(town_url) as connection:
        connection.execute("ALTER TABLE position ADD CHECK (area <> 'forbidden')")
    source = MemorySource([position(-at, area="forbidden" if at == 4 else "north") for at in range(9)])
    worker = Worker(source, lambda: acceptance(town_url, lambda: NOW_US)[1], BATCHING, drain_s=0.05)
    worker.stop()
    worker.run()
    assert len(source.acknowledged) == 9
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT count(*) FROM position").fetchone() == (8,)
        assert connection.execute("SELECT code, item FROM reject").fetchall() == [("storage_refused", -1)]


@pytest.mark.postgres
def test_the_heartbeat_needs_no_message(town_url: str) -> None:
    worker = Worker(MemorySource(), lambda: acceptance(town_url, lambda: NOW_US, "alone")[1], BATCHING)
    worker.stop()
    worker.run()
    with psycopg.connect(town_url) as connection:
        row = connection.execute(
            "SELECT worker, messages, updated_at > now() - interval '1 min' FROM ingest_status"
        ).fetchone()
    assert row == ("alone", 0, True)
