"""A round as arrays: where a vehicle truly is, and what it truly does, at every second of it. No noise here."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vinterkoll.simulators.blocks import Leg
from vinterkoll.simulators.equipment import Equipment, Mode
from vinterkoll.simulators.ground import Points
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.rounds import as_driven

VERTEX_STEP_M: Final = 15.0
"""Speed changes at vertices this close."""
ACCELERATION_MS2: Final = 0.7
BRAKING_MS2: Final = 0.9
CORNERS: Final = ((125.0, 4.0), (60.0, 11.0), (28.0, 19.0))
"""Turns by more than so many degrees are taken at no more than so many km/h."""
TURN_ROUND_DEG: Final = 150.0
TURN_ROUND_S: Final = 14.0
"""To back and turn at the end of a street."""
LANE_M: Final = 1.5
"""A vehicle keeps this far to the right of a carriageway's middle."""
BEFORE_TREATING_M: Final = (4.0, 30.0)
"""From where the work could begin to where the implement comes down; as much before its end."""
TREATED_RUN_M: Final = (1_200.0, 4_200.0)
UNTREATED_RUN_M: Final = (130.0, 420.0)
"""Within the work the implement goes up now and then: a bridge joint, a parked car, a tight corner."""


@dataclass(frozen=True, slots=True)
class State:
    """What is true at n moments of a round; every field has shape (n,), `xy` (n, 2) in SWEREF 99 TM."""

    xy: Points
    bearing_deg: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]
    leg: NDArray[np.int64]
    mode: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """A round from depot to depot. Legs are segments as driven; metres and seconds count from its start."""

    legs: list[Leg]
    leg_at_m: NDArray[np.float64]
    """Where each leg begins, and where the last one ends."""
    vertex_xy: Points
    vertex_m: NDArray[np.float64]
    vertex_s: NDArray[np.float64]
    mode_at_m: NDArray[np.float64]
    """Where each mode begins."""
    mode: NDArray[np.int64]
    lane_m: NDArray[np.float64]
    """One a leg: how far to the right."""

    @property
    def duration_s(self) -> float:
        return float(self.vertex_s[-1])

    def at(self, seconds: NDArray[np.float64]) -> State:
        """Return the state at `seconds` (n,), 0 to `duration_s`."""
        metres = np.interp(seconds, self.vertex_s, self.vertex_m)
        piece = np.clip(np.searchsorted(self.vertex_s, seconds, "right") - 1, 0, len(self.vertex_s) - 2)
        step = np.diff(self.vertex_xy, axis=0)[piece]
        ahead = self._ahead()[piece]
        part = (seconds - self.vertex_s[piece]) / (self.vertex_s[piece + 1] - self.vertex_s[piece])
        leg = np.clip(np.searchsorted(self.leg_at_m, metres, "right") - 1, 0, len(self.legs) - 1)
        right = np.c_[ahead[:, 1], -ahead[:, 0]]
        xy = self.vertex_xy[piece] + part[:, None] * step + self.lane_m[leg][:, None] * right
        pace = np.diff(self.vertex_m)[piece] / np.diff(self.vertex_s)[piece]
        mode = self.mode[np.searchsorted(self.mode_at_m, metres, "right") - 1]
        bearing = np.degrees(np.arctan2(ahead[:, 0], ahead[:, 1])) % 360
        return State(xy, bearing, pace * 3.6, leg, mode)

    def _ahead(self) -> Points:
        """Unit vectors of the pieces; while standing, that of the piece before."""
        step = np.diff(self.vertex_xy, axis=0)
        length = np.hypot(*step.T)
        last_moving = np.maximum.accumulate(np.where(length > 0, np.arange(len(step)), 0))
        return np.asarray((step / np.maximum(length, 1e-9)[:, None])[last_moving])

    def seconds_at(self, metres: NDArray[np.float64], leaving: bool) -> NDArray[np.float64]:
        """Return when the vehicle comes to `metres` (n,), or leaves it where it stood still there."""
        side: Literal["left", "right"] = "right" if leaving else "left"
        upper = np.clip(np.searchsorted(self.vertex_m, metres, side), 1, len(self.vertex_m) - 1)
        length = self.vertex_m[upper] - self.vertex_m[upper - 1]
        part = np.where(length > 0, (metres - self.vertex_m[upper - 1]) / np.maximum(length, 1e-9), 1.0)
        start, end = self.vertex_s[upper - 1], self.vertex_s[upper]
        return np.asarray(start + np.clip(part, 0, 1) * (end - start))


