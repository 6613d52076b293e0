"""Links and matches beside loops, and the cases that a plough map must not get wrong."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from small_town import fixes_of, part_of, points
from vinterkoll.processing import matching
from vinterkoll.processing.matching import match, travel_direction
from vinterkoll.processing.network import KINDS, StreetNetwork
from vinterkoll.processing.tracks import Fixes, linked_to_next

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


def naive_match(fixes: Fixes, linked: np.ndarray, town: StreetNetwork, at: int) -> tuple[int, float, int]:
    """One fix, edge by edge, with shapely's and math's own answers."""
    before = at - 1 if at > 0 and linked[at - 1] else at
    after = at + 1 if at + 1 < len(fixes) and linked[at] else at
    chord = (fixes.x[after] - fixes.x[before], fixes.y[after] - fixes.y[before])
    unit: tuple[float, float] = (0.0, 0.0)
    if not math.isnan(fixes.heading_deg[at]) and not fixes.speed_kmh[at] < matching.HEADING_MIN_KMH:
        angle = math.radians(round(fixes.heading_deg[at]))
        unit = (math.sin(angle), math.cos(angle))
    elif math.hypot(*chord) >= matching.CHORD_MIN_M:
        unit = (chord[0] / math.hypot(*chord), chord[1] / math.hypot(*chord))
    moving = unit != (0.0, 0.0)
    best: tuple[float, int, float, int] | None = None
    for s, line in enumerate(town.lines):
        if not int(town.kind[s]) & int(fixes.kinds[at]):
            continue
        before_m = 0.0
        for (x0, y0), (x1, y1) in zip(line.coords[:-1], line.coords[1:], strict=True):
            edge = shapely.LineString([(x0, y0), (x1, y1)])
            point = shapely.Point(fixes.x[at], fixes.y[at])
            distance = edge.distance(point)
            cosine = (unit[0] * (x1 - x0) + unit[1] * (y1 - y0)) / edge.length
            off = (
                0.0
                if not moving
                else (1 - abs(cosine)) / (1 - matching.ALONG_MIN_COSINE) * matching.CROOKED_M
            )
            if distance <= matching.RADIUS_M and (not moving or abs(cosine) >= matching.ALONG_MIN_COSINE):
                way = 0 if not moving else (1 if cosine > 0 else -1)
                here = (distance + off, s, before_m + edge.project(point), way)
                if best is None or here[0] < best[0] - 1e-9:
                    best = here
            before_m += edge.length
    return (-1, NAN, 0) if best is None else best[1:]


@settings(max_examples=200)
@given(st.lists(st.tuples(points, st.none() | st.floats(0, 359.9), st.sampled_from([1, 2, 7])), max_size=8))
def test_matches_equal_the_naive_twin(
    town: StreetNetwork, drawn: list[tuple[tuple[float, float], float | None, int]]
) -> None:
    fixes = fixes_of(
        [one[0] for one in drawn],
        heading_deg=[NAN if one[1] is None else one[1] for one in drawn],
        kinds=[one[2] for one in drawn],
    )
    linked = linked_to_next(fixes)
    found = match(fixes, linked, town)
    for at in range(len(fixes)):
        segment, along, way = naive_match(fixes, linked, town, at)
        if found.segment[at] != segment:  # a tie within rounding: both are as near
            other = naive_match(
                fixes, linked, part_of(town, int(found.segment[at]), int(found.segment[at]) + 1), at
            )
            assert other[0] == 0
            continue
        if segment >= 0:
            assert found.along_m[at] == pytest.approx(along, abs=1e-6)
        assert found.direction[at] == way


def test_heading_tells_the_direction(town: StreetNetwork) -> None:
    fixes = fixes_of([(50, 2), (50, 2)], heading_deg=[90, 270])
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
    east, north = travel_direction(fixes, linked_to_next(fixes))
    assert np.hypot(east, north) == pytest.approx(1)


def test_far_from_every_street_is_nowhere(town: StreetNetwork) -> None:
    assert found_in(town, fixes_of([(50, 60)], heading_deg=[90])) == [(0, 0)]
    assert found_in(town, fixes_of([(NAN, NAN)])) == [(0, 0)]
    assert found_in(town, fixes_of([])) == []


@given(st.lists(points, min_size=8, max_size=14), st.integers(0, 13), st.integers(0, 13))
def test_a_match_depends_on_its_reach_only(
    town: StreetNetwork, track: list[tuple[float, float]], low: int, high: int
) -> None:
    whole = fixes_of(track)
    low, high = min(low, high, len(track) - 1), min(max(low, high) + 1, len(track))
    part = Fixes(*(getattr(whole, name)[low:high] for name in Fixes.__slots__))
    all_found = match(whole, linked_to_next(whole), town)
    part_found = match(part, linked_to_next(part), town)
    first = low + 1 if low else 0
    last = high - 1 if high < len(track) else high
    for name in ("segment", "along_m", "direction"):
        assert (
            getattr(all_found, name)[first:last].tobytes()
            == getattr(part_found, name)[first - low : last - low].tobytes()
        )
