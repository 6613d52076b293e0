"""The straight edges of a street network, and which of them are near a place: by square cells, each with the edges near it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.paths import ragged

CELL_M: Final = 32.0
"""Side of a cell: smaller ones hold fewer edges in vain, and are more. A power of two, so that dividing by it is exact."""

CORNER_M: Final = 0.71 * CELL_M
"""From the middle of a cell to its corners, and a few centimetres more than what distances are rounded by."""

_FAR: Final = 2**30
"""Columns and rows this far out have no streets; a NaN is there."""

_EDGES: Final = 10_000
"""Whose cells are found at a time: a region's network is to be built in little more memory than it keeps."""

_BEYOND: Final = np.iinfo(np.int64).max


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

    @classmethod
    def of(cls, lines: NDArray[np.object_]) -> "Edges":
        """Cut the LineStrings of n segments into edges, in order; those without length are left out."""
        coordinates, owner = shapely.get_coordinates(lines, return_index=True)
        inner = owner[:-1] == owner[1:]
        ends = np.column_stack([coordinates[:-1], coordinates[1:]])[inner]
        segment = owner[:-1][inner].astype(np.int64)
        x0, y0, x1, y1 = (np.ascontiguousarray(column) for column in ends.T)
        length = np.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2)
        kept = length > 0
        segment, x0, y0, x1, y1, length = (column[kept] for column in (segment, x0, y0, x1, y1, length))
        return cls(segment, x0, y0, (x1 - x0) / length, (y1 - y0) / length, length, _offsets(segment, length))

    def nearest(self, edge: IntColumn, x: FloatColumn, y: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        """Return the squared metres from k places to one edge each, and how far along it is what is nearest: (k,) each."""
        dx, dy = self.dx[edge], self.dy[edge]
        off_x, off_y = x - self.x[edge], y - self.y[edge]
        along = np.clip(off_x * dx + off_y * dy, 0.0, self.length_m[edge])
        return (off_x - along * dx) ** 2 + (off_y - along * dy) ** 2, along


@dataclass(frozen=True, slots=True)
class Cells:
    """c cells and the edges near them.

    `key`: (c,) int64, ascending; the last one is beyond all cells. `begin`: (c + 1,), cell i has the edges
    `edge[begin[i] : begin[i + 1]]`, ascending; the last one has none.
    """

    key: IntColumn
    begin: IntColumn
    edge: IntColumn

    @classmethod
    def near(cls, edges: Edges, which: IntColumn, radius_m: float) -> "Cells":
        """Give the edges `which` (k,), ascending, to each cell with a place at most `radius_m` from them, and to few others."""
        blocks = [which[at : at + _EDGES] for at in range(0, len(which), _EDGES)] or [which]
        parts = [_cells_near(edges, block, radius_m + CORNER_M) for block in blocks]
        cell, edge = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.argsort(cell, kind="stable")
        cell = cell[order]
        begin = np.flatnonzero(np.append(True, cell[1:] != cell[:-1])[: len(cell)])
        ends = [len(cell), len(cell)]
        return cls(np.append(cell[begin], _BEYOND), np.append(begin, ends), edge[order])

    def find(self, x: FloatColumn, y: FloatColumn) -> tuple[IntColumn, IntColumn]:
        """Find all edges that may be near one of n places, and some that are not.

        Parameters
        ----------
        x, y : (n,) float64 metres; a NaN is near no edge

        Returns
        -------
        place, edge : (m,) int64, ascending by both. Empty for empty input.

        Examples
        --------
        >>> cells = Cells.near(Edges.of(shapely.linestrings([[[0, 0], [99, 0], [99, 50]]])), np.arange(2), 10.0)
        >>> cells.find(np.array([90.0, 50.0, 50.0]), np.array([5.0, 5.0, 90.0]))
        (array([0, 0, 1]), array([0, 1, 0]))
        """
        key = _cell(x, y)
        cell = np.searchsorted(self.key, key)
        count = np.where(self.key[cell] == key, self.begin[cell + 1] - self.begin[cell], 0)
        place, at = ragged(self.begin[cell], count)
        return place, self.edge[at]


def _cells_near(edges: Edges, which: IntColumn, reach_m: float) -> tuple[IntColumn, IntColumn]:
    """Return the keys of the cells whose middle is at most `reach_m` from an edge, each with that edge: (p,) each."""
    west, columns = _span(edges.x[which], edges.dx[which] * edges.length_m[which], reach_m)
    south, rows = _span(edges.y[which], edges.dy[which] * edges.length_m[which], reach_m)
    owner, place = ragged(np.zeros(len(which), np.int64), columns * rows)
    x = (west[owner] + place // rows[owner] + 0.5) * CELL_M
    y = (south[owner] + place % rows[owner] + 0.5) * CELL_M
    edge = which[owner]
    near = np.flatnonzero(edges.nearest(edge, x, y)[0] <= reach_m**2)
    return _cell(x[near], y[near]), edge[near]


def _cell(x: FloatColumn, y: FloatColumn) -> IntColumn:
    """Return the key of the cell that each place (n,) is in."""
    column, row = (np.floor(np.fmin(np.fmax(at / CELL_M, -_FAR), _FAR)).astype(np.int64) for at in (x, y))
    return column * (4 * _FAR) + row


def _span(start: FloatColumn, length: FloatColumn, reach_m: float) -> tuple[IntColumn, IntColumn]:
    """Return the first column, or row, within reach of edges (k,) on one axis, and how many are: (k,) each."""
    low, high = start + np.minimum(length, 0.0) - reach_m, start + np.maximum(length, 0.0) + reach_m
    first, last = (np.floor(side / CELL_M).astype(np.int64) for side in (low, high))
    return first, last - first + 1


def _offsets(segment: IntColumn, length_m: FloatColumn) -> FloatColumn:
    """Return the metres before each edge within its segment (m,), for edges in order.

    Summed edge by edge within a segment, so that no other segment of the network changes a bit of it.
    """
    rank = np.arange(len(segment)) - np.searchsorted(segment, segment)
    by_rank = np.argsort(rank, kind="stable")
    offset = np.zeros(len(segment))
    for which in np.split(by_rank, np.flatnonzero(np.diff(rank[by_rank])) + 1)[1:]:
        offset[which] = offset[which - 1] + length_m[which - 1]
    return offset
