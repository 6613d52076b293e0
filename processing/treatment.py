"""From matched fixes to treated stretches: which metres of which segment a step treated, and with what.

The step from fix i to i + 1 carries fix i's actions, over unbroken steps only. It treats the metres between the two
fixes along the shortest way through the network. A step that no way fits (see `longest_known_way_m`) treats
nothing: crossing, parallel streets and jumps leave no mark.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing import actions as codes
from vinterkoll.processing.matching import SPARSE_S, Match, match
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import PLOUGH_PARTS, BoolColumn, FloatColumn, IntColumn, Rows
from vinterkoll.processing.routes import Pieces, Places, pieces_of, route_lengths
from vinterkoll.processing.spreading import SPREAD
from vinterkoll.processing.tracks import Fixes, linked_to_next
from vinterkoll.processing.transitions import longest_way_m

STANDING_KMH: Final = 1.0
"""Who sends less than this at both ends of a step stands still: what lies between the two fixes is noise. Loaders that clear snow
away drive at two or three."""

STRAIGHT_MAX: Final = 1.1
STRAIGHT_SLACK_M: Final = 10.0
"""After more than `SPARSE_S` nobody knows round which block a vehicle drove, so only a straight way counts: measured on a grid
with a fix each 60 s, without this half of what was called treated was not."""

STRETCH: Final = np.dtype(
    [
        ("device_id", "i8"),
        ("time_us", "i8"),
        ("seq", "i8"),
        ("piece", "i8"),
        ("until_us", "i8"),
        ("segment_id", "i8"),
        ("direction", "i8"),
        ("from_dm", "i8"),
        ("to_dm", "i8"),
        ("actions", "i8"),
        *SPREAD.descr,
    ]
)
"""The columns of table `stretch`. Decimetres as integers: equal stretches are equal bits."""


def effective_actions(
    actions: IntColumn,
    plough_known: NDArray[np.integer],
    plough_down: NDArray[np.integer],
    g_per_m2: NDArray[np.floating],
    ml_per_m2: NDArray[np.floating],
) -> IntColumn:
    """Reduce reported actions to what is really done, by the states of plough and spreader.

    Parameters
    ----------
    actions : (n,) int64, mask of `processing.actions`
    plough_known, plough_down : (n,) int, masks of `observations.PLOUGH_PARTS`
    g_per_m2, ml_per_m2 : (n,) float, NaN where not sent

    Returns
    -------
    (n,) int64
        A plough whose sent parts are all up cancels ploughing; a spreader that gives 0 cancels spreading. A part
        that is down without a ploughing code implies one: side ploughing for a side part alone. Empty for empty input.

    Examples
    --------
    >>> nan = np.full(3, np.nan)
    >>> plough = codes.PLOUGHING
    >>> effective_actions(np.array([plough, plough, 0]), np.array([0, 1, 1]), np.array([0, 0, 1]), nan, nan)
    array([1, 0, 1])
    """
    down = plough_down & plough_known
    all_up = (plough_known != 0) & (down == 0)
    sides = PLOUGH_PARTS["side_left"] | PLOUGH_PARTS["side_right"]
    implied = np.where(
        (down != 0) & (down & ~sides == 0), codes.SIDE_PLOUGHING, np.where(down != 0, codes.PLOUGHING, 0)
    )
    implied = np.where(actions & codes.PLOUGHING_ACTIONS == 0, implied, 0)
    gives = (g_per_m2 > 0) | (ml_per_m2 > 0)
    gives_nothing = ((g_per_m2 == 0) | (ml_per_m2 == 0)) & ~gives
    kept = np.where(all_up, actions & ~codes.PLOUGHING_ACTIONS, actions | implied)
    return np.where(gives_nothing, kept & ~codes.SPREADING_ACTIONS, kept)


def longest_known_way_m(chord_m: FloatColumn, gap_s: FloatColumn) -> FloatColumn:
    """Return how long the way of a step may be to be taken for the one that was driven, (m,).

    >>> longest_known_way_m(np.array([100.0, 0.0, 100.0]), np.array([5.0, 10.0, 60.0]))
    array([180.,  90., 120.])
    """
    straight_m = STRAIGHT_MAX * chord_m + STRAIGHT_SLACK_M
    return np.where(gap_s > SPARSE_S, straight_m, longest_way_m(chord_m, gap_s))


def stretches_of(
    fixes: Fixes, device_id: IntColumn, spread: Rows, network: StreetNetwork
) -> tuple[Rows, IntColumn]:
    """Derive the stretches of every step.

    Parameters
    ----------
    fixes : n fixes
    device_id : (n,) int64, the device of each fix
    spread : (n,) SPREAD, what its spreader gives from this fix on
    network : the streets valid at the fixes' time

    Returns
    -------
    rows : (m,) STRETCH
        Sorted by fix and piece, which number a step's segments as driven; none for steps without an action that leaves a treated street,
        nor from or to a NaN coordinate. Empty for empty input.
    step : (m,) int64
        Index of the fix where the row's step starts.

    Examples
    --------
    >>> import shapely
    >>> from vinterkoll.processing.spreading import nothing_spread
    >>> one, lines = np.ones(2, np.int64), shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)]])
    >>> network = StreetNetwork(np.array([7, 8]), one, 0 * one, np.array([0, 1]), np.array([1, 2]), lines)
    >>> none, nan, x, y = np.zeros(3, np.int64), np.full(3, np.nan), np.array([60, 100, np.nan]), np.array([1.0, 20, 0])
    >>> time_us, ploughing = np.array([0, 5, 10]) * 10**6, none + codes.PLOUGHING
    >>> fixes = Fixes(none, time_us, none, x, y, nan, nan, none + 1, ploughing, nan, nan, nan, np.arange(3), none)
    >>> rows, step = stretches_of(fixes, none, nothing_spread(3), network)
    >>> rows[["segment_id", "direction", "from_dm", "to_dm"]].tolist(), step
    ([(7, 1, 600, 1000), (8, 1, 0, 200)], array([0, 0]))
    """
    linked = linked_to_next(fixes)
    found = match(fixes, linked, network)
    step, piece, segment, direction, from_m, to_m = _worked(fixes, linked, found, network)
    from_dm, to_dm = np.rint(from_m * 10).astype(np.int64), np.rint(to_m * 10).astype(np.int64)
    order = np.lexsort((piece, step))
    order = order[(from_dm < to_dm)[order]]
    rows = np.empty(len(order), STRETCH)
    step = step[order]
    rows["device_id"], rows["time_us"], rows["seq"] = device_id[step], fixes.time_us[step], fixes.seq[step]
    rows["until_us"], rows["actions"] = fixes.time_us[step + 1], fixes.actions[step] & codes.TREATING_ACTIONS
    rows["piece"], rows["segment_id"] = piece[order], network.segment_id[segment[order]]
    rows["direction"], rows["from_dm"], rows["to_dm"] = direction[order], from_dm[order], to_dm[order]
    for name in SPREAD.names or ():
        rows[name] = spread[name][step]
    return rows, step


def _worked(fixes: Fixes, linked: BoolColumn, found: Match, network: StreetNetwork) -> Pieces:
    """Cut the way of each step that works and stays on the network into its pieces."""
    works = linked[:-1] & (fixes.actions[:-1] & codes.TREATING_ACTIONS != 0)
    works &= (found.segment[:-1] >= 0) & (found.segment[1:] >= 0)
    stands = fixes.speed_kmh < STANDING_KMH  # not where none is sent
    works &= ~(stands[:-1] & stands[1:])
    step = np.flatnonzero(works)
    way, way_on = _directions(found, step)
    known = (way != 0) & (way_on != 0)
    step, way, way_on = step[known], way[known], way_on[known]
    chord_m = np.sqrt((fixes.x[step + 1] - fixes.x[step]) ** 2 + (fixes.y[step + 1] - fixes.y[step]) ** 2)
    longest_m = longest_known_way_m(chord_m, (fixes.time_us[step + 1] - fixes.time_us[step]) / 1e6)
    ends = np.concatenate([step, step + 1])
    places = Places.of(network, found.segment[ends], np.concatenate([way, way_on]), found.along_m[ends])
    begin, end = np.arange(len(step)), np.arange(len(step), len(ends))
    length_m, _ = route_lengths(network, fixes.kinds[step], places, (begin, end), longest_m)
    goes = np.flatnonzero((length_m > 0) & np.isfinite(length_m))
    pieces = pieces_of(network, fixes.kinds[step[goes]], places.at(begin[goes]), places.at(end[goes]))
    return (step[goes][pieces[0]], *pieces[1:])


def _directions(found: Match, step: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Return the directions at both ends of steps (m,).

    A vehicle that stands still, to turn or at a stop, has none; it came and goes in that of the other end, where
    that is on the same segment.
    """
    here, there = found.direction[step].astype(np.int64), found.direction[step + 1].astype(np.int64)
    stays = found.segment[step] == found.segment[step + 1]
    return np.where(stays & (here == 0), there, here), np.where(stays & (there == 0), here, there)
