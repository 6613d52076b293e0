"""From matched fixes to treated stretches: which metres of which segment a step treated, and with what.

The step from fix i to i + 1 carries fix i's actions, over unbroken steps only. It treats the metres between the two
fixes along the network: on one segment, onto an adjoining one, or across one segment between them. A step that fits
none of these treats nothing: crossing, parallel streets and jumps leave no mark.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing import actions as codes
from vinterkoll.processing.matching import Match, match
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn, Rows
from vinterkoll.processing.tracks import Fixes, linked_to_next

DETOUR_MAX: Final = 1.5
DETOUR_SLACK_M: Final = 30.0
"""A step's way along the network may be this much longer than its chord: bends and noise, not a way round a block."""

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
    sides = 2 | 4
    implied = np.where(
        (down != 0) & (down & ~sides == 0), codes.SIDE_PLOUGHING, np.where(down != 0, codes.PLOUGHING, 0)
    )
    implied = np.where(actions & codes.PLOUGHING_ACTIONS == 0, implied, 0)
    gives = (g_per_m2 > 0) | (ml_per_m2 > 0)
    gives_nothing = ((g_per_m2 == 0) | (ml_per_m2 == 0)) & ~gives
    kept = np.where(all_up, actions & ~codes.PLOUGHING_ACTIONS, actions | implied)
    return np.where(gives_nothing, kept & ~codes.SPREADING_ACTIONS, kept)


def stretches_of(fixes: Fixes, device_id: IntColumn, network: StreetNetwork) -> tuple[Rows, IntColumn]:
    """Derive the stretches of every step.

    Parameters
    ----------
    fixes : n fixes
    device_id : (n,) int64, the device of each fix
    network : the streets valid at the fixes' time

    Returns
    -------
    rows : (m,) STRETCH
        Sorted by fix and piece. At most three pieces a step; none for steps without an action that leaves a treated street.
    step : (m,) int64
        Index of the fix where the row's step starts.
    """
    linked = linked_to_next(fixes)
    step, piece, segment, direction, from_m, to_m = _pieces(
        fixes, linked, match(fixes, linked, network), network
    )
    from_dm, to_dm = np.rint(from_m * 10).astype(np.int64), np.rint(to_m * 10).astype(np.int64)
    order = np.lexsort((piece, step))
    order = order[(from_dm < to_dm)[order]]
    rows = np.empty(len(order), STRETCH)
    step = step[order]
    rows["device_id"], rows["time_us"], rows["seq"] = device_id[step], fixes.time_us[step], fixes.seq[step]
    rows["until_us"], rows["actions"] = fixes.time_us[step + 1], fixes.actions[step] & codes.TREATING_ACTIONS
    rows["piece"], rows["segment_id"] = piece[order], network.segment_id[segment[order]]
    rows["direction"], rows["from_dm"], rows["to_dm"] = direction[order], from_dm[order], to_dm[order]
    return rows, step


_Pieces = tuple[IntColumn, IntColumn, IntColumn, IntColumn, FloatColumn, FloatColumn]
"""Step, piece, segment, direction, from_m, to_m: (m,) each."""


def _pieces(fixes: Fixes, linked: BoolColumn, found: Match, network: StreetNetwork) -> _Pieces:
    """Cut each step that works and stays on the network into its pieces."""
    moves = linked[:-1] & (fixes.actions[:-1] & codes.TREATING_ACTIONS != 0)
    moves &= (found.direction[:-1] != 0) & (found.direction[1:] != 0)
    step = np.flatnonzero(moves)
    here, there = found.segment[step], found.segment[step + 1]
    at, to = found.along_m[step], found.along_m[step + 1]
    way, way_there = found.direction[step].astype(np.int64), found.direction[step + 1].astype(np.int64)
    chord_m = np.sqrt((fixes.x[step + 1] - fixes.x[step]) ** 2 + (fixes.y[step + 1] - fixes.y[step]) ** 2)

    onward = (here == there) & (way == way_there) & ((to - at) * way > 0)
    same = _joined(step[onward], 0, here[onward], way[onward], at[onward], to[onward])

    exits = np.where(way > 0, network.end_node[here], network.start_node[here])
    enters = np.where(way_there > 0, network.start_node[there], network.end_node[there])
    between, way_between = network.link_between(exits, enters, fixes.kinds[step])
    meets = exits == enters
    rest_m = np.where(way > 0, network.length_m[here] - at, at)
    into_m = np.where(way_there > 0, to, network.length_m[there] - to)
    path_m = rest_m + into_m + np.where(meets, 0.0, network.length_m[between])
    across = ~meets & (between >= 0) & (between != here) & (between != there)
    goes = (here != there) & (meets | across) & (path_m <= DETOUR_MAX * chord_m + DETOUR_SLACK_M)
    crosses = goes & across

    leaving = _joined(step[goes], 0, here[goes], way[goes], at[goes], _end(network, here, way)[goes])
    middle_from = _end(network, between, -way_between.astype(np.int64))
    middle_to = _end(network, between, way_between.astype(np.int64))
    middle = _joined(
        step[crosses], 1, between[crosses], way_between[crosses], middle_from[crosses], middle_to[crosses]
    )
    entering = _joined(
        step[goes], 2, there[goes], way_there[goes], _end(network, there, -way_there)[goes], to[goes]
    )
    return tuple(np.concatenate(columns) for columns in zip(same, leaving, middle, entering, strict=True))  # type: ignore[return-value]


def _end(network: StreetNetwork, segment: IntColumn, way: IntColumn) -> FloatColumn:
    """Metres along the segment of the end that `way` leads to."""
    return np.where(way > 0, network.length_m[segment], 0.0)


def _joined(
    step: IntColumn,
    piece: int,
    segment: IntColumn,
    way: NDArray[np.integer],
    one_m: FloatColumn,
    other_m: FloatColumn,
) -> _Pieces:
    places = np.full(len(step), piece)
    return step, places, segment, way.astype(np.int64), np.minimum(one_m, other_m), np.maximum(one_m, other_m)
