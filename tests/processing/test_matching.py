"""Links and matches beside loops, and the cases that a plough map must not get wrong."""

import dataclasses
import math
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slow_matching import SlowMatcher, agree
from small_town import fixes_of, network_of, points
from vinterkoll.processing.candidates import STATES_MAX, states_of
from vinterkoll.processing.headings import heading_of
from vinterkoll.processing.matching import match
from vinterkoll.processing.network import KINDS, StreetNetwork
from vinterkoll.processing.tracks import REACH, Fixes, linked_to_next

NAN = math.nan


def found_in(town: StreetNetwork, fixes: Fixes) -> list[tuple[int, int]]:
    found = match(fixes, linked_to_next(fixes), town)
    return [
        (int(town.segment_id[s]) if s >= 0 else 0, int(d))
        for s, d in zip(found.segment, found.direction, strict=True)
    ]


@given(st.lists(st.tuples(points, st.integers(0, 1), st.integers(0, 700)), max_size=12))
def test_links_equal_the_naive_twin(drawn: list[tuple[tuple[float, float], int, int]]) -> None:
    drawn.sort(key=lambda one: (one[1], one[2]))
    fixes = fixes_of(
        [one[0] for one in drawn], group=[one[1] for one in drawn], time_s=[one[2] for one in drawn]
    )
    expected = []
    for (here, group, time_s), after in zip(drawn, [*drawn[1:], None][: len(drawn)], strict=True):
        if after is None:
            expected.append(False)
            continue
        gap_s, step_m = after[2] - time_s, math.dist(here, after[0])
        expected.append(
            after[1] == group and 0 < gap_s <= 300 and step_m < 500 and step_m / gap_s * 3.6 < 140
        )
    assert linked_to_next(fixes).tolist() == expected


@settings(max_examples=200)
@given(
    st.lists(st.tuples(points, st.none() | st.floats(0, 359.9), st.sampled_from([0, 1, 5, 40])), max_size=10),
    st.sampled_from([1, 2, 7]),
    st.just([0] * 7) | st.lists(st.sampled_from([-1, 0, 1]), min_size=7, max_size=7),
)
def test_matches_equal_the_slow_reference(
    town: StreetNetwork,
    drawn: list[tuple[tuple[float, float], float | None, int]],
    kinds: int,
    one_way: list[int],
) -> None:
    town = dataclasses.replace(town, one_way=np.array(one_way))
    fixes = fixes_of(
        [one[0] for one in drawn],
        heading_deg=[NAN if one[1] is None else one[1] for one in drawn],
        time_s=list(accumulate(float(one[2]) for one in drawn)),
        kinds=[kinds] * len(drawn),
    )
    agree(match(fixes, linked_to_next(fixes), town), SlowMatcher(town).match(fixes))


@given(st.lists(st.tuples(points, st.sampled_from([1, 2, 3, 7])), max_size=10))
def test_kinds_may_differ_from_fix_to_fix(
    town: StreetNetwork, drawn: list[tuple[tuple[float, float], int]]
) -> None:
    fixes = fixes_of([one[0] for one in drawn], kinds=[one[1] for one in drawn])
    agree(match(fixes, linked_to_next(fixes), town), SlowMatcher(town).match(fixes))


whole_metres = st.tuples(
    st.sampled_from([-50.0, 0.0, 50.0, 100.0]), st.sampled_from([-50.0, 0.0, 50.0, 100.0])
)


@given(st.lists(whole_metres, max_size=10), st.integers(1, 10))
def test_ties_equal_the_slow_reference(places: list[tuple[float, float]], gap_s: int) -> None:
    """On a square of equal streets with their middles and corners: everything is as far as something else."""
    corners = [(x, y) for x in (0.0, 100.0) for y in (0.0, 100.0)]
    square = network_of([[corners[i], corners[j]] for i, j in ((0, 1), (1, 3), (3, 2), (2, 0), (0, 1))])
    fixes = fixes_of(places, time_s=[float(gap_s * i) for i in range(len(places))])
    agree(match(fixes, linked_to_next(fixes), square), SlowMatcher(square).match(fixes))


def star(arms: int, x: float) -> list[list[tuple[float, float]]]:
    """Streets that meet at one place."""
    turns = [2 * math.pi * i / arms for i in range(arms)]
    return [[(x, 0.0), (x + 90 * math.cos(turn), 90 * math.sin(turn))] for turn in turns]


def test_a_way_along_one_segment_may_be_too_long() -> None:
    """From one leg of a hairpin to the other, 10 m beside it, in a second: no way, though both are the same segment."""
    hairpin = network_of([[(0.0, 0.0), (60.0, 0.0), (60.0, 10.0), (0.0, 10.0)]])
    fixes = fixes_of([(20.0, -9.0), (20.0, 1.0), (20.0, 9.0), (20.0, 19.0)], time_s=[0, 1, 2, 3])
    slow = SlowMatcher(hairpin).match(fixes)
    agree(match(fixes, linked_to_next(fixes), hairpin), slow)
    assert [state.direction for state in slow] == [0, 0, 0, 0]


