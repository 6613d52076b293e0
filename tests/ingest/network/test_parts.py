"""Parts of lines beside shapely's, which walks each from the line's beginning."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.ops import substring

from vinterkoll.ingest.network.parts import along_m, parts

places = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=6)


@given(places.filter(lambda line: len(set(line)) > 1), st.lists(st.floats(0, 1), max_size=4))
def test_parts_equal_those_of_shapely(line: list[tuple[int, int]], shares: list[float]) -> None:
    vertices = np.array(line, float)
    at_m = along_m(vertices)
    borders_m = np.unique(np.round([0.0, *shares, 1.0], 3)) * at_m[-1]
    found = parts(vertices, at_m, borders_m)
    expected = [substring(shapely.LineString(line), low, high) for low, high in pairwise(borders_m)]
    assert [one.length for one in found] == pytest.approx([one.length for one in expected], abs=1e-5)
    assert max(map(shapely.hausdorff_distance, found, expected)) < 1e-5
    assert shapely.get_coordinates(found[0])[0].tolist() == list(line[0])
    assert shapely.get_coordinates(found[-1])[-1].tolist() == list(line[-1])


def test_a_vertex_at_a_border_is_the_border() -> None:
    vertices = np.array([[0.0, 0.0], [50.0 - 1e-9, 0.0], [100.0, 0.0]])
    found = parts(vertices, along_m(vertices), np.array([0.0, 50.0, 100.0]))
    assert [len(one.coords) for one in found] == [2, 2]


def test_each_vertex_of_a_line_of_many_parts_is_in_one_of_them() -> None:
    vertices = np.column_stack([np.arange(100_000.0), np.zeros(100_000)])
    at_m = along_m(vertices)
    found = parts(vertices, at_m, np.linspace(0.0, at_m[-1], 1_001))
    assert sum(len(one.coords) for one in found) == 100_000 + 2 * 999  # and each border inside it in two
    assert sum(one.length for one in found) == pytest.approx(at_m[-1])
