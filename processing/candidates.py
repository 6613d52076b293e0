"""What each fix may be: on a segment near it, in one of the two directions, or off the network; and what each costs.

A cost is a negative log-likelihood up to a constant, out of the fix alone.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vinterkoll.processing.headings import heading_of
from vinterkoll.processing.network import StreetNetwork, masks_among
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn
from vinterkoll.processing.tracks import Fixes

RADIUS_M: Final = 36.0
"""No street further off is looked at: 4.5 sigma, of use only to receivers with 20 m of noise, and a quarter of the time."""

SIGMA_M: Final = 8.0
"""Of a fix about the middle of its street: 3–10 m of noise, and the lane beside the middle. Wider costs parallel
streets, narrower loses noisy receivers; measured in docs/accuracy.md."""

OFF_COST: Final = 6.0
"""Of being off the network: as much as 28 m from a street. A yard is deeper than a wide street and its noise."""

HEADING_COST: Final = 6.0
"""Of a heading square to the street; twice as much for one against it."""

AGAINST_COST: Final = 3.0
"""Of driving against a one-way street: as much as 20 m from it. The halves of a dual carriageway are told apart, and whoever
does it where no other street is near is on that street all the same."""

HOPELESS_COST: Final = 16.0
"""A candidate this much worse than its fix's best is dropped: leaving the street and coming back would cost as much."""

STATES_MAX: Final = 24
"""The cheapest of a fix that are kept: six streets that meet are twelve. A bound on the work where lines are heaped."""


@dataclass(frozen=True, slots=True)
class States:
    """s states of n fixes, in order of fix, segment and direction (forward first); the last of each fix is off.

    `fix`, `segment`, `direction`: (s,) int64; segment -1 and direction 0 off the network. `along_m`: (s,) from the
    segment's start, NaN off it. `cost`: (s,). `begin`: (n + 1,), fix i has the states `begin[i] : begin[i + 1]`.
    """

    fix: IntColumn
    segment: IntColumn
    direction: IntColumn
    along_m: FloatColumn
    cost: FloatColumn
    begin: IntColumn


def states_of(fixes: Fixes, network: StreetNetwork) -> States:
    """Find the states of n > 0 fixes on a network; a NaN coordinate or no street near leaves only the one off it."""
    count, edges = len(fixes), network.edges
    fix, edge, away_squared, on_edge = _nearest(fixes, network)
    east, north = heading_of(fixes)
    heads = np.where((east != 0) | (north != 0), HEADING_COST, 0.0)[fix]
    cosine = east[fix] * edges.dx[edge] + north[fix] * edges.dy[edge]
    near = away_squared * (0.5 / SIGMA_M**2)
    on_segment, on_m = edges.segment[edge], edges.offset_m[edge] + on_edge
    forward = 2 * np.arange(len(fix)) + fix  # two places a candidate, one for each earlier fix's state off
    off = np.cumsum(2 * np.bincount(fix, minlength=count) + 1) - 1
    total = 2 * len(fix) + count
    owner, segment, direction = np.empty(total, np.int64), np.full(total, -1), np.zeros(total, np.int64)
    along, cost = np.full(total, np.nan), np.full(total, OFF_COST)
    owner[off] = np.arange(count)
    one_way = network.one_way[on_segment]
    for place, way in ((forward, 1), (forward + 1, -1)):
        owner[place], segment[place], direction[place], along[place] = fix, on_segment, way, on_m
        against = np.where(one_way == -way, AGAINST_COST, 0.0)
        cost[place] = near + heads * (1.0 - way * cosine) + against
    worth = _worth_keeping(owner, cost, off)
    begin, kept = np.append(0, np.cumsum(worth)[off]), np.flatnonzero(worth)
    return States(owner[kept], segment[kept], direction[kept], along[kept], cost[kept], begin)


def _worth_keeping(owner: IntColumn, cost: FloatColumn, off: IntColumn) -> BoolColumn:
    """Tell which states to keep, (s,): those off the network, at `off` (n,), and those that may turn out best."""
    kept: BoolColumn = cost <= (least_of_each(cost, owner, len(off)) + HOPELESS_COST)[owner]
    crowded = np.diff(off, prepend=-1) - 1 > STATES_MAX
    if crowded.any():  # of the fix alone, whoever else is there
        many = np.flatnonzero(crowded[owner])
        ranked = np.delete(many, np.searchsorted(many, off[crowded]))
        ranked = ranked[np.lexsort((cost[ranked], owner[ranked]))]
        first = np.searchsorted(owner[ranked], owner[ranked])
        kept[ranked[np.arange(len(ranked)) - first >= STATES_MAX]] = False
    kept[off] = True
    return kept


def _nearest(fixes: Fixes, network: StreetNetwork) -> tuple[IntColumn, IntColumn, FloatColumn, FloatColumn]:
    """Find the nearest edge of each segment near each fix, of the kinds it may be on; the earlier of equals.

    Returns fix, edge, squared metres to it and metres along it, (m,) each, in order of fix and edge.
    """
    edges = network.edges
    found = []
    for mask in masks_among(fixes.kinds):
        asked = np.flatnonzero(fixes.kinds == mask)
        place, edge = network.cells(mask, RADIUS_M).find(fixes.x[asked], fixes.y[asked])
        found.append((asked[place], edge))
    fix, edge = (np.concatenate(columns) for columns in zip(*found, strict=True))
    away_squared, on_edge = edges.nearest(edge, fixes.x[fix], fixes.y[fix])
    near = np.flatnonzero(away_squared <= RADIUS_M**2)
    near = near[np.argsort(fix[near], kind="stable")]
    fix, edge, away_squared, on_edge = fix[near], edge[near], away_squared[near], on_edge[near]
    same = np.diff(fix * len(network) + edges.segment[edge]) == 0
    best = np.flatnonzero(_first_least(away_squared, same))
    return fix[best], edge[best], away_squared[best], on_edge[best]


def _first_least(value: FloatColumn, same: BoolColumn) -> BoolColumn:
    """Mark the first of the least values of each group; `same` (m - 1,) tells which values go on in one."""
    fresh = np.concatenate([[True], ~same])[: len(value)]
    if not len(value):
        return fresh
    group = np.cumsum(fresh) - 1
    least: BoolColumn = value == np.minimum.reduceat(value, np.flatnonzero(fresh))[group]
    first = np.flatnonzero(least)
    least[first[1:][np.diff(group[first]) == 0]] = False
    return least


def least_of_each(value: FloatColumn, owner: IntColumn, owners: int) -> FloatColumn:
    """Return the least of the values (m,) of each owner, (owners,); infinite for one without.

    >>> least_of_each(np.array([3.0, 1.0, 2.0]), np.array([0, 0, 2]), 3)
    array([ 1., inf,  2.])
    """
    least = np.full(owners, np.inf)
    np.minimum.at(least, owner, value)  # twice as fast as `reduceat` over groups of a few
    return least
