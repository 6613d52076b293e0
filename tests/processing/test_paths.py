"""Shortest ways beside Dijkstra, one pair of nodes at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slow_matching import SlowMatcher
from small_town import network_of
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.paths import WAY_MAX_M, ways_over

corners = st.tuples(st.integers(0, 3), st.integers(0, 3))
lines = st.lists(
    st.tuples(corners, corners, st.sampled_from(["carriageway", "gc"])).filter(lambda one: one[0] != one[1]),
    min_size=1,
    max_size=14,
)


@given(lines, st.sampled_from([1, 2, 3]))
def test_ways_equal_dijkstra(drawn: list[tuple[tuple[int, int], tuple[int, int], str]], kinds: int) -> None:
    """On a lattice of 120 m, where many ways are as short, and some too long."""
    network = network_of(
        [[(a[0] * 120.0, a[1] * 120.0), (b[0] * 120.0, b[1] * 120.0)] for a, b, _ in drawn],
        [kind for *_, kind in drawn],
    )
    slow, ways = SlowMatcher(network), network.ways(kinds)
    nodes = np.unique(np.r_[network.start_node, network.end_node])
    for origin in nodes.tolist():
        expected = slow.millimetres(kinds, origin)
        found = ways.find(np.full(len(nodes), origin), nodes)
        for target, place in zip(nodes.tolist(), found.tolist(), strict=True):
            if target not in expected or not _used(network, kinds, origin):
                assert place == -1
                continue
            assert ways.length_mm[place] == expected[target]
            if origin != target:
                assert ways.first[place] == slow.first(kinds, origin, target)
                assert ways.last[place] == slow.first(kinds, target, origin)


def _used(network: StreetNetwork, kinds: int, node: int) -> bool:
    meets = (network.start_node == node) | (network.end_node == node)
    return bool((meets & (network.kind & kinds != 0)).any())


@pytest.mark.parametrize(("length_m", "found"), [(WAY_MAX_M, 0), (WAY_MAX_M + 0.001, -1)])
def test_a_way_has_an_end(length_m: float, found: int) -> None:
    one = np.array([0])
    ways = ways_over(one, one, one + 1, np.array([length_m]))
    assert min(int(ways.find(one, one + 1)[0]), 0) == found


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_parallel_links_the_kind_then_the_length_decides(order: tuple[int, int]) -> None:
    """A path that swings out beside a street, joined to it at both ends, whichever has the lower id."""
    street, path = [(0.0, 0.0), (100.0, 0.0)], [(0.0, 0.0), (50.0, -20.0), (100.0, 0.0)]
    both, kinds = [street, path], ["carriageway", "gc"]
    network = network_of([both[at] for at in order], [kinds[at] for at in order])
    zero = np.zeros(1, np.int64)
    ways = [network.ways(mask) for mask in (1, 2, 7)]
    first = [int(way.first[way.find(zero, zero + 1)][0]) for way in ways]
    assert network.kind[first].tolist() == [1, 2, 1]


@pytest.mark.parametrize("sliver_m", [0.0, 0.0003])
def test_a_way_over_a_sliver_comes_to_its_end(sliver_m: float) -> None:
    """The sliver has the lowest id, which is taken first of what is as short."""
    start, end = np.array([1, 0, 2]), np.array([2, 1, 3])
    ways = ways_over(np.arange(3), start, end, np.array([sliver_m, 100.0, 40.0]))
    here = 0
    passed: list[int] = []
    while here != 3 and len(passed) < 3:
        segment = int(ways.first[ways.find(np.array([here]), np.array([3]))[0]])
        here = int(start[segment] + end[segment] - here)
        passed.append(segment)
    assert passed == [1, 0, 2]
    assert ways.length_mm[ways.find(np.array([0]), np.array([3]))].tolist() == [140_001]