def test_a_heap_of_lines_is_cut_to_the_cheapest() -> None:
    fan = network_of([[(0.0, float(i)), (100.0, 0.5 * i)] for i in range(2 * STATES_MAX)])
    fixes = fixes_of([(10.0, 1.2), (50.0, 0.4), (90.0, 3.0)])
    agree(match(fixes, linked_to_next(fixes), fan), SlowMatcher(fan).match(fixes))
    size = np.diff(states_of(fixes, fan).begin)
    assert size.max() == STATES_MAX + 1


@pytest.mark.parametrize("arms", range(STATES_MAX // 2 - 1, STATES_MAX // 2 + 3))
def test_what_is_cut_depends_on_the_fix_alone(arms: int) -> None:
    """A fix near as many streets as are kept, beside one near more. With a heading, being off the network is not the dearest."""
    junctions = network_of([*star(arms, 0.0), *star(STATES_MAX, 1000.0)])
    alone = fixes_of(
        [(-120.0, 4.0), (-60.0, 3.0), (-20.0, 3.0), (20.0, 2.0), (60.0, 1.0)], heading_deg=[90] * 5
    )
    company = fixes_of([(980.0, 3.0)], heading_deg=[90], group=[1])
    both = Fixes(*(np.append(getattr(alone, name), getattr(company, name)) for name in Fixes.__slots__))
    expected = states_of(alone, junctions)
    found = states_of(both, junctions)
    assert np.diff(expected.begin).max() == 1 + 2 * min(arms, STATES_MAX // 2)
    for name in ("segment", "direction", "along_m", "cost"):
        ours = getattr(found, name)[: expected.begin[-1]]
        assert ours.tobytes() == getattr(expected, name).tobytes()
    for fixes in (alone, company, both):
        agree(match(fixes, linked_to_next(fixes), junctions), SlowMatcher(junctions).match(fixes))


def test_heading_tells_the_direction(town: StreetNetwork) -> None:
    fixes = fixes_of([(50, 2), (50, 2)], heading_deg=[90, 270], group=[0, 1])
    east, north = heading_of(fixes)
    assert (east.tolist(), north.tolist()) == (pytest.approx([1, -1]), pytest.approx([0, 0]))
    assert found_in(town, fixes) == [(1, 1), (1, -1)]


def test_crossing_is_not_along(town: StreetNetwork) -> None:
    """Over the crossing northward: the main street is nearer to the middle fix, but it is only crossed."""
    fixes = fixes_of([(101, -30), (103, 0.5), (101, 30)], heading_deg=[0, 0, 0])
    assert [segment for segment, _ in found_in(town, fixes)] == [6, 5, 5]


def test_the_vehicles_kinds_decide_between_street_and_path(town: StreetNetwork) -> None:
    on_the_path = [(50.0, -5.0)] * 3
    for kinds, segment in (("carriageway", 1), ("gc", 7)):
        fixes = fixes_of(on_the_path, heading_deg=[90] * 3, kinds=[KINDS[kinds]] * 3)
        assert [one[0] for one in found_in(town, fixes)] == [segment] * 3


def test_a_parked_vehicles_heading_is_noise(town: StreetNetwork) -> None:
    fixes = fixes_of([(50, 1)], heading_deg=[0], speed_kmh=[0.5])
    assert found_in(town, fixes) == [(1, 0)]


def test_without_a_heading_the_neighbours_tell(town: StreetNetwork) -> None:
    fixes = fixes_of([(20, 0), (50, 1), (80, -1)])
    assert found_in(town, fixes) == [(1, 1)] * 3


def test_far_from_every_street_is_nowhere(town: StreetNetwork) -> None:
    assert found_in(town, fixes_of([(50, 60)], heading_deg=[90])) == [(0, 0)]
    assert found_in(town, fixes_of([(NAN, NAN)])) == [(0, 0)]
    assert found_in(town, fixes_of([])) == []


@given(
    st.lists(points, min_size=12, max_size=18),
    st.lists(st.sampled_from([NAN, 0.0, 90.0, 200.0]), min_size=18, max_size=18),
    st.integers(0, 17),
    st.integers(0, 17),
)
def test_a_match_depends_on_its_reach_only(
    town: StreetNetwork, track: list[tuple[float, float]], headings: list[float], low: int, high: int
) -> None:
    whole = fixes_of(track, heading_deg=headings[: len(track)])
    low, high = min(low, high, len(track) - 1), min(max(low, high) + 1, len(track))
    part = Fixes(*(getattr(whole, name)[low:high] for name in Fixes.__slots__))
    all_found = match(whole, linked_to_next(whole), town)
    part_found = match(part, linked_to_next(part), town)
    first = low + REACH if low else 0
    last = max(first, high - REACH) if high < len(track) else high
    for name in ("segment", "along_m", "direction"):
        assert (
            getattr(all_found, name)[first:last].tobytes()
            == getattr(part_found, name)[first - low : last - low].tobytes()
        )
