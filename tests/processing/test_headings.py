"""Headings that say nothing of the way driven are found out, and true ones are not."""

import dataclasses
import math
import random
from datetime import datetime
from itertools import accumulate

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slow_matching import SlowMatcher, agree, doubts_headings
from small_town import fixes_of, network_of, points
from stretch_messages import COMPASSES, START, stretch
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.headings import CHORD_MIN_M, headings_doubted
from vinterkoll.processing.matching import match
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.tracks import Fixes, linked_to_next

NAN = math.nan

sent = st.lists(
    st.tuples(
        points,
        st.sampled_from([NAN, 0.0, 0.0, 0.0, 90.0, 180.0, 312.4]),
        st.sampled_from([NAN, 0.0, 30.0]),
        st.sampled_from([0, 1, 5, 5, 5, 40]),
    ),
    max_size=14,
)


@settings(max_examples=300)
@given(sent, st.booleans())
def test_doubts_and_matches_equal_the_naive_twin(
    town: StreetNetwork, drawn: list[tuple[tuple[float, float], float, float, int]], unbroken: bool
) -> None:
    fixes = fixes_of(
        [one[0] for one in drawn],
        heading_deg=[one[1] for one in drawn],
        speed_kmh=[one[2] for one in drawn],
        time_s=list(accumulate(float(5 if unbroken else one[3]) for one in drawn)),
    )
    linked = linked_to_next(fixes)
    expected = [doubts_headings(fixes, linked.tolist(), i) for i in range(len(fixes))]
    assert headings_doubted(fixes, linked).tolist() == expected
    agree(match(fixes, linked, town), SlowMatcher(town).match(fixes))


def doubts(places: list[tuple[float, float]], heading_deg: list[float]) -> list[bool]:
    fixes = fixes_of(places, heading_deg=heading_deg)
    return [bool(doubt) for doubt in headings_doubted(fixes, linked_to_next(fixes))]


STRAIGHT = [(30.0 * i, 1.0) for i in range(8)]


@pytest.mark.parametrize(
    ("heading", "doubted"), [(90, False), (50, False), (0, True), (180, True), (270, True)]
)
def test_a_straight_way_eastward(heading: float, doubted: bool) -> None:
    assert doubts(STRAIGHT, [heading] * 8) == [doubted] * 8


def test_true_headings_are_believed_where_a_vehicle_turns() -> None:
    round_a_corner = [(0.0, 0.0), (40.0, 0.0), (70.0, 10.0), (80.0, 40.0), (80.0, 80.0)]
    assert not any(doubts(round_a_corner, [90, 90, 45, 0, 0]))
    there_and_back = [(0.0, 0.0), (40.0, 0.0), (80.0, 0.0), (78.0, 3.0), (40.0, 3.0), (0.0, 3.0)]
    assert not any(doubts(there_and_back, [90, 90, 90, 270, 270, 270]))
    roundabout = [(18 * math.sin(turn), -18 * math.cos(turn)) for turn in np.arange(0, 6, 0.5)]
    assert not any(doubts(roundabout, [(90 - math.degrees(turn)) % 360 for turn in np.arange(0, 6, 0.5)]))


def test_what_is_near_or_not_sent_is_no_reason() -> None:
    near = [(i * CHORD_MIN_M / 7, 0.0) for i in range(7)]
    assert not any(doubts(near, [0] * 7))
    assert not any(doubts(STRAIGHT, [NAN] * 8))
    assert doubts([(NAN, 0.0), (0.0, 0.0), (0.0, NAN)], [0] * 3) == [False] * 3
    assert doubts([(0.0, 0.0)], [0]) == [False]
    assert doubts([], []) == []


def test_one_wrong_heading_among_true_ones_is_no_reason() -> None:
    assert not any(doubts(STRAIGHT, [90, 90, 90, 0, 90, 90, 90, 90]))


@pytest.mark.parametrize("heading", [0, 270])
def test_a_heading_that_is_not_the_ways_changes_nothing(heading: float) -> None:
    """Eastward with "north" or "back": as without any."""
    street = network_of([[(0.0, 0.0), (400.0, 0.0)]])
    without = fixes_of(STRAIGHT)
    fixes = dataclasses.replace(without, heading_deg=np.full(8, float(heading)))
    expected = match(without, linked_to_next(without), street)
    found = match(fixes, linked_to_next(fixes), street)
    assert expected.direction.tolist() == [1] * 8
    for name in ("segment", "along_m", "direction"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


@given(sent.filter(len), st.integers(0, 13), st.integers(0, 13))
def test_other_vehicles_in_a_batch_change_nothing(
    town: StreetNetwork, drawn: list[tuple[tuple[float, float], float, float, int]], low: int, high: int
) -> None:
    """Some of a batch's vehicles are doubted and others not."""
    count = len(drawn)
    low, high = sorted((low % count, high % count))
    group = [0.0] * low + [1] * (high - low) + [2] * (count - high)
    whole = fixes_of([one[0] for one in drawn], heading_deg=[one[1] for one in drawn], group=group)
    part = Fixes(*(getattr(whole, name)[low:high] for name in Fixes.__slots__))
    all_found, found = (match(one, linked_to_next(one), town) for one in (whole, part))
    for name in ("segment", "along_m", "direction"):
        assert getattr(all_found, name)[low:high].tobytes() == getattr(found, name).tobytes()


def test_random_histories_send_headings_that_contradict() -> None:
    """So that tests/app/test_invariant.py means something for the rule: some vehicles are doubted, some not."""
    shares = []
    for seed in range(16):
        messages = stretch([60], random.Random(seed), COMPASSES)
        bodies = [orjson.loads(message.payload) for message in messages if message.topic.startswith("mip")]
        seconds = [(datetime.fromisoformat(body["time"]) - START).total_seconds() for body in bodies]
        x, y = sweref_from_wgs84(*(np.array([body[name] for body in bodies]) for name in ("lon", "lat")))
        headings = [body.get("heading", NAN) for body in bodies]
        fixes = fixes_of(list(zip(x, y, strict=True)), heading_deg=headings, time_s=seconds)
        shares.append(float(headings_doubted(fixes, linked_to_next(fixes)).mean()))
    assert sum(share > 0.1 for share in shares) > 4
    assert sum(share == 0 for share in shares) > 4
