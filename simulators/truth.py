"""Ground truth: which stretch of which street was really treated, how, in which direction and when. No noise."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from vinterkoll.processing.actions import BIT, SPREADING_ACTIONS
from vinterkoll.simulators.equipment import Mode, Spread
from vinterkoll.simulators.fleet import DAY_S, Vehicle
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.stream import SECOND_US, timestamps


class Treated(NamedTuple):
    """One stretch of one segment, treated in one go. Field names are the columns of truth.csv."""

    vehicle: str
    contractor: str
    segment_id: int
    street: str
    direction: str
    """forward: along the segment's geometry."""
    action: str
    from_time: str
    until_time: str
    from_m: float
    """Along the segment from its start; from_m < to_m in either direction."""
    to_m: float
    material: str = ""
    """Empty where `action` spreads nothing, as are the rest."""
    width_m: float | str = ""
    kg: float | str = ""
    litres: float | str = ""


SHORTEST_M: Final = 0.05
"""Shorter stretches are what a cut leaves behind."""


class _Pieces(NamedTuple):
    """The treated pieces of a round, shape (n,) each: metres and seconds from the round's start, and the leg."""

    start_m: np.ndarray[tuple[int], np.dtype[np.float64]]
    end_m: np.ndarray[tuple[int], np.dtype[np.float64]]
    start_s: np.ndarray[tuple[int], np.dtype[np.float64]]
    end_s: np.ndarray[tuple[int], np.dtype[np.float64]]
    leg: np.ndarray[tuple[int], np.dtype[np.int64]]


def treated(
    vehicle: Vehicle, streets: Network, anchor_us: int, start_us: int, until_us: int
) -> Iterator[Treated]:
    """Return what `vehicle` treats within `[start_us, until_us)`, in the order of time."""
    plan = vehicle.plan
    cycle_s = plan.duration_s + vehicle.rest_s
    pieces = _pieces(vehicle)
    first_day = (start_us - anchor_us) // (DAY_S * SECOND_US)
    last_day = (until_us - anchor_us) // (DAY_S * SECOND_US)
    for day in range(first_day, last_day + 1):
        for number in range(vehicle.rounds_a_day):
            began_s = vehicle.first_round_s + number * cycle_s
            began_us = anchor_us + day * DAY_S * SECOND_US + round(began_s * SECOND_US)
            window_s = ((start_us - began_us) / SECOND_US, (until_us - began_us) / SECOND_US)
            if window_s[1] > 0 and window_s[0] < plan.duration_s:
                yield from _rows(vehicle, streets, pieces, began_us, window_s)


def _pieces(vehicle: Vehicle) -> _Pieces:
    """Cut the round where a leg ends or the mode changes, and keep what is work."""
    plan = vehicle.plan
    cuts = np.unique(np.r_[plan.leg_at_m, plan.mode_at_m])
    start, end = cuts[:-1], cuts[1:]
    mode = plan.mode[np.searchsorted(plan.mode_at_m, start, "right") - 1]
    work = (mode == Mode.WORK) & (end - start > SHORTEST_M)
    start, end = start[work], end[work]
    leg = np.searchsorted(plan.leg_at_m, start, "right") - 1
    return _Pieces(start, end, plan.seconds_at(start, leaving=True), plan.seconds_at(end, leaving=False), leg)


def _rows(
    vehicle: Vehicle, streets: Network, pieces: _Pieces, began_us: int, window_s: tuple[float, float]
) -> Iterator[Treated]:
    plan, unit = vehicle.plan, vehicle.unit
    start_s, end_s = np.clip(pieces.start_s, *window_s), np.clip(pieces.end_s, *window_s)
    within = np.flatnonzero(end_s > start_s)
    start_s, end_s, leg = start_s[within], end_s[within], pieces.leg[within]
    at = np.interp(np.r_[start_s, end_s], plan.vertex_s, plan.vertex_m).reshape(2, -1) - plan.leg_at_m[leg]
    length = (plan.leg_at_m[1:] - plan.leg_at_m[:-1])[leg]
    at = np.clip(at, 0.0, length)
    times = [
        timestamps(began_us + np.round(seconds * SECOND_US).astype(np.int64)) for seconds in (start_s, end_s)
    ]
    for i, place in enumerate(leg.tolist()):
        segment, direction = plan.legs[place]
        ends = at[:, i] if direction == 1 else length[i] - at[::-1, i]
        from_m, to_m = np.round(ends, 2).tolist()
        if to_m - from_m < SHORTEST_M:
            continue
        for action in unit.equipment.actions:
            yield Treated(
                unit.vehicle,
                unit.contractor,
                streets.segment_id[segment],
                streets.name[segment],
                "forward" if direction == 1 else "backward",
                action,
                times[0][i],
                times[1][i],
                from_m,
                to_m,
                *_spread(unit.equipment.spread, action, to_m - from_m),
            )


def _spread(
    spread: Spread | None, action: str, length_m: float
) -> tuple[str, float | str, float | str, float | str]:
    """Return material, width, kg and litres that `action` left on `length_m`."""
    if spread is None or not BIT[action] & SPREADING_ACTIONS:
        return "", "", "", ""
    square_m = spread.width_m * length_m
    kg, litres = (round(per_m2 * square_m / 1000, 4) for per_m2 in (spread.g_per_m2, spread.ml_per_m2))
    return spread.material, spread.width_m, kg, litres
