"""Which street, how far along it and in which direction each fix is: the cheapest of its states, seen in a window.

A state costs what its fix says (`candidates`), and going from a state to one of the next fix costs what the way
along the network says (`transitions`): how much longer or shorter than the chord, and where it turns back. Each fix gets the state
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
from vinterkoll.processing.tracks import REACH, Fixes
from vinterkoll.processing.transitions import BREAK_COST, transitions_of

OFF_STEP_COST: Final = 8.0
"""Of leaving the network and of coming back, so that a single outlier does neither."""

DIRECTION_MARGIN: Final = 0.5
"""Where the other direction is no more expensive than this, nobody knows the direction."""

SPARSE_S: Final = 30.0
"""A neighbour further off in time says nothing: at 30 km/h the vehicle is 250 m on, round one of several blocks."""

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
    here, there, cost = transitions_of(fixes, linked, network, states)
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
