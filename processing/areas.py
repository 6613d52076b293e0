"""Which segments lie in which areas."""

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.observations import IntColumn


def segments_in_areas(
    lines: NDArray[np.object_], polygons: NDArray[np.object_]
) -> tuple[IntColumn, IntColumn]:
    """Return the places of areas and of the segments that lie in them, by area and segment.

    A segment lies where its midpoint does: in every area that contains it, or on whose border it is; in none, perhaps.

    Parameters
    ----------
    lines : (n,) LineStrings, degrees
    polygons : (m,) Polygons or MultiPolygons, degrees

    Returns
    -------
    area, segment : (k,) int64 each; empty where either is.

    Examples
    --------
    >>> street = shapely.LineString([(18.7, 63.29), (18.71, 63.29)])
    >>> town, elsewhere = shapely.box(18, 63, 19, 64), shapely.box(10, 55, 11, 56)
    >>> area, segment = segments_in_areas(np.array([street]), np.array([elsewhere, town]))
    >>> area.tolist(), segment.tolist()
    ([1], [0])
    """
    midpoints = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    area, segment = shapely.STRtree(midpoints).query(polygons, predicate="intersects")
    order = np.lexsort((segment, area))
    return area[order].astype(np.int64), segment[order].astype(np.int64)
