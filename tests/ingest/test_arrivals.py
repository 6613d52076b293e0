"""How a batch closes: by its rows, its age, or a pause."""

import threading
import time
from collections.abc import Callable

import pytest

from vinterkoll.ingest.arrivals import Arrivals
from vinterkoll.ingest.message import Message

LONG_S = 5.0
"""Far longer than the test takes: reaching it would be the failure."""


def message(number: int) -> Message:
    return Message("t", str(number).encode(), number)


def filled(count: int) -> Arrivals:
    arrivals = Arrivals()
    for number in range(count):
        arrivals.put(message(number))
    return arrivals


def seconds(run: Callable[[], object]) -> float:
    started_s = time.monotonic()
    run()
    return time.monotonic() - started_s


def test_rows_close_a_batch_at_once_and_in_order() -> None:
    arrivals = filled(5)
    assert seconds(lambda: arrivals.take(2, LONG_S, LONG_S)) < LONG_S / 2
    assert [m.received_us for m in arrivals.take(2, LONG_S, LONG_S)] == [2, 3]
    assert len(arrivals) == 1


def test_a_pause_closes_a_batch() -> None:
    arrivals = filled(3)
    assert seconds(lambda: arrivals.take(10, LONG_S, 0.02)) < LONG_S / 2


def test_age_closes_a_batch() -> None:
    arrivals = filled(3)
    assert seconds(lambda: arrivals.take(10, 0.1, LONG_S)) < LONG_S / 2


def test_nothing_comes() -> None:
    assert Arrivals().take(10, 0.02, LONG_S) == []


def test_the_taker_wakes_for_the_first_and_for_the_last_it_waits_for() -> None:
    arrivals = Arrivals()
    threading.Timer(0.05, arrivals.put, [message(0)]).start()
    threading.Timer(0.10, arrivals.put, [message(1)]).start()
    assert seconds(lambda: arrivals.take(2, LONG_S, LONG_S)) < LONG_S / 2


def test_a_failure_wakes_the_taker() -> None:
    arrivals = Arrivals()
    threading.Timer(0.05, arrivals.fail, [LookupError("no")]).start()
    with pytest.raises(LookupError):
        arrivals.take(2, LONG_S, LONG_S)
    assert arrivals.failed
