"""A street network as arrays: segments cut into straight edges, with a spatial index and shortest ways."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.paths import Ways, ways_over

KINDS: Final[dict[str, int]] = {"carriageway": 1, "gc": 2, "area": 4}
"""Bit of a segment's kind in the mask of kinds that a vehicle treats."""

ALL_KINDS: Final = 7


@dataclass(frozen=True, slots=True)
class Segments:
    """n segments as files and the database have them: (n,) columns, `lines` are lon/lat LineStrings."""

    segment_id: IntColumn
    street: NDArray[np.object_]
    kind: NDArray[np.object_]  # a key of KINDS
    winter_class: IntColumn
    passes_required: IntColumn
    start_node: IntColumn
    end_node: IntColumn
    length_m: FloatColumn
    lines: NDArray[np.object_]
    one_way: IntColumn  # 1 along the line, -1 against it, 0 both ways


@dataclass(frozen=True)
class StreetNetwork:
    """n segments; coordinates in SWEREF 99 TM metres.

    Attributes
    ----------
    segment_id : (n,) int64, ascending
    kind : (n,) int64, one bit of `KINDS`
    start_node, end_node : (n,) int64, places of the nodes in the order of their ids
    lines : (n,) object array of shapely LineStrings
    """

    segment_id: IntColumn
    kind: IntColumn
    start_node: IntColumn
    end_node: IntColumn
    lines: NDArray[np.object_]

    @classmethod
    def from_wgs84(
        cls,
        segment_id: IntColumn,
        kind: IntColumn,
        start_node: IntColumn,
        end_node: IntColumn,
        lines: NDArray[np.object_],
    ) -> "StreetNetwork":
        """Build a network from lon/lat LineStrings and node ids, in any order."""
        order = np.argsort(segment_id, kind="stable")
        coordinates = shapely.get_coordinates(lines)
        metres = shapely.set_coordinates(lines.copy(), np.column_stack(sweref_from_wgs84(*coordinates.T)))
        places = np.unique(np.concatenate([start_node, end_node]), return_inverse=True)[1]
        start, end = places[: len(lines)], places[len(lines) :]
        return cls(segment_id[order], kind[order], start[order], end[order], metres[order])

    def __len__(self) -> int:
        return len(self.segment_id)

    @cached_property
    def length_m(self) -> FloatColumn:
        """Length of each segment (n,)."""
        return np.asarray(shapely.length(self.lines), np.float64)

    @cached_property
    def edges(self) -> "Edges":
        """The straight edges of all segments."""
        coordinates, owner = shapely.get_coordinates(self.lines, return_index=True)
        inner = owner[:-1] == owner[1:]
        ends = np.column_stack([coordinates[:-1], coordinates[1:]])[inner]
        segment = owner[:-1][inner].astype(np.int64)
        x0, y0, x1, y1 = (np.ascontiguousarray(column) for column in ends.T)
        length = np.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
        kept = length > 0
        segment, x0, y0, x1, y1, length = (column[kept] for column in (segment, x0, y0, x1, y1, length))
        return Edges(
            segment, x0, y0, (x1 - x0) / length, (y1 - y0) / length, length, _offsets(segment, length)
        )

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Spatial index over `edges`."""
        edges = self.edges
        end_x, end_y = edges.x + edges.dx * edges.length_m, edges.y + edges.dy * edges.length_m
        corners = np.stack([np.column_stack([edges.x, edges.y]), np.column_stack([end_x, end_y])], axis=1)
        return shapely.STRtree(shapely.linestrings(corners))

    @cached_property
    def _ways(self) -> dict[int, Ways]:
        return {}

    def ways(self, kinds: int) -> Ways:
        """Return the shortest ways over the segments of some kinds (a mask), found when first asked for."""
        if kinds not in self._ways:
            segments = np.flatnonzero(self.kind & kinds)
            self._ways[kinds] = ways_over(segments, self.start_node, self.end_node, self.length_m)
        return self._ways[kinds]


@dataclass(frozen=True, slots=True)
class Edges:
    """m straight edges: (m,) index of the segment, start (x, y) in metres, unit direction, length, metres before it."""

    segment: IntColumn
    x: FloatColumn
    y: FloatColumn
    dx: FloatColumn
    dy: FloatColumn
    length_m: FloatColumn
    offset_m: FloatColumn


def _offsets(segment: IntColumn, length_m: FloatColumn) -> FloatColumn:
    """Return the metres before each edge within its segment (m,), for edges in order.

    Summed edge by edge within a segment, so that no other segment of the network changes a bit of it.
    """
    offset = np.zeros(len(segment))
    follows = np.flatnonzero(segment[1:] == segment[:-1]) + 1
    while len(follows):
        offset[follows] = offset[follows - 1] + length_m[follows - 1]
        follows = follows[np.isin(follows - 1, follows)]
    return offset