def plan(
    streets: Network, legs: list[Leg], working: list[bool], equipment: Equipment, rng: np.random.Generator
) -> Plan:
    """Return the plan of driving `legs` with `equipment`, treating where `working`."""
    points, limits, leg_at = [], [], [0.0]
    for leg, works in zip(legs, working, strict=True):
        line = _resampled(as_driven(streets, leg))
        by_class = equipment.work_kmh if works else equipment.transit_kmh
        limit = by_class[streets.winter_class[leg.segment] - 1] * rng.uniform(0.88, 1.0) / 3.6
        points.append(line[:-1])
        limits.append(np.full(len(line) - 1, limit))
        leg_at.append(leg_at[-1] + float(np.hypot(*np.diff(line, axis=0).T).sum()))
    xy = np.vstack([*points, as_driven(streets, legs[-1])[-1:]])
    xy, metres, seconds = _timed(xy, np.concatenate(limits))
    mode_at, mode = _modes(np.array(leg_at), np.array(working), rng)
    lane = np.array([LANE_M if streets.kind[leg.segment] == "carriageway" else 0.0 for leg in legs])
    return Plan(legs, np.array(leg_at), xy, metres, seconds, mode_at, mode, lane)


def _resampled(line: Points) -> Points:
    pieces = []
    for start, end in pairwise(line):
        count = max(1, int(np.ceil(np.hypot(*(end - start)) / VERTEX_STEP_M)))
        pieces.append(start + np.arange(count)[:, None] / count * (end - start))
    return np.vstack([*pieces, line[-1:]])


def _timed(
    xy: Points, limit_ms: NDArray[np.float64]
) -> tuple[Points, NDArray[np.float64], NDArray[np.float64]]:
    """Return the vertices, with a second one where the vehicle turns round, and their metres and seconds."""
    step = np.diff(xy, axis=0)
    length = np.hypot(*step.T)
    bearing = np.degrees(np.arctan2(step[:, 0], step[:, 1]))
    turn = np.r_[0.0, np.abs((np.diff(bearing) + 180) % 360 - 180), 0.0]
    cap = np.r_[0.0, np.minimum(limit_ms[:-1], limit_ms[1:]), 0.0]
    for degrees, kmh in CORNERS[::-1]:
        cap = np.where(turn > degrees, np.minimum(cap, kmh / 3.6), cap)
    speed = cap.tolist()
    for i in range(1, len(speed)):
        speed[i] = min(speed[i], (speed[i - 1] ** 2 + 2 * ACCELERATION_MS2 * length[i - 1]) ** 0.5)
    for i in range(len(speed) - 2, -1, -1):
        speed[i] = min(speed[i], (speed[i + 1] ** 2 + 2 * BRAKING_MS2 * length[i]) ** 0.5)
    pace = np.maximum((np.array(speed[:-1]) + np.array(speed[1:])) / 2, 1.0)
    metres = np.r_[0.0, np.cumsum(length)]
    stands = np.flatnonzero(turn > TURN_ROUND_DEG)
    took = np.insert(length / pace, stands, TURN_ROUND_S)
    return (
        np.insert(xy, stands, xy[stands], axis=0),
        np.insert(metres, stands, metres[stands]),
        np.r_[0.0, np.cumsum(took)],
    )


def _modes(
    leg_at_m: NDArray[np.float64], working: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return where each mode begins, in order, and the modes."""
    changes: list[tuple[float, Mode]] = [(0.0, Mode.TRANSIT)]
    edges = np.flatnonzero(np.diff(np.r_[False, working, False].astype(int)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        here = leg_at_m[first] + rng.uniform(*BEFORE_TREATING_M)
        end = leg_at_m[last] - rng.uniform(*BEFORE_TREATING_M)
        while here < end:
            changes.append((here, Mode.WORK))
            here += rng.uniform(*TREATED_RUN_M)
            if here < end:
                changes.append((here, Mode.CLAIMED if rng.random() < 0.5 else Mode.TRANSIT))
                here += rng.uniform(*UNTREATED_RUN_M)
        changes.append((max(end, changes[-1][0] + 1.0), Mode.TRANSIT))
    return np.array([at for at, _ in changes]), np.array([int(mode) for _, mode in changes])
