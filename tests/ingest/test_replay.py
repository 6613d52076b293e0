"""When a recorded message is handed out."""

import math
from collections.abc import Iterator

import pytest

from vinterkoll.ingest.message import Message
from vinterkoll.ingest.recording import RecordingError
from vinterkoll.ingest.replay import SECOND_US, RecordedSource

WAIT_S = 0.25


class FakeClock:
    """Moves only while somebody sleeps."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def read(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= WAIT_S
        self.now_s += seconds


def at(*seconds: float) -> list[Message]:
    return [Message("t", b"", round(one * SECOND_US)) for one in seconds]


def handed_out(messages: list[Message], speed: float) -> list[tuple[float, float]]:
    """The recorded time of each message and seconds after the start at which it came."""
    clock = FakeClock()
    source = RecordedSource(messages, speed, clock_s=clock.read, sleep=clock.sleep)
    found = []
    while not source.ended:
        batch = source.receive(10, WAIT_S, 0)
        found += [(one.received_us / SECOND_US, clock.now_s - 100) for one in batch]
    return found


def test_messages_come_as_far_apart_as_they_were_recorded() -> None:
    assert handed_out(at(50, 50, 51, 61.5), 1) == [(50, 0), (50, 0), (51, 1), (61.5, 11.5)]


def test_faster() -> None:
    assert handed_out(at(50, 54, 70), 4) == [(50, 0), (54, 1), (70, 5)]


def test_without_waiting() -> None:
    assert handed_out(at(50, 54, 7_000), math.inf) == [(50, 0), (54, 0), (7_000, 0)]


def test_a_step_back_in_time_waits_for_nothing_and_the_rest_keeps_its_distance() -> None:
    assert handed_out(at(50, 52, 10, 53), 1) == [(50, 0), (52, 2), (10, 2), (53, 3)]


def test_a_batch_has_no_more_than_is_asked_for_and_the_end_is_told_once() -> None:
    ends: list[None] = []
    source = RecordedSource(at(*range(5)), math.inf, lambda: ends.append(None))
    sizes = [len(source.receive(2, WAIT_S, 0)) for _ in range(3)]
    assert sizes == [2, 2, 1]
    assert len(ends) == 1


def test_an_empty_recording_ends_at_once() -> None:
    ends: list[None] = []
    source = RecordedSource([], 1, lambda: ends.append(None))
    assert source.ended
    assert source.receive(2, WAIT_S, 0) == []
    assert len(ends) == 1


def test_what_is_before_a_broken_line_is_handed_out_first() -> None:
    def broken() -> Iterator[Message]:
        yield from at(1, 2)
        raise RecordingError("line 3")

    source = RecordedSource(broken(), math.inf)
    assert source.receive(10, WAIT_S, 0) == at(1, 2)
    assert not source.ended
    with pytest.raises(RecordingError, match="line 3"):
        source.receive(10, WAIT_S, 0)
