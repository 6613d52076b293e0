"""Cuts a line at places along it, in time that grows with its vertices and its parts, not with their product."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.observations import FloatColumn

_VERTEX_APART_M: Final = 1e-6
"""A vertex nearer to a cut is the cut itself: what lies between is the noise of floats, and would point anywhere."""


def along_m(places: NDArray[np.float64]) -> FloatColumn:
    """Return how far along the line each of its vertices (n, 2) is, in metres: (n,).

    >>> along_m(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 4.0], [3.0, 5.0]])).tolist()
    [0.0, 5.0, 5.0, 6.0]
    """
    steps = np.hypot(*np.diff(places, axis=0).T)
    return np.append(0.0, np.cumsum(steps))


def parts(places: NDArray[np.float64], at_m: FloatColumn, borders_m: FloatColumn) -> list[shapely.LineString]:
    """Return the parts of a line between one border and the next.

    Parameters
    ----------
    places : (n, 2) its vertices, in any coordinates
    at_m : (n,) metres along the line at each, ascending
    borders_m : (k + 1,) metres along the line, ascending

    Returns
    -------
    k lines; none for fewer than two borders.

    Examples
    --------
    >>> places = np.array([[0.0, 0.0], [6.0, 0.0], [6.0, 4.0]])
    >>> [line.wkt for line in parts(places, along_m(places), np.array([0.0, 5.0, 6.0, 10.0]))]
    ['LINESTRING (0 0, 5 0)', 'LINESTRING (5 0, 6 0)', 'LINESTRING (6 0, 6 4)']
    """
    corners = np.column_stack([np.interp(borders_m, at_m, axis) for axis in places.T])
    first = np.searchsorted(at_m, borders_m[:-1] + _VERTEX_APART_M)
    beyond = np.searchsorted(at_m, borders_m[1:] - _VERTEX_APART_M)
    return [
        shapely.LineString([corners[part], *places[first[part] : beyond[part]], corners[part + 1]])
        for part in range(len(borders_m) - 1)
    ]
