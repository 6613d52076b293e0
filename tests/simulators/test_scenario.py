import itertools
import time
from datetime import datetime, timedelta

import pytest

from vinterkoll.simulators.scenario import Part, Scenario
from vinterkoll.simulators.stream import to_us


@pytest.mark.parametrize("minutes", [0, 31, 24 * 60 + 7.21, -95.5])
def test_a_run_from_anywhere_sends_the_same_messages(
    scenario: Scenario, anchor: datetime, minutes: float
) -> None:
    start = anchor + timedelta(minutes=minutes)
    end = start + timedelta(minutes=40)
    whole = list(scenario.messages(start, end))
    later = start + timedelta(minutes=13, seconds=1.5)
    again = Scenario(1, anchor).messages(later, end)
    assert list(again) == [message for message in whole if message.time_us >= to_us(later)]
    assert len(whole) > 5_000
    assert [message.time_us for message in whole] == sorted(message.time_us for message in whole)


def test_cut_runs_send_the_whole(scenario: Scenario, anchor: datetime) -> None:
    cuts = [anchor + timedelta(seconds=s) for s in (0, 0.001, 599, 600, 601.7, 1_500)]
    pieces = [m for a, b in itertools.pairwise(cuts) for m in scenario.messages(a, b)]
    assert pieces == list(scenario.messages(cuts[0], cuts[-1]))


def test_another_seed_or_anchor_is_another_day(anchor: datetime) -> None:
    def first(seed: int, morning: datetime) -> list[bytes]:
        part = Scenario(seed, morning, vehicles=3)
        return [m.payload for m in part.messages(anchor, anchor + timedelta(minutes=5))]

    assert first(1, anchor) != first(2, anchor)
    assert first(1, anchor) != first(1, anchor + timedelta(hours=1))


def test_a_vehicle_is_the_same_in_a_smaller_fleet(scenario: Scenario, anchor: datetime) -> None:
    until = anchor + timedelta(minutes=20)
    few = list(Scenario(1, anchor, vehicles=2, parts=[Part.VEHICLES]).messages(anchor, until))
    topics = {message.topic for message in few}
    assert len(topics) == 2
    assert few == [message for message in scenario.messages(anchor, until) if message.topic in topics]


def test_the_rounds_repeat_after_24_hours(scenario: Scenario, anchor: datetime) -> None:
    day = timedelta(days=1)
    today = scenario.truth(anchor + timedelta(hours=2), anchor + timedelta(hours=3))
    tomorrow = scenario.truth(anchor + timedelta(hours=2) + day, anchor + timedelta(hours=3) + day)
    assert [(row.vehicle, row.segment_id, row.direction) for row in today] == [
        (row.vehicle, row.segment_id, row.direction) for row in tomorrow
    ]


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        Scenario(1, datetime(2026, 1, 1, 3))  # noqa: DTZ001  # that is the point


def test_it_makes_many_times_the_messages_that_speed_120_needs(scenario: Scenario, anchor: datetime) -> None:
    began = time.process_time()
    count = sum(1 for _ in scenario.messages(anchor, anchor + timedelta(minutes=60)))
    assert count / (time.process_time() - began) > 5_000
