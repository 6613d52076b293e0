"""Segments in areas, beside a loop over all pairs."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.processing.areas import segments_in_areas

whole = st.integers(0, 12)
boxes = st.builds(
    lambda x, y, width, height: shapely.box(x, y, x + width, y + height),
    whole,
    whole,
    st.integers(1, 6),
    st.integers(1, 6),
)
polygons = st.one_of(
    boxes,
    st.builds(
        lambda one, other: shapely.MultiPolygon([one, shapely.transform(other, lambda c: c + 20)]),
        boxes,
        boxes,
    ),
    boxes.map(lambda one: one.buffer(2) - one),
)
lines = st.lists(st.tuples(whole, whole), min_size=2, max_size=2, unique=True).map(shapely.LineString)


def slow(line: shapely.LineString, polygon: shapely.Geometry) -> bool:
    """Whether a line's midpoint is in a polygon or on its border."""
    (x0, y0), (x1, y1) = line.coords
    return bool(polygon.intersects(shapely.Point((x0 + x1) / 2, (y0 + y1) / 2)))


@given(st.lists(lines, max_size=8), st.lists(polygons, max_size=4))
def test_segments_in_areas(streets: list[shapely.LineString], areas: list[shapely.Geometry]) -> None:
    area, segment = segments_in_areas(np.array(streets, object), np.array(areas, object))
    assert list(zip(area.tolist(), segment.tolist(), strict=True)) == [
        (a, s) for a, polygon in enumerate(areas) for s, line in enumerate(streets) if slow(line, polygon)
    ]
