"""Which states of a fix are joined by a way to which states of the next, and what each way costs.

A cost is a negative log-likelihood up to a constant, out of the two fixes and the network between them.
"""

from typing import Final

import numpy as np

from vinterkoll.processing.candidates import States
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn
from vinterkoll.processing.paths import ragged
from vinterkoll.processing.routes import Pairs, Places, lengths_on_segments, lengths_over_nodes
from vinterkoll.processing.tracks import Fixes

BEND_SHARE: Final = 0.4
"""A way may be this much longer than its chord at no cost: round a square corner it is 1.41 times as long."""

MISFIT_M: Final = 5.0
MISFIT_SHARE: Final = 0.4
"""A misfit between way and chord of 5 m, and 0.4 of the chord, costs 1: noise, and the bends of sparse fixes."""

TURN_COST: Final = 10.0
"""Of turning back, more than a few fixes of noise: a vehicle that stands or crawls does not flip."""

BREAK_COST: Final = 12.0
"""Of two fixes that no way joins; no way costs more. The step between them treats nothing."""

DETOUR_MAX: Final = 1.5
DETOUR_SLACK_M: Final = 30.0
DETOUR_M_PER_S: Final = 9.0
"""A step's way may be this much longer than its chord: bends and noise. It may also be as long as a vehicle at work
drives in the time, 32 km/h: round a block between sparse fixes, to the end of a blind street and back."""

ROUNDING_M: Final = 0.001
"""More than sums of metres are rounded by."""


def longest_way_m(chord_m: FloatColumn, gap_s: FloatColumn) -> FloatColumn:
    """Return how long the way of a step may be, (m,).

    >>> longest_way_m(np.array([100.0, 0.0]), np.array([5.0, 10.0]))
    array([180.,  90.])
    """
    return np.maximum(DETOUR_MAX * chord_m + DETOUR_SLACK_M, DETOUR_M_PER_S * gap_s)


def transitions_of(
    fixes: Fixes, linked: BoolColumn, network: StreetNetwork, states: States
) -> tuple[IntColumn, IntColumn, FloatColumn]:
    """Return the pairs of states of linked fixes that a way joins for less than a break, and its cost.

    Parameters
    ----------
    fixes : n fixes
    linked : (n,) bool, whether a fix is linked to the next
    network : the streets valid at the fixes' time
    states : s states of these fixes

    Returns
    -------
    here, there : (t,) int64, places among the states: of a fix, and of the next. None for empty input.
    cost : (t,) float64
    """
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
