"""The way along the network from one directed place to another: its length, where it turns back, and its pieces."""

from dataclasses import dataclass

import numpy as np

from vinterkoll.processing.network import StreetNetwork, masks_among
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
        """Place n vehicles on a network: `segment` (n,), not -1, `direction` (n,), `along_m` (n,) from the segment's start.

        A NaN in `along_m` makes both distances NaN. Empty for empty input.

        >>> import shapely
        >>> one, lines = np.ones(2, np.int64), shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
        >>> network = StreetNetwork(one, one, 0 * one, np.array([0, 1]), np.array([1, 2]), lines)
        >>> back = Places.of(network, np.array([1]), np.array([-1]), np.array([20.0]))
        >>> back.enters, back.leaves, back.done_m, back.left_m
        (array([2]), array([1]), array([30.]), array([20.]))
        """
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


Pairs = tuple[IntColumn, IntColumn]
"""From and to, (m,) int64 each: indices of places."""


def route_lengths(
    network: StreetNetwork,
    kinds: IntColumn,
    places: Places,
    pairs: Pairs,
    longest_m: FloatColumn,
) -> tuple[FloatColumn, IntColumn]:
    """Measure the shortest ways between m pairs of places, in the directions of travel at both.

    Parameters
    ----------
    network : StreetNetwork
    kinds : (m,) int64, mask of `KINDS` that may be used between the two segments
    places : n places, on the network
    pairs : m of them
    longest_m : (m,) float64, longer ways are not wanted

    Returns
    -------
    length_m : (m,) float64
        Negative for a place behind on the same segment; infinite where no way is short enough; NaN from or to a place
        whose metres are NaN. Empty for no pairs.
    turns : (m,) int64
        How often, of leaving the first segment and coming to the last, the way turns back where it came from.

    Examples
    --------
    >>> import shapely
    >>> one, lines = np.ones(2, np.int64), shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
    >>> network = StreetNetwork(one, one, 0 * one, np.array([0, 1]), np.array([1, 2]), lines)
    >>> places = Places.of(network, np.array([0, 1]), one, np.array([60.0, 20.0]))
    >>> route_lengths(network, one, places, (np.array([0, 1]), np.array([1, 0])), np.array([500.0, 500.0]))
    (array([ 60., 240.]), array([0, 2]))
    """
    origin, target = pairs
    same = places.segment[origin] == places.segment[target]
    on = same & (places.direction[origin] == places.direction[target])
    length, turns = lengths_on_segments(places, pairs, longest_m), np.zeros(len(on), np.int64)
    over = np.flatnonzero(~on)
    pairs = origin[over], target[over]
    length[over], turns[over] = lengths_over_nodes(network, kinds[over], places, pairs, longest_m[over])
    return length, turns


def lengths_on_segments(places: Places, pairs: Pairs, longest_m: FloatColumn) -> FloatColumn:
    """Measure as `route_lengths` does, for pairs on the same segment in the same direction."""
    origin, target = pairs
    length = places.done_m[target] - places.done_m[origin]
    length[length > longest_m] = np.inf
    return length


def lengths_over_nodes(
    network: StreetNetwork, kinds: IntColumn, places: Places, pairs: Pairs, longest_m: FloatColumn
) -> tuple[FloatColumn, IntColumn]:
    """Measure as `route_lengths` does, for pairs that are not on the same segment in the same direction."""
    origin, target = pairs
    length = places.left_m[origin] + places.done_m[target]
    leaves, enters = places.leaves[origin], places.enters[target]
    meets = leaves == enters
    turns = (meets & (places.segment[origin] == places.segment[target])).astype(np.int64)
    apart = np.flatnonzero(~meets & (length <= longest_m))
    for mask in masks_among(kinds[apart]):
        asked = apart[kinds[apart] == mask]
        ways = network.ways(mask)
        way = ways.find(leaves[asked], enters[asked])
        length[asked[way < 0]] = np.inf
        asked, way = asked[way >= 0], way[way >= 0]
        length[asked] += ways.length_mm[way] / 1000.0
        turns[asked] = ways.first[way] == places.segment[origin[asked]]
        turns[asked] += ways.last[way] == places.segment[target[asked]]
    length[length > longest_m] = np.inf
    return length, turns


Pieces = tuple[IntColumn, IntColumn, IntColumn, IntColumn, FloatColumn, FloatColumn]
"""Route, piece, segment, direction, from_m, to_m: (p,) each; metres from the segment's start, from_m <= to_m."""


def pieces_of(network: StreetNetwork, kinds: IntColumn, origin: Places, target: Places) -> Pieces:
    """Cut routes into pieces: one a segment, numbered as driven.

    Parameters
    ----------
    network : StreetNetwork
    kinds : (r,) int64, mask of `KINDS` that may be used between the two segments
    origin, target : r places each
        `route_lengths` knows a finite length, not below 0, from the one to the other: so no metre is NaN.

    Returns
    -------
    Pieces
        Empty for no routes.

    Examples
    --------
    >>> import shapely
    >>> one, lines = np.ones(2, np.int64), shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
    >>> network = StreetNetwork(one, one, 0 * one, np.array([0, 1]), np.array([1, 2]), lines)
    >>> places = Places.of(network, np.array([0, 1]), one, np.array([60.0, 20.0]))
    >>> _, piece, segment, direction, from_m, to_m = pieces_of(network, one[:1], places.at(one[:1] - 1), places.at(one[:1]))
    >>> piece, segment, direction, from_m, to_m
    (array([0, 1]), array([0, 1]), array([1, 1]), array([60.,  0.]), array([100.,  20.]))
    """
    on = (origin.segment == target.segment) & (origin.direction == target.direction)
    begin_m, end_m = np.zeros(len(on)), origin.done_m + origin.left_m
    found = [_piece(network, np.flatnonzero(on), 0, origin, origin.done_m, target.done_m)]
    goes = np.flatnonzero(~on)
    found.append(_piece(network, goes, 0, origin, origin.done_m, end_m))
    piece, here = np.ones(len(on), np.int64), origin.leaves.copy()
    under_way = goes[here[goes] != target.enters[goes]]
    while len(under_way):
        segment = np.empty(len(on), np.int64)
        for mask in masks_among(kinds[under_way]):
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
