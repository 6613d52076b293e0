"""Effective actions and stretches beside loops; what counts as treated and what must not."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slow_matching import SlowMatcher
from small_town import fixes_of, network_of, points
from vinterkoll.processing import actions as codes
from vinterkoll.processing.network import KINDS, StreetNetwork
from vinterkoll.processing.spreading import nothing_spread
from vinterkoll.processing.tracks import Fixes
from vinterkoll.processing.treatment import effective_actions, stretches_of

NAN = math.nan


def naive_effective(actions: int, known: int, down: int, g: float, ml: float) -> int:
    names = set(codes.codes_of(actions))
    parts = {part for part in (1, 2, 4, 8) if known & part and down & part}
    ploughing = {"PLOUGHING", "SIDE_PLOUGHING"}
    if known and not parts:
        names -= ploughing
    elif parts and not names & ploughing:
        names.add("SIDE_PLOUGHING" if parts <= {2, 4} else "PLOUGHING")
    sent = [amount for amount in (g, ml) if not math.isnan(amount)]
    if sent and not any(amount > 0 for amount in sent):
        names -= set(codes.codes_of(codes.SPREADING_ACTIONS))
    return codes.mask_of(names)


amounts = st.sampled_from([NAN, 0.0, 15.0])


@given(
    st.lists(st.tuples(st.integers(0, 2**21 - 1), st.integers(0, 15), st.integers(0, 15), amounts, amounts))
)
def test_effective_actions_equal_the_naive_twin(drawn: list[tuple[int, int, int, float, float]]) -> None:
    columns = [
        np.array([one[at] for one in drawn], kind)
        for at, kind in enumerate((np.int64, np.int16, np.int16, float, float))
    ]
    assert effective_actions(*columns).tolist() == [naive_effective(*one) for one in drawn]


def treated(town: StreetNetwork, fixes: Fixes) -> list[tuple[int, int, float, float]]:
    rows, _ = stretches_of(fixes, np.full(len(fixes), 9), nothing_spread(len(fixes)), town)
    return [(r["segment_id"], r["direction"], r["from_dm"] / 10, r["to_dm"] / 10) for r in rows]


steps = st.tuples(st.floats(-60, 60), st.floats(-25, 25))


@settings(max_examples=300)
@given(
    points,
    st.lists(
        st.tuples(steps, st.sampled_from([5.0, 30.0, 31.0]), st.sampled_from([NAN, 0.9, 1.0])), max_size=12
    ),
    st.sampled_from([0, 1]),
)
def test_stretches_equal_the_slow_reference(
    town: StreetNetwork,
    start: tuple[float, float],
    moves: list[tuple[tuple[float, float], float, float]],
    first: int,
) -> None:
    track, time_s = [start], [0.0]
    for (dx, dy), gap_s, _ in moves:
        track.append((track[-1][0] + dx, track[-1][1] + dy))
        time_s.append(time_s[-1] + gap_s)
    speeds = [NAN, *(speed for _, _, speed in moves)]
    fixes = fixes_of(track, actions=[first, *([1] * len(moves))], time_s=time_s, speed_kmh=speeds)
    rows, step = stretches_of(fixes, np.zeros(len(fixes), np.int64), nothing_spread(len(fixes)), town)
    names = ["piece", "segment_id", "direction", "from_dm", "to_dm"]
    found = [(at, *row) for at, row in zip(step.tolist(), rows[names].tolist(), strict=True)]
    assert found == SlowMatcher(town).stretches(fixes)


def test_along_a_street_and_round_its_corner(town: StreetNetwork) -> None:
    track = fixes_of([(60, 1), (110, -2), (160, 0), (230, 1)], heading_deg=[90] * 4)
    assert treated(town, track) == [
        (1, 1, 60, 100), (2, 1, 0, 10), (2, 1, 10, 50), (3, 1, 0, 10), (3, 1, 10, 80),
    ]  # fmt: skip


def test_against_the_geometry(town: StreetNetwork) -> None:
    assert treated(town, fixes_of([(130, 0), (90, 0)], heading_deg=[270] * 2)) == [
        (2, -1, 0, 30),
        (1, -1, 90, 100),
    ]


def test_across_a_short_segment_between_two_fixes(town: StreetNetwork) -> None:
    assert treated(town, fixes_of([(90, 0), (160, 0)], heading_deg=[90] * 2)) == [
        (1, 1, 90, 100),
        (2, 1, 0, 50),
        (3, 1, 0, 10),
    ]


def test_crossing_a_street_treats_nothing_of_it(town: StreetNetwork) -> None:
    """Over the crossing northward at every phase of the fixes: the main street gets nothing."""
    for phase in range(0, 40, 3):
        track = fixes_of([(101, -90 + phase + 35 * i) for i in range(6)], heading_deg=[0] * 6)
        assert {segment for segment, *_ in treated(town, track)} <= {5, 6}, phase


def test_a_step_carries_the_actions_of_its_first_fix(town: StreetNetwork) -> None:
    track = fixes_of([(10, 0), (40, 0), (70, 0)], heading_deg=[90] * 3, actions=[0, 1, 0])
    assert treated(town, track) == [(1, 1, 40, 70)]


@pytest.mark.parametrize("time_s", [[0.0, 301.0], [0.0, 0.0], [0.0, 1.0]])
def test_nothing_over_a_break(town: StreetNetwork, time_s: list[float]) -> None:
    """Too long a gap, no time at all, 216 km/h."""
    assert treated(town, fixes_of([(10, 0), (70, 0)], heading_deg=[90] * 2, time_s=time_s)) == []


def line_of(points: list[tuple[float, float]], **columns: list[float]) -> Fixes:
    """The vertices of a line, at one instant."""
    count = len(points)
    usual: dict[str, list[float]] = {
        "time_s": [0.0] * count,
        "seq": list(range(count)),
        "line": [7.0] * count,
    }
    return fixes_of(points, **usual | columns)


@pytest.mark.parametrize("apart_m", [1, 5, 40])
def test_a_line_along_one_street_and_across_another(town: StreetNetwork, apart_m: int) -> None:
    east = line_of([(60 + at, 1) for at in range(0, 81, apart_m)])
    assert {row[:2] for row in treated(town, east)} == {(1, 1), (2, 1)}
    north = line_of([(101, -60 + at) for at in range(0, 121, apart_m)])
    assert {row[:2] for row in treated(town, north)} == {(6, 1), (5, 1)}


@pytest.mark.parametrize(
    "columns",
    [
        {"line": [0.0, 0.0, 0.0]},  # a clock that stands still
        {"line": [7.0, 8.0, 9.0]},
        {"line": [-1.0, -1.0, -1.0]},
        {"seq": [0.0, 2.0, 4.0]},
        {"group": [0.0, 1.0, 2.0]},
        {"time_s": [0.0, 400.0, 800.0]},
    ],
)
def test_fixes_of_one_instant_that_are_no_line_treat_nothing(
    town: StreetNetwork, columns: dict[str, list[float]]
) -> None:
    assert treated(town, line_of([(10, 0), (40, 0), (70, 0)])) == [(1, 1, 10, 40), (1, 1, 40, 70)]
    assert treated(town, line_of([(10, 0), (40, 0), (70, 0)], **columns)) == []


def test_a_line_is_no_longer_than_a_step_from_vertex_to_vertex() -> None:
    street = network_of([[(0, 0), (2000, 0)]])
    assert treated(street, line_of([(10, 0), (500, 0), (1010, 0)])) == [(1, 1, 10, 500)]


def test_a_vehicle_for_paths_leaves_the_street_alone(town: StreetNetwork) -> None:
    track = fixes_of([(10, -5), (60, -4)], heading_deg=[90] * 2, kinds=[KINDS["gc"]] * 2)
    assert treated(town, track) == [(7, 1, 10, 60)]


def test_standing_still_treats_nothing(town: StreetNetwork) -> None:
    """Noise of metres to and fro, between the fix at which it came and the one after which it goes on."""
    places: list[tuple[float, float]] = [(10, 1), (50, 1), (54, 0), (49, 1), (53, -1), (51, 0), (90, 1)]
    track = fixes_of(places, heading_deg=[90] * 7, speed_kmh=[30, 0.3, 0, 0.2, 0, 0.4, 30])
    assert treated(town, track) == [(1, 1, 10, 50), (1, 1, 51, 90)]


def test_a_loader_that_crawls_is_no_vehicle_that_stands(town: StreetNetwork) -> None:
    track = fixes_of([(50 + 3 * i, 1) for i in range(3)], heading_deg=[90] * 3, speed_kmh=[2.2] * 3)
    assert treated(town, track) == [(1, 1, 50, 53), (1, 1, 53, 56)]


def test_an_inspection_treats_nothing(town: StreetNetwork) -> None:
    seen, both = codes.mask_of(["INSPECTION", "UNKNOWN"]), codes.mask_of(["PLOUGHING", "UNKNOWN"])
    track = fixes_of([(10, 0), (40, 0), (70, 0)], heading_deg=[90] * 3, actions=[seen, both, 0])
    rows, _ = stretches_of(track, np.full(3, 9), nothing_spread(3), town)
    assert [(row["from_dm"], row["actions"]) for row in rows] == [(400, codes.PLOUGHING)]


def test_a_way_round_the_block_is_not_a_step(town: StreetNetwork) -> None:
    """From the west end of 1, heading west, to 5: the nodes do not meet, nothing is treated."""
    assert treated(town, fixes_of([(60, 0), (100, 40)], heading_deg=[270, 0])) == []


@pytest.mark.parametrize(("left_out", "treats"), [(1, [(1, 1, 10, 80)]), (3, [(1, 1, 10, 80)]), (4, [])])
def test_a_step_passes_over_a_few_fixes_that_are_left_out(
    town: StreetNetwork, left_out: int, treats: list[tuple[int, int, float, float]]
) -> None:
    fixes = fixes_of([(10, 0), *[(5000, 0)] * left_out, (80, 0)], heading_deg=[90] * (left_out + 2))
    assert treated(town, fixes.only(fixes.x < 1000)) == treats


def test_the_way_round_a_block_between_sparse_fixes() -> None:
    """Three sides of a block in 30 s, where the chord goes over the houses."""
    block = network_of([[(0, 0), (0, 100)], [(0, 100), (80, 100)], [(80, 100), (80, 0)], [(0, -100), (0, 0)]])
    track = fixes_of([(0, -90), (1, 40), (79, 40)], time_s=[0, 15, 45])
    assert treated(block, track)[2:] == [(1, 1, 40, 100), (2, 1, 0, 80), (3, 1, 0, 60)]


def test_after_a_minute_only_a_straight_way_is_known() -> None:
    """Along one street, and round one of two corners of a block: nobody knows which."""
    block = network_of(
        [[(0, 0), (200, 0)], [(200, 0), (200, 200)], [(200, 200), (0, 200)], [(0, 200), (0, 0)]]
    )
    along, across = [(10.0, 1.0), (190.0, -1.0)], [(100.0, 0.0), (200.0, 110.0)]
    for gap_s, found in ((30, 2), (60, 0)):
        assert len(treated(block, fixes_of(across, heading_deg=[90, 0], time_s=[0, gap_s]))) == found
        assert treated(block, fixes_of(along, heading_deg=[90] * 2, time_s=[0, gap_s])) == [(1, 1, 10, 190)]


def test_to_the_end_of_a_blind_street_and_back() -> None:
    blind = network_of([[(0, 0), (100, 0)]])
    places: list[tuple[float, float]] = [(20, 1), (60, -1), (95, 1), (60, -1), (20, 1)]
    track = fixes_of(places, heading_deg=[90, 90, 90, 270, 270], time_s=[0, 5, 15, 20, 25])
    assert treated(blind, track) == [
        (1, 1, 20, 60), (1, 1, 60, 95), (1, 1, 95, 100), (1, -1, 60, 100), (1, -1, 20, 60),
    ]  # fmt: skip


def test_up_to_where_it_stands_and_turns() -> None:
    """Ten seconds of standing at the end: no direction there, but it came and went."""
    blind = network_of([[(0, 0), (100, 0)]])
    places: list[tuple[float, float]] = [(20, 1), (60, -1), (98, 1), (98, 1), (98, 1), (60, -1), (20, 1)]
    speeds: list[float] = [25, 25, 0, 0, 0, 25, 25]
    track = fixes_of(places, heading_deg=[90, 90, 90, 90, 90, 270, 270], speed_kmh=speeds)
    found = treated(blind, track)
    assert {(way, low, high) for _, way, low, high in found} >= {(1, 60, 98), (-1, 60, 98)}


def test_under_a_bridge_and_over_it() -> None:
    """Two streets that cross without a node: each vehicle treats its own."""
    streets = network_of([[(-100, 0), (100, 0)], [(-30, -95), (30, 95)]])
    under = fixes_of([(x, 2) for x in range(-90, 91, 18)])
    over = fixes_of([(0.3 * y + 2, 0.95 * y) for y in range(-90, 91, 18)])
    assert {segment for segment, *_ in treated(streets, under)} == {1}
    assert {segment for segment, *_ in treated(streets, over)} == {2}


def test_the_other_carriageway_is_another_street() -> None:
    """A dual carriageway 14 m wide, fixes that stray to its middle and beyond."""
    road = network_of(
        [[(0, 0), (150, 0)], [(150, 0), (300, 0)], [(300, 14), (150, 14)], [(150, 14), (0, 14)]]
    )
    track = fixes_of([(20 + 40 * i, y) for i, y in enumerate([0, 5, 9, -2, 6, 1, 3])], heading_deg=[90] * 7)
    assert {(segment, way) for segment, way, *_ in treated(road, track)} == {(1, 1), (2, 1)}


@pytest.mark.parametrize("away_m", [8, 12])
def test_a_narrow_dual_carriageway_is_told_apart_by_its_one_ways(away_m: float) -> None:
    """The receiver is off to the other half for the whole way, as drifting ones are; without the one-ways that half would win."""
    halves = [[(0.0, 0.0), (300.0, 0.0)], [(300.0, away_m), (0.0, away_m)]]
    track = fixes_of([(20 + 40 * i, 0.7 * away_m) for i in range(7)], heading_deg=[90] * 7)
    assert {segment for segment, *_ in treated(network_of(halves), track)} == {2}
    assert {segment for segment, *_ in treated(network_of(halves, one_way=[1, 1]), track)} == {1}


def test_against_a_one_way_street_where_no_other_is_near() -> None:
    track = fixes_of([(90 - 20 * i, 5) for i in range(4)], heading_deg=[270] * 4)
    street = network_of([[(0, 0), (100, 0)]], one_way=[1])
    assert {(segment, way) for segment, way, *_ in treated(street, track)} == {(1, -1)}


def test_round_a_roundabout() -> None:
    """In from the west, round the southern half, out to the east; the northern half is as short."""
    ring = [(20 * math.cos(i * math.pi / 8), 20 * math.sin(i * math.pi / 8)) for i in range(16)] + [
        (20.0, 0.0)
    ]
    north, south = ring[:9], [ring[8], *ring[9:16], ring[0]]
    streets = network_of([north, south, [(-120, 0), ring[8]], [ring[0], (120, 0)]])
    track = fixes_of([(-80, 0), (-40, 1), (-14, -14), (14, -14), (40, 1), (80, 0)])
    assert [(segment, way) for segment, way, *_ in treated(streets, track)] == [
        (3, 1), (3, 1), (2, 1), (2, 1), (2, 1), (4, 1), (4, 1),
    ]  # fmt: skip


def test_a_yard_beside_the_street_is_off_the_network(town: StreetNetwork) -> None:
    """Clearing a yard 35 m from the street, to and fro along it."""
    track = fixes_of([(20 + 25 * (i % 4), 36 + 3 * i) for i in range(8)])
    assert treated(town, track) == []


@pytest.mark.parametrize("seed", range(5))
def test_slow_driving_does_not_flip(seed: int) -> None:
    """8 m/s, a fix a second, 5 m of noise: never a metre in the wrong direction."""
    noise = np.random.default_rng(seed).normal(0, 5, (60, 2))
    street = network_of([[(at, 0), (at + 100, 0)] for at in range(-100, 600, 100)])
    fixes = fixes_of([(8 * i + x, y) for i, (x, y) in enumerate(noise.tolist())], time_s=list(range(60)))
    assert {way for _, way, *_ in treated(street, fixes)} == {1}


def test_empty(town: StreetNetwork) -> None:
    assert treated(town, fixes_of([])) == []
    assert treated(town, fixes_of([(50, 0)])) == []
