"""The arrays of a street network beside shapely's own answers."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from small_town import network_of, part_of
from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.network import StreetNetwork


def test_edges_add_up_to_the_segments(town: StreetNetwork) -> None:
    edges = town.edges
    for at, line in enumerate(town.lines):
        of = edges.segment == at
        assert edges.length_m[of].sum() == pytest.approx(line.length)
        for x, y, offset in zip(edges.x[of], edges.y[of], edges.offset_m[of], strict=True):
            assert line.project(shapely.Point(x, y)) == pytest.approx(offset)


def test_an_edge_without_length_is_left_out() -> None:
    one = np.array([1])
    line = np.array([shapely.LineString([(0, 0), (0, 0), (5, 0)])], object)
    network = StreetNetwork(one, one, np.array([0]), one, line)
    assert network.edges.length_m.tolist() == [5.0]


def test_offsets_do_not_depend_on_other_segments(town: StreetNetwork) -> None:
    alone = part_of(town, 3, 4)
    assert alone.edges.offset_m.tobytes() == town.edges.offset_m[town.edges.segment == 3].tobytes()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 7)), max_size=20))
def test_link_between_equals_a_search(town: StreetNetwork, asked: list[tuple[int, int, int]]) -> None:
    origin, target, kinds = (np.array([one[at] for one in asked], np.int64) for at in range(3))
    segment, direction = town.link_between(origin, target, kinds)
    for at, (o, t, mask) in enumerate(asked):
        ways = [(s, 1, town.start_node[s], town.end_node[s]) for s in range(len(town))]
        ways += [(s, -1, town.end_node[s], town.start_node[s]) for s in range(len(town))]
        found = [(town.length_m[s], s, d) for s, d, a, b in ways if (a, b) == (o, t) and town.kind[s] & mask]
        assert (segment[at], direction[at]) == (min(found)[1:] if found else (-1, 0))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_parallel_links_the_kind_then_the_length_decides(order: tuple[int, int]) -> None:
    """A path that swings out beside a street, joined to it at both ends, whichever has the lower id."""
    street, path = [(0.0, 0.0), (100.0, 0.0)], [(0.0, 0.0), (50.0, -20.0), (100.0, 0.0)]
    lines, kinds = [street, path], ["carriageway", "gc"]
    network = network_of([lines[at] for at in order], [kinds[at] for at in order])
    one = np.zeros(3, np.int64)
    segment, _ = network.link_between(one, one + 1, np.array([1, 2, 7]))
    assert network.kind[segment].tolist() == [1, 2, 1]


def test_from_wgs84_sorts_and_numbers_nodes() -> None:
    x, y = wgs84_from_sweref(
        np.array([700000.0, 700100, 700100, 700100]), np.array([7000000.0, 7000000, 7000000, 7000050])
    )
    lines = np.array(
        [shapely.LineString(zip(x[i : i + 2], y[i : i + 2], strict=True)) for i in (0, 2)], object
    )
    network = StreetNetwork.from_wgs84(
        np.array([20, 10]), np.array([1, 1]), np.array([900, 901]), np.array([901, 77]), lines
    )
    assert network.segment_id.tolist() == [10, 20]
    assert network.length_m.tolist() == pytest.approx([50, 100], abs=1e-6)
    assert network.end_node[1] == network.start_node[0]


def test_an_empty_network_has_nothing() -> None:
    none = np.empty(0, np.int64)
    network = StreetNetwork(none, none, none, none, np.empty(0, object))
    assert len(network) == 0
    assert network.link_between(np.array([0]), np.array([1]), np.array([7]))[0].tolist() == [-1]
