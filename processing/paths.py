"""Shortest ways between nodes of a street network, in whole millimetres: sums that are the same in any order."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.observations import FloatColumn, IntColumn

WAY_MAX_M: Final = 500.0
"""Between the segments of two fixes: the longest step (`tracks.STEP_MAX_M`) ends on them, not at their nodes."""

_NO_SEGMENT: Final = np.iinfo(np.int32).max
"""Above every segment, so that the lowest one is found by `minimum`."""

_WHOLE: Final = np.int32(round(WAY_MAX_M * 1000) + 1)
"""What a way has left before it begins: where nothing is left, it does not come."""

_SOURCES: Final = 256
"""Nodes searched from at a time: in a table of as many rows, of which only what is reached takes memory."""


@dataclass(frozen=True)
class Ways:
    """All shortest ways of at most `WAY_MAX_M` between n nodes, over one set of segments.

    `key`: (w,) int64, from * n + to, ascending. `length_mm`: (w,) int32. `first`, `last`: (w,) int32, the segment
    that the way begins and ends with: of several shortest ways, the lowest segment there. A node's way to itself is
    0 mm with segments -1.
    """

    nodes: int
    key: IntColumn
    length_mm: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]

    def find(self, origin: IntColumn, target: IntColumn) -> IntColumn:
        """Return the place of the way between nodes (m,) in the columns, -1 where there is none: (m,) int64."""
        wanted = origin * self.nodes + target
        place = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return np.where(self.key[place] == wanted, place, -1) if len(self.key) else np.full(len(wanted), -1)


def ways_over(segments: IntColumn, start_node: IntColumn, end_node: IntColumn, length_m: FloatColumn) -> Ways:
    """Find the shortest ways over `segments`, both ways along each.

    Parameters
    ----------
    segments : (s,) int64, ascending
        Places of the segments that may be used in the next three.
    start_node, end_node : (n,) int64 from 0
    length_m : (n,) float64 metres, not NaN

    Returns
    -------
    Ways
        None at all where `segments` is empty.

    Examples
    --------
    >>> one, two = np.array([0, 1]), np.array([1, 2])
    >>> ways = ways_over(one, one, two, np.array([10.0, 5.0]))
    >>> found = ways.find(np.array([0, 2]), np.array([2, 0]))
    >>> ways.length_mm[found], ways.first[found], ways.last[found]
    (array([15000, 15000], dtype=int32), array([0, 1], dtype=int32), array([1, 0], dtype=int32))
    """
    nodes = int(max(start_node.max(), end_node.max())) + 1 if len(start_node) else 0
    # At least a millimetre each: over less a way would come no nearer, and whoever follows it to no end.
    length_mm = np.maximum(1, np.rint(length_m * 1000)).astype(np.int32)
    roads = _Roads.of(segments, start_node, end_node, length_mm, nodes)
    used = np.unique(roads.node)
    rest = np.zeros(_SOURCES * nodes, np.int32)
    parts = [_from(used[at : at + _SOURCES], roads, rest) for at in range(0, len(used), _SOURCES)]
    key, length_mm, last = (np.concatenate(columns) for columns in zip(*parts, strict=True)) if parts else (
        np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32)
    )  # fmt: skip
    back = key % max(nodes, 1) * nodes + key // max(nodes, 1)
    return Ways(nodes, key, length_mm, last[np.searchsorted(key, back)], last)


@dataclass(frozen=True, slots=True)
class _Roads:
    """2 s directed segments, by the node they leave: `begin[node] : begin[node + 1]` are those of `node`."""

    begin: IntColumn
    node: IntColumn
    to: IntColumn
    length_mm: NDArray[np.int32]
    segment: IntColumn

    @classmethod
    def of(
        cls,
        segments: IntColumn,
        start_node: IntColumn,
        end_node: IntColumn,
        length_mm: NDArray[np.int32],
        nodes: int,
    ) -> "_Roads":
        leaves = np.concatenate([start_node[segments], end_node[segments]])
        enters = np.concatenate([end_node[segments], start_node[segments]])
        order = np.argsort(leaves, kind="stable")
        both = np.concatenate([segments, segments])[order]
        begin = np.searchsorted(leaves[order], np.arange(nodes + 1))
        return cls(begin, leaves[order], enters[order], length_mm[both], both)

    def leaving(self, node: IntColumn) -> tuple[IntColumn, IntColumn]:
        """Return which of `node` (m,), and which road, for each road that leaves one of them."""
        return ragged(self.begin[node], self.begin[node + 1] - self.begin[node])


def ragged(begin: IntColumn, count: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Enumerate m ranges of `count` places from `begin`, one after another: (range, place), each (sum of count,).

    >>> ragged(np.array([5, 9]), np.array([2, 1]))
    (array([0, 0, 1]), array([5, 6, 9]))
    """
    owner = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return owner, np.arange(len(owner)) + (begin - before)[owner]


def _from(
    sources: IntColumn, roads: _Roads, rest: NDArray[np.int32]
) -> tuple[IntColumn, NDArray[np.int32], NDArray[np.int32]]:
    """Return key, length_mm and last of the ways from `sources`, ascending by key.

    `rest` says of each source and node how much of the longest way is left there; all of it is 0 before and after.
    """
    nodes = len(roads.begin) - 1
    front = np.arange(len(sources)) * nodes + sources
    rest[front] = _WHOLE
    fronts = [front]
    while len(front):
        owner, road = roads.leaving(front % nodes)
        place = (front // nodes * nodes)[owner] + roads.to[road]
        left = rest[front][owner] - roads.length_mm[road]
        nearer = left > rest[place]
        place, left = place[nearer], left[nearer]
        np.maximum.at(rest, place, left)
        front = np.unique(place)
        fronts.append(front)
    found = np.unique(np.concatenate(fronts))
    owner, road = roads.leaving(found % nodes)
    before = rest[(found // nodes * nodes)[owner] + roads.to[road]]
    leads = (before > 0) & (before - roads.length_mm[road] == rest[found][owner])
    last = np.full(len(found), _NO_SEGMENT, np.int32)
    np.minimum.at(last, owner[leads], roads.segment[road[leads]].astype(np.int32))
    last[found % nodes == sources[found // nodes]] = -1
    length = _WHOLE - rest[found]
    rest[found] = 0
    return sources[found // nodes] * nodes + found % nodes, length, last
