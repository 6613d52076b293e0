"""Which street, how far along it and in which direction each fix is: the cheapest of its states, seen in a window.

A state costs what its fix says (`candidates`), and going from a state to one of the next fix costs what the way
along the network says: how much longer or shorter than the chord, and where it turns back. Each fix gets the state
through which the cheapest sequence over `tracks.REACH` linked fixes on each side leads, and nothing outside of that
window is looked at, so its match is the same in every batch.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.candidates import States, states_of
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn
from vinterkoll.processing.paths import ragged
from vinterkoll.processing.routes import Places, route_lengths
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
DETOUR_MS: Final = 9.0
"""A step's way may be this much longer than its chord: bends and noise. It may also be as long as a vehicle at work
drives in the time, 32 km/h: round a block between sparse fixes, to the end of a blind street and back."""


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
    return np.maximum(DETOUR_MAX * chord_m + DETOUR_SLACK_M, DETOUR_MS * gap_s)


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
    """
    count = len(fixes)
    if not count or not len(network.edges.x):
        return Match(np.full(count, -1), np.full(count, np.nan), np.zeros(count, np.int8))
    states = states_of(fixes, network)
    here, there, cost = _ways(fixes, linked, network, states)
    by_later = np.argsort(there, kind="stable")
    total = states.cost + _cheapest(states, linked, here, there, cost, 1)
    total += _cheapest(states, linked, there[by_later], here[by_later], cost[by_later], -1)
    best = np.flatnonzero(total == np.minimum.reduceat(total, states.begin[:-1])[states.fix])
    best = best[np.searchsorted(states.fix[best], np.arange(count))]
    return Match(
        states.segment[best], states.along_m[best], _known_direction(states, total, best).astype(np.int8)
    )


def _known_direction(states: States, total: FloatColumn, best: IntColumn) -> IntColumn:
    """Return the directions of the states `best` (n,), 0 where the other one would do about as well."""
    other = np.clip(best + states.direction[best], 0, len(total) - 1)  # forward comes before backward
    twin = (states.fix[other] == states.fix[best]) & (states.segment[other] == states.segment[best])
    close = twin & (other != best) & (total[other] - total[best] < DIRECTION_MARGIN)
    return np.where(close, 0, states.direction[best])


def _ways(
    fixes: Fixes, linked: BoolColumn, network: StreetNetwork, states: States
) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Return the pairs of states of linked fixes (here, there) that a way joins for less than a break, and its cost."""
    step = np.flatnonzero(linked)
    on = np.diff(states.begin) - 1  # the last state is off the network
    owner, here = ragged(states.begin[step], on[step])
    row, there = ragged(states.begin[step + 1][owner], on[step + 1][owner])
    here, pair_step = here[row], owner[row]
    chord_m = np.sqrt((fixes.x[step + 1] - fixes.x[step]) ** 2 + (fixes.y[step + 1] - fixes.y[step]) ** 2)
    gap_s = (fixes.time_us[step + 1] - fixes.time_us[step]) / 1e6
    longest_m = longest_way_m(chord_m, gap_s)[pair_step]
    places = Places.of(network, states.segment, states.direction, states.along_m)
    kinds = fixes.kinds[step][pair_step]
    length_m, turns = route_lengths(network, kinds, places, (here, there), longest_m)
    joined = np.flatnonzero(np.isfinite(length_m))
    length_m, chord_m = length_m[joined], chord_m[pair_step[joined]]
    misfit_m = np.maximum(np.maximum(length_m - (1 + BEND_SHARE) * chord_m, chord_m - length_m), 0.0)
    cost = misfit_m / (MISFIT_M + MISFIT_SHARE * chord_m) + TURN_COST * turns[joined]
    cheap = cost < BREAK_COST
    joined = joined[cheap]
    return here[joined], there[joined], cost[cheap]


def _cheapest(
    states: States, linked: BoolColumn, here: IntColumn, there: IntColumn, cost: FloatColumn, ahead: int
) -> FloatColumn:
    """Return the least cost of going from each state (s,) through `REACH` linked fixes ahead (1) or back (-1).

    The pairs are sorted by `here`. What no way joins is joined by a break, or by leaving the network.
    """
    best = np.zeros(len(states.cost))
    neighbour = np.clip(states.fix + ahead, 0, len(linked) - 1)
    goes_on = linked[states.fix] if ahead > 0 else linked[neighbour] & (states.fix > 0)
    off = states.segment < 0
    fresh = np.flatnonzero(np.concatenate([[True], np.diff(here) != 0])[: len(here)])
    for _ in range(REACH):
        score = states.cost + best
        level = np.minimum.reduceat(score, states.begin[:-1])
        off_level = score[states.begin[1:] - 1]
        onto = np.minimum(level + BREAK_COST, off_level + OFF_STEP_COST)[neighbour]
        away = np.minimum(level + OFF_STEP_COST, off_level)[neighbour]
        best = np.where(goes_on, np.where(off, away, onto), 0.0)
        if len(here):
            by_ways = np.minimum.reduceat(score[there] + cost, fresh)
            best[here[fresh]] = np.minimum(best[here[fresh]], by_ways)
    return best
