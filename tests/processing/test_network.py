"""The arrays of a street network beside shapely's own answers."""

import numpy as np
import pytest
import shapely

from small_town import part_of
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
    network = StreetNetwork(one, one, one, np.array([0]), one, line)
    assert network.edges.length_m.tolist() == [5.0]


def test_offsets_do_not_depend_on_other_segments(town: StreetNetwork) -> None:
    alone = part_of(town, 3, 4)
    assert alone.edges.offset_m.tobytes() == town.edges.offset_m[town.edges.segment == 3].tobytes()


def test_from_wgs84_sorts_and_numbers_nodes() -> None:
    x, y = wgs84_from_sweref(
        np.array([700000.0, 700100, 700100, 700100]), np.array([7000000.0, 7000000, 7000000, 7000050])
    )
    lines = np.array(
        [shapely.LineString(zip(x[i : i + 2], y[i : i + 2], strict=True)) for i in (0, 2)], object
    )
    network = StreetNetwork.from_wgs84(
        np.array([20, 10]),
        np.array([1, 1]),
        np.array([1, -1]),
        np.array([900, 901]),
        np.array([901, 77]),
        lines,
    )
    assert network.segment_id.tolist() == [10, 20]
    assert network.length_m.tolist() == pytest.approx([50, 100], abs=1e-6)
    assert network.one_way.tolist() == [-1, 1]
    assert network.end_node[1] == network.start_node[0]


def test_an_empty_network_has_nothing() -> None:
    none = np.empty(0, np.int64)
    network = StreetNetwork(none, none, none, none, none, np.empty(0, object))
    assert len(network) == 0
    assert network.ways(7).find(np.array([0]), np.array([1])).tolist() == [-1]
