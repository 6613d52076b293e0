"""The way along the network from one directed place to another: its length, where it turns back, and its pieces."""

from dataclasses import dataclass

import numpy as np

from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import FloatColumn, IntColumn


@dataclass(frozen=True, slots=True)
class Places:
    """n places on a network as a vehicle drives over them, (n,) each; where `segment` is -1, the rest means nothing.

    `segment`; `direction`: 1 along its geometry, -1 against it; `enters`, `leaves`: the nodes behind and ahead;
    `done_m`, `left_m`: metres from the one and to the other.
    """

    segment: IntColumn
    direction: IntColumn
    enters: IntColumn
    leaves: IntColumn
    done_m: FloatColumn
    left_m: FloatColumn

    @classmethod
    def of(
        cls, network: StreetNetwork, segment: IntColumn, direction: IntColumn, along_m: FloatColumn
    ) -> "Places":
        forward = direction > 0
        start, end = network.start_node[segment], network.end_node[segment]
        beyond_m = network.length_m[segment] - along_m
        return cls(
            segment,
            direction,
            np.where(forward, start, end),
            np.where(forward, end, start),
            np.where(forward, along_m, beyond_m),
            np.where(forward, beyond_m, along_m),
        )

    def at(self, which: IntColumn) -> "Places":
        """Return the places `which`, (m,) indices."""
        return Places(*(getattr(self, name)[which] for name in Places.__slots__))


def route_lengths(
    network: StreetNetwork,
    kinds: IntColumn,
    places: Places,
    pairs: tuple[IntColumn, IntColumn],
    longest_m: FloatColumn,
) -> tuple[FloatColumn, IntColumn]:
    """Measure the shortest ways between m pairs of places, in the directions of travel at both.

    Parameters
    ----------
    network : StreetNetwork
    kinds : (m,) int64, mask of `KINDS` that may be used between the two segments
    places : n places, on the network
    pairs : from and to, (m,) int64 each, indices of places
    longest_m : (m,) float64, longer ways are not wanted

    Returns
    -------
    length_m : (m,) float64
        Negative for a place behind on the same segment; infinite where no way is short enough.
    turns : (m,) int64
        How often, of leaving the first segment and coming to the last, the way turns back where it came from.
    """
    origin, target = pairs
    length, turns = np.full(len(origin), np.inf), np.zeros(len(origin), np.int64)
    lane = places.segment * 2 + (places.direction > 0)
    same_lane = lane[origin] == lane[target]
    on = np.flatnonzero(same_lane)
    length[on] = places.done_m[target[on]] - places.done_m[origin[on]]
    ends_m = places.left_m[origin] + places.done_m[target]
    rest = np.flatnonzero(~same_lane & (ends_m <= longest_m))
    ends_m, leaves, enters = ends_m[rest], places.leaves[origin[rest]], places.enters[target[rest]]
    one, other = places.segment[origin[rest]], places.segment[target[rest]]
    meets = leaves == enters
    length[rest[meets]] = ends_m[meets]
    turns[rest[meets]] = (one == other)[meets]
    between, kinds = np.flatnonzero(~meets), kinds[rest]
    for mask in np.unique(kinds[between]).tolist():
        asked = between[kinds[between] == mask]
        ways = network.ways(mask)
        way = ways.find(leaves[asked], enters[asked])
        asked, way = asked[way >= 0], way[way >= 0]
        length[rest[asked]] = ends_m[asked] + ways.length_mm[way] / 1000.0
        begins_back = ways.first[way] == one[asked]
        turns[rest[asked]] = begins_back.astype(np.int64) + (ways.last[way] == other[asked])
    length[length > longest_m] = np.inf
    return length, turns


Pieces = tuple[IntColumn, IntColumn, IntColumn, IntColumn, FloatColumn, FloatColumn]
"""Route, piece, segment, direction, from_m, to_m: (p,) each; metres from the segment's start, from_m <= to_m."""


def pieces_of(network: StreetNetwork, kinds: IntColumn, origin: Places, target: Places) -> Pieces:
    """Cut r routes, for which `route_lengths` knows a length, into pieces: one a segment, numbered as driven."""
    on = (origin.segment == target.segment) & (origin.direction == target.direction)
    begin_m, end_m = np.zeros(len(on)), origin.done_m + origin.left_m
    found = [_piece(network, np.flatnonzero(on), 0, origin, origin.done_m, target.done_m)]
    goes = np.flatnonzero(~on)
    found.append(_piece(network, goes, 0, origin, origin.done_m, end_m))
    piece, here = np.ones(len(on), np.int64), origin.leaves.copy()
    under_way = goes[here[goes] != target.enters[goes]]
    while len(under_way):
        segment = np.empty(len(on), np.int64)
        for mask in np.unique(kinds[under_way]).tolist():
            asked = under_way[kinds[under_way] == mask]
            ways = network.ways(mask)
            segment[asked] = ways.first[ways.find(here[asked], target.enters[asked])]
        passed = segment[under_way]
        direction = np.where(network.start_node[passed] == here[under_way], 1, -1)
        through = Places.of(network, passed, direction, np.zeros(len(passed)))
        whole = through.done_m + through.left_m
        columns = _piece(network, np.arange(len(passed)), 0, through, np.zeros(len(passed)), whole)
        found.append((under_way, piece[under_way], *columns[2:]))
        here[under_way] = through.leaves
        piece[under_way] += 1
        under_way = under_way[here[under_way] != target.enters[under_way]]
    columns = _piece(network, goes, 0, target, begin_m, target.done_m)
    found.append((goes, piece[goes], *columns[2:]))
    return tuple(np.concatenate(columns) for columns in zip(*found, strict=True))  # type: ignore[return-value]


def _piece(
    network: StreetNetwork, route: IntColumn, piece: int, on: Places, from_m: FloatColumn, to_m: FloatColumn
) -> Pieces:
    """Turn metres as driven on the segments of some routes into metres from their starts."""
    segment, direction = on.segment[route], on.direction[route]
    low, high = from_m[route], to_m[route]
    length = network.length_m[segment]
    forward = direction > 0
    return (
        route,
        np.full(len(route), piece),
        segment,
        direction,
        np.where(forward, low, length - high),
        np.where(forward, high, length - low),
    )
