"""Which street, how far along it and in which direction each fix is: the cheapest of its states, seen in a window.

A state costs what its fix says (`candidates`), and going from a state to one of the next fix costs what the way
along the network says: how much longer or shorter than the chord, and where it turns back. Each fix gets the state
through which the cheapest sequence over `tracks.REACH` linked fixes on each side leads, and nothing outside of that
window is looked at, so its match is the same in every batch. Where the window's chords contradict the headings sent in it
(`headings`), it is matched as if none were.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.candidates import States, least_of_each, states_of
from vinterkoll.processing.headings import headings_doubted
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn
from vinterkoll.processing.paths import ragged
from vinterkoll.processing.routes import Pairs, Places, lengths_on_segments, lengths_over_nodes
from vinterkoll.processing.tracks import REACH, Fixes

BEND_SHARE: Final = 0.4
"""A way may be this much longer than its chord at no cost: round a square corner it is 1.41 times as long."""

MISFIT_M: Final = 5.0
MISFIT_SHARE: Final = 0.4
"""A misfit between way and chord of 5 m, and 0.4 of the chord, costs 1: noise, and the bends of sparse fixes."""

TURN_COST: Final = 10.0
"""Of turning back, more than a few fixes of noise: a vehicle that stands or crawls does not flip."""

BREAK_COST: Final = 12.0
"""Of two fixes that no way joins; no way costs more. The step between them treats nothing."""

OFF_STEP_COST: Final = 8.0
"""Of leaving the network and of coming back, so that a single outlier does neither."""

DIRECTION_MARGIN: Final = 0.5
"""Where the other direction is no more expensive than this, nobody knows the direction."""

DETOUR_MAX: Final = 1.5
DETOUR_SLACK_M: Final = 30.0
DETOUR_M_PER_S: Final = 9.0
"""A step's way may be this much longer than its chord: bends and noise. It may also be as long as a vehicle at work
drives in the time, 32 km/h: round a block between sparse fixes, to the end of a blind street and back."""

SPARSE_S: Final = 30.0
"""A neighbour further off in time says nothing: at 30 km/h the vehicle is 250 m on, round one of several blocks."""

ROUNDING_M: Final = 0.001
"""More than sums of metres are rounded by."""

NO_FIX: Final = -1
"""The neighbour of a fix that is not linked."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where n fixes are.

    `segment`: (n,) int64, its place in the network, -1 off it. `along_m`: (n,) from the segment's start, NaN off it.
    `direction`: (n,) int8, 1 along its geometry, -1 against it, 0 off it and where nobody knows.
    """

    segment: IntColumn
    along_m: FloatColumn
    direction: NDArray[np.int8]


def longest_way_m(chord_m: FloatColumn, gap_s: FloatColumn) -> FloatColumn:
    """Return how long the way of a step may be, (m,).

    >>> longest_way_m(np.array([100.0, 0.0]), np.array([5.0, 10.0]))
    array([180.,  90.])
    """
    return np.maximum(DETOUR_MAX * chord_m + DETOUR_SLACK_M, DETOUR_M_PER_S * gap_s)


def match(fixes: Fixes, linked: BoolColumn, network: StreetNetwork) -> Match:
    """Match each fix to its state on the cheapest sequence of states through its window.

    Parameters
    ----------
    fixes : n fixes
    linked : (n,) bool, as `tracks.linked_to_next` gives it
    network : the streets valid at the fixes' time

    Returns
    -------
    Match
        Segment -1 for a fix that is off the network, and for NaN coordinates. Ties go to the lower segment, then to
        forward, then off. Empty for empty input.

    Examples
    --------
    >>> import shapely
    >>> one, lines = np.ones(2, np.int64), shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
    >>> network = StreetNetwork(one, one, 0 * one, np.array([0, 1]), np.array([1, 2]), lines)
    >>> none, nan, x, y = np.zeros(3, np.int64), np.full(3, np.nan), np.array([60, 100, np.nan]), np.array([1.0, 20, 0])
    >>> fixes = Fixes(none, np.array([0, 5, 10]) * 10**6, none, x, y, nan, nan, none + 1, none, nan, nan, nan, none, none)
    >>> match(fixes, np.array([True, False, False]), network)
    Match(segment=array([ 0,  1, -1]), along_m=array([60., 20., nan]), direction=array([1, 1, 0], dtype=int8))
    """
    count = len(fixes)
    if not count or not len(network.edges.x):
        return Match(np.full(count, -1), np.full(count, np.nan), np.zeros(count, np.int8))
    linked = linked & (np.diff(fixes.time_us, append=fixes.time_us[-1]) <= SPARSE_S * 1e6)
    doubted = headings_doubted(fixes, linked)
    if not doubted.any():
        return _cheapest_states(fixes, linked, network)
    found = Match(np.empty(count, np.int64), np.empty(count), np.empty(count, np.int8))
    headless = replace(fixes, heading_deg=np.full(count, np.nan))
    for told, wanted in ((fixes, ~doubted), (headless, doubted)):
        near = _within_reach(wanted, linked)
        joined = linked[near] & (np.diff(near, append=-1) == 1)
        part = _cheapest_states(told.only(near), joined, network)
        for name in Match.__slots__:
            getattr(found, name)[wanted] = getattr(part, name)[wanted[near]]
    return found


def _within_reach(wanted: BoolColumn, linked: BoolColumn) -> IntColumn:
    """Return the fixes that a match of the `wanted` ones (n,) looks at, in order."""
    near = wanted
    for _ in range(REACH):
        near = near | np.append(linked[:-1] & near[1:], False) | np.append(False, linked[:-1] & near[:-1])
    return np.flatnonzero(near)


def _cheapest_states(fixes: Fixes, linked: BoolColumn, network: StreetNetwork) -> Match:
    """Match fixes, taking all headings for true."""
    count = len(fixes)
    if not count:
        return Match(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int8))
    states = states_of(fixes, network)
    here, there, cost = _ways(fixes, linked, network, states)
    after = np.where(linked, np.arange(1, count + 1), NO_FIX)
    before = np.append(NO_FIX, np.where(linked[:-1], np.arange(count - 1), NO_FIX))
    total = states.cost + _cheapest(states, after, here, there, cost)
    total += _cheapest(states, before, there, here, cost)
    best = np.flatnonzero(total == least_of_each(total, states.fix, count)[states.fix])
    best = best[np.diff(states.fix[best], prepend=-1) > 0]  # the first of equals
    return Match(
        states.segment[best], states.along_m[best], _known_direction(states, total, best).astype(np.int8)
    )


def _known_direction(states: States, total: FloatColumn, best: IntColumn) -> IntColumn:
    """Return the directions of the states `best` (n,), 0 where the other one would do about as well."""
    other = np.maximum(best + states.direction[best], 0)  # forward, backward, and off the network at last
    twin = (states.fix[other] == states.fix[best]) & (states.segment[other] == states.segment[best])
    close = twin & (other != best) & (total[other] - total[best] < DIRECTION_MARGIN)
    return np.where(close, 0, states.direction[best])


def _ways(
    fixes: Fixes, linked: BoolColumn, network: StreetNetwork, states: States
) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Return the pairs of states of linked fixes (here, there) that a way joins for less than a break, and its cost."""
    step = np.flatnonzero(linked)
    chord_m, longest_m = np.zeros(len(linked)), np.full(len(linked), -np.inf)
    chord_m[step] = np.sqrt(
        (fixes.x[step + 1] - fixes.x[step]) ** 2 + (fixes.y[step + 1] - fixes.y[step]) ** 2
    )
    gap_s = (fixes.time_us[step + 1] - fixes.time_us[step]) / 1e6
    longest_m[step] = longest_way_m(chord_m[step], gap_s)
    places = Places.of(network, states.segment, states.direction, states.along_m)
    stays, crosses = _staying(states, linked), _crossing(states, places, longest_m)
    fix, other_fix = states.fix[stays[0]], states.fix[crosses[0]]
    on_m = lengths_on_segments(places, stays, longest_m[fix])
    over_m, turns = lengths_over_nodes(network, fixes.kinds[other_fix], places, crosses, longest_m[other_fix])
    found = (
        _cheap(stays, _misfit(on_m, chord_m[fix])),
        _cheap(crosses, _misfit(over_m, chord_m[other_fix]) + TURN_COST * turns),
    )
    here, there, cost = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return here, there, cost


