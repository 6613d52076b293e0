"""Where links meet: at ends that are one place, and where the end of one lies on the middle of another, which is cut there.

Links whose file names their nodes meet where it says. Of the others, ends that round to the same centimetre or are within one
of each other are one node, and so is a chain of such. Places on one link that are too near for a segment between them are one
node, too. The order of the rows means nothing.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.ingest.network.links import Link, Report
from vinterkoll.ingest.network.parts import along_m, parts
from vinterkoll.processing.edges import Cells, Edges
from vinterkoll.processing.observations import FloatColumn, IntColumn

_JOINED_MAX_M: Final = 0.01 + 1e-6
"""A centimetre, and what the floats of a northing may lack of it."""

APART_MIN_M: Final = 0.15
"""Joining cuts nothing shorter: it would come of how ends were drawn, and what is under 5 cm never counts as treated."""

_NORTHING_BITS: Final = 31
"""Centimetres of northing, up to 21,000 km, fit below the easting in one node id."""


class Joined(NamedTuple):
    """A link or a part of one, its line in metres, and the nodes of its ends."""

    link: Link
    metres: shapely.LineString
    nodes: tuple[int, int]


class _Touches(NamedTuple):
    """(t,) ends on links, in order along each link: the link, its metres there, and the end.

    `place` numbers the places they are at: a link's own ends are its first and its last.
    """

    link: IntColumn
    at_m: FloatColumn
    end: IntColumn
    place: IntColumn


def joined(links: Sequence[Link], metres: NDArray[np.object_], report: Report) -> list[Joined]:
    """Return links that meet at their ends only, in order; `report` counts the ends that lay on the middle of one.

    Parameters
    ----------
    links : n links
    metres : (n,) their lines in SWEREF 99 TM
    """
    named = [link.nodes for link in links if link.nodes is not None]
    if named:
        return [Joined(*one) for one in zip(links, metres, named, strict=True)]
    ends = shapely.get_coordinates(shapely.get_point(np.tile(metres, 2), np.repeat([0, -1], len(links))))
    touches = _touches(Edges.of(metres), ends)
    begins = np.flatnonzero(np.diff(touches.place, prepend=-1))
    nodes = _nodes(_place_ids(ends), touches)[touches.end[begins]]
    bounds = np.searchsorted(touches.link[begins], np.arange(len(links) + 1))
    inner = np.ones(len(begins), bool)
    inner[bounds[:-1]] = inner[bounds[1:] - 1] = False
    report.joined = len(np.unique(touches.end[inner[touches.place]]))
    found: list[Joined] = []
    for link, line, low, high in zip(links, metres, bounds[:-1], bounds[1:], strict=True):
        cuts_m = touches.at_m[begins[low + 1 : high - 1]]
        found += _cut(link, line, cuts_m, nodes[low:high].tolist())
    return found


def _touches(edges: Edges, ends: NDArray[np.float64]) -> _Touches:
    """Return which ends (m, 2) lie on which links, their own among them. What is near a vertex is at the vertex."""
    end, edge = Cells.near(edges, np.arange(len(edges.x)), _JOINED_MAX_M).find(*ends.T)
    away_squared, along = edges.nearest(edge, *ends[end].T)
    touching = away_squared <= _JOINED_MAX_M**2
    end, edge, along = end[touching], edge[touching], along[touching]
    length = edges.length_m[edge]
    along = np.where(along <= _JOINED_MAX_M, 0.0, np.where(along >= length - _JOINED_MAX_M, length, along))
    at_m = edges.offset_m[edge] + along
    link = edges.segment[edge]
    order = np.lexsort((end, at_m, link))
    link, at_m, end = link[order], at_m[order], end[order]
    return _Touches(link, at_m, end, _places(link, at_m))


def _places(link: IntColumn, at_m: FloatColumn) -> IntColumn:
    """Number the places of touches (t,), in order along each link.

    A chain of touches within a centimetre is at one place. A chain that begins less than `APART_MIN_M` behind the first of a
    place is at that place, too; one less than that before the link's last place, and nearer to it than to the first, at that.
    """
    begins = (np.diff(link, prepend=-1) != 0) | (np.diff(at_m, prepend=0.0) > _JOINED_MAX_M)
    chain, owner, chain_m = np.cumsum(begins) - 1, link[begins], at_m[begins]
    end_m = at_m[np.searchsorted(link, owner, "right") - 1]
    last = end_m - chain_m < np.minimum(chain_m, APART_MIN_M)
    place_m = np.where(last, end_m, chain_m)
    other = np.diff(owner, prepend=-1) != 0
    for at in np.flatnonzero(~other & ~last & (np.diff(chain_m, prepend=0.0) < APART_MIN_M)):
        if chain_m[at] - place_m[at - 1] < APART_MIN_M:
            place_m[at] = place_m[at - 1]
    places: IntColumn = np.cumsum(other | (np.diff(place_m, prepend=0.0) != 0))[chain] - 1
    return places


def _nodes(place_ids: IntColumn, touches: _Touches) -> IntColumn:
    """Return the node of each end (m,): the smallest place id of those that are one node with it."""
    ids, label = np.unique(place_ids, return_inverse=True)
    same = np.flatnonzero(touches.place[1:] == touches.place[:-1])
    one, other = label[touches.end[same]], label[touches.end[same + 1]]
    smallest = np.arange(len(ids))
    while len(apart := np.flatnonzero(smallest[one] != smallest[other])):
        low, high = np.sort([smallest[one[apart]], smallest[other[apart]]], axis=0)
        np.minimum.at(smallest, high, low)
        smallest = smallest[smallest]
    nodes: IntColumn = ids[smallest[label]]
    return nodes


def _place_ids(places: NDArray[np.float64]) -> IntColumn:
    """Return the node id of each place (n, 2): exact by the centimetre, without collisions.

    >>> _place_ids(np.array([[1.0, 2.0], [1.001, 2.004], [1.01, 2.0]])).tolist()
    [214748365000, 214748365000, 216895848648]
    """
    east, north = np.rint(places * 100).astype(np.int64).T
    ids: IntColumn = (east << _NORTHING_BITS) + north
    return ids


def _cut(link: Link, line: shapely.LineString, cuts_m: FloatColumn, nodes: list[int]) -> Iterator[Joined]:
    if not len(cuts_m):
        yield Joined(link, line, (nodes[0], nodes[-1]))
        return
    places = shapely.get_coordinates(line)
    at_m = along_m(places)
    borders_m = np.concatenate([[0.0], cuts_m, at_m[-1:]])
    own = parts(shapely.get_coordinates(link.line), at_m, borders_m)
    for part, cut, ends in zip(own, parts(places, at_m, borders_m), pairwise(nodes), strict=True):
        yield Joined(link._replace(line=part), cut, ends)
