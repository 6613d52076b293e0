"""Edges near a place beside a loop over all of them, and beside shapely's distance."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from small_town import network_of
from vinterkoll.processing.edges import CELL_M, CORNER_M
from vinterkoll.processing.network import ALL_KINDS

RADIUS_M = 36.0

near_a_border = st.builds(
    lambda cell, by: CELL_M * cell + by, st.integers(-4, 4), st.sampled_from([-1e-9, 0.0, 1e-9])
)
metres = st.floats(-150, 150) | near_a_border
lines = st.tuples(st.tuples(metres, metres), st.tuples(metres, metres)).filter(
    lambda one: math.dist(*one) > 0.001
)
nowhere = st.sampled_from([math.nan, math.inf, -math.inf, 1e300])


@given(st.lists(lines, max_size=8), st.lists(st.tuples(metres | nowhere, metres | nowhere), max_size=8))
def test_edges_near_equal_a_loop_over_all(
    drawn: list[tuple[tuple[float, float], tuple[float, float]]], places: list[tuple[float, float]]
) -> None:
    network = network_of([list(one) for one in drawn])
    x, y = (np.array([place[axis] for place in places], np.float64) for axis in (0, 1))
    place, edge = network.cells(ALL_KINDS, RADIUS_M).find(x, y)
    found = list(zip(place.tolist(), edge.tolist(), strict=True))
    assert found == sorted(set(found))
    away_squared, along = network.edges.nearest(edge, x[place], y[place])
    by_pair = dict(zip(found, zip(away_squared.tolist(), along.tolist(), strict=True), strict=True))
    for i, at in enumerate(places):
        for j, line in enumerate(network.lines):
            away_m = line.distance(shapely.Point(at)) if all(map(math.isfinite, at)) else math.inf
            assert (i, j) in by_pair or away_m > RADIUS_M
            if (i, j) in by_pair:
                assert away_m < RADIUS_M + 2 * CORNER_M + 1e-6
                squared, along_m = by_pair[i, j]
                assert math.sqrt(squared) == pytest.approx(away_m, abs=1e-6)
                assert line.interpolate(along_m).distance(shapely.Point(at)) == pytest.approx(
                    away_m, abs=1e-6
                )


def test_a_place_at_the_radius_is_near() -> None:
    network = network_of([[(0.0, 0.0), (100.0, 0.0)]])
    for at in range(0, 101, 4):
        for side in (-RADIUS_M, RADIUS_M):
            _, edge = network.cells(ALL_KINDS, RADIUS_M).find(np.array([float(at)]), np.array([side]))
            assert edge.tolist() == [0]


def test_no_edge_within_the_radius_is_missed() -> None:
    """Many places beside many edges, as shapely's index finds them."""
    chance = np.random.default_rng(1)
    start, by = chance.uniform(0, 2_000, (300, 2)), chance.uniform(-100, 100, (300, 2))
    network = network_of(
        [[(a, b), (c, d)] for (a, b), (c, d) in zip(start.tolist(), (start + by).tolist(), strict=True)]
    )
    x, y = chance.uniform(-50, 2_050, (2, 20_000))
    near = shapely.STRtree(network.lines).query(shapely.points(x, y), predicate="dwithin", distance=RADIUS_M)
    place, edge = network.cells(ALL_KINDS, RADIUS_M).find(x, y)
    missed = set(zip(*near.tolist(), strict=True)) - set(zip(place.tolist(), edge.tolist(), strict=True))
    assert near.shape[1] > 10_000
    assert not missed