def _misfit(length_m: FloatColumn, chord_m: FloatColumn) -> FloatColumn:
    """Return what ways (m,) cost that are longer or shorter than their chords."""
    misfit_m = np.maximum(np.maximum(length_m - (1 + BEND_SHARE) * chord_m, chord_m - length_m), 0.0)
    return misfit_m / (MISFIT_M + MISFIT_SHARE * chord_m)


def _cheap(pairs: Pairs, cost: FloatColumn) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Return the pairs that cost less than a break, and what they cost."""
    cheap = np.flatnonzero(cost < BREAK_COST)
    return pairs[0][cheap], pairs[1][cheap], cost[cheap]


def _staying(states: States, linked: BoolColumn) -> Pairs:
    """Return the pairs of states of linked fixes (here, there) on the same segment in the same direction."""
    lanes = 2 * int(states.segment.max(initial=0)) + 3
    lane = np.where(states.segment < 0, lanes - 1, 2 * states.segment + (states.direction < 0))
    key = states.fix * lanes + lane  # ascending, as the states are
    here = np.flatnonzero(linked[states.fix] & (states.segment >= 0))
    wanted = key[here] + lanes
    there = np.searchsorted(key, wanted)
    found = np.flatnonzero(key[there] == wanted)
    return here[found], there[found]


def _crossing(states: States, places: Places, longest_m: FloatColumn) -> Pairs:
    """Return the other pairs that a way of at most `longest_m` (n,), -inf where a fix is not linked, may join.

    It leads over the node ahead of the one and the node behind the other. Most states are too far from theirs.
    """
    longest_m = longest_m + ROUNDING_M
    leaves = np.flatnonzero(places.left_m <= longest_m[states.fix])
    near_behind = places.done_m <= np.append(-np.inf, longest_m[:-1])[states.fix]
    enters, begin = np.flatnonzero(near_behind), np.append(0, np.cumsum(near_behind))[states.begin]
    after = states.fix[leaves] + 1
    row, at = ragged(begin[after], begin[after + 1] - begin[after])
    here, there = leaves[row], enters[at]
    lane = 2 * states.segment + (states.direction < 0)
    other = np.flatnonzero(lane[here] != lane[there])
    return here[other], there[other]


def _cheapest(
    states: States, neighbour: IntColumn, here: IntColumn, there: IntColumn, cost: FloatColumn
) -> FloatColumn:
    """Return the least cost of going from each state (s,) through `REACH` fixes, each the `neighbour` (n,) of the last.

    What no way joins is joined by a break, or by leaving the network. After a fix without a neighbour comes nothing.
    """
    best, off, states_a_fix = np.zeros(len(states.cost)), states.begin[1:] - 1, np.diff(states.begin)
    for _ in range(REACH):
        score = states.cost + best
        level, off_level = least_of_each(score, states.fix, len(off)), score[off]
        onto = np.append(np.minimum(level + BREAK_COST, off_level + OFF_STEP_COST), 0.0)
        away = np.append(np.minimum(level + OFF_STEP_COST, off_level), 0.0)
        best = np.repeat(onto[neighbour], states_a_fix)
        best[off] = away[neighbour]
        np.minimum.at(best, here, score.take(there) + cost)
    return best
