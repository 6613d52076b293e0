"""A street network as arrays: segments, the straight edges near a place, and shortest ways."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.edges import Cells, Edges
from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.paths import Ways, ways_over

KINDS: Final[dict[str, int]] = {"carriageway": 1, "gc": 2, "area": 4}
"""Bit of a segment's kind in the mask of kinds that a vehicle treats."""

ALL_KINDS: Final = 7


def masks_among(kinds: IntColumn) -> list[int]:
    """Return the different masks of kinds that are among (n,), ascending.

    >>> masks_among(np.array([3, 1, 1, 3]))
    [1, 3]
    """
    found: list[int] = np.flatnonzero(np.bincount(kinds)).tolist()
    return found


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
    one_way : (n,) int64, 1 along the line, -1 against it, 0 both ways
    start_node, end_node : (n,) int64, places of the nodes in the order of their ids
    lines : (n,) object array of shapely LineStrings
    """

    segment_id: IntColumn
    kind: IntColumn
    one_way: IntColumn
    start_node: IntColumn
    end_node: IntColumn
    lines: NDArray[np.object_]

    @classmethod
    def from_wgs84(
        cls,
        segment_id: IntColumn,
        kind: IntColumn,
        one_way: IntColumn,
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
        return cls(segment_id[order], kind[order], one_way[order], start[order], end[order], metres[order])

    def __len__(self) -> int:
        return len(self.segment_id)

    @cached_property
    def length_m(self) -> FloatColumn:
        """Length of each segment (n,)."""
        return np.asarray(shapely.length(self.lines), np.float64)

    @cached_property
    def edges(self) -> Edges:
        """The straight edges of all segments."""
        return Edges.of(self.lines)

    @cached_property
    def _cells(self) -> dict[tuple[int, float], Cells]:
        return {}

    def cells(self, kinds: int, radius_m: float) -> Cells:
        """Return which edges of some kinds (a mask) are so near to which places, found when first asked for."""
        if (kinds, radius_m) not in self._cells:
            edges = np.flatnonzero(self.kind[self.edges.segment] & kinds)
            self._cells[kinds, radius_m] = Cells.near(self.edges, edges, radius_m)
        return self._cells[kinds, radius_m]

    @cached_property
    def _ways(self) -> dict[int, Ways]:
        return {}

    def ways(self, kinds: int) -> Ways:
        """Return the shortest ways over the segments of some kinds (a mask), found when first asked for."""
        if kinds not in self._ways:
            segments = np.flatnonzero(self.kind & kinds)
            self._ways[kinds] = ways_over(segments, self.start_node, self.end_node, self.length_m)
        return self._ways[kinds]
