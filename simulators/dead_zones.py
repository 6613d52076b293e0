"""Places without coverage: what a vehicle measures there it keeps, and sends in one go when it comes out."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from vinterkoll.simulators import chance
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.plan import Plan

ZONES: Final = {"ornskoldsvik": 7, "ange": 3, "fransta": 1}
RADIUS_M: Final = (120.0, 420.0)
LONGEST_S: Final = 2_400.0
"""After so long even a vehicle that works in a dead zone has found a spot from where to send."""
APART_S: Final = 0.02
"""Between two kept messages when they are sent at last, oldest first."""


class Unit(Protocol):
    """What is asked of a vehicle's unit."""

    interval_s: int

    def progress(self, times_us: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the seconds into the round, and whether the vehicle rests."""


def dead_zones(streets: Network, seed: int) -> NDArray[np.float64]:
    """Return metres east and north of each zone's middle, and its radius, shape (n, 3)."""
    zones: list[list[float]] = []
    for town, count in ZONES.items():
        rng = chance.stream(seed, "dead zones", town)
        here = [i for i in range(len(streets)) if streets.town[i] == town]
        chosen = rng.choice(here, count, replace=False).tolist()
        zones += [[*streets.lines[place][0].tolist(), rng.uniform(*RADIUS_M)] for place in chosen]
    return np.array(zones)


class Coverage:
    """When one vehicle can send what it measured. At its depot it can always."""

    def __init__(self, plan: Plan, unit: Unit, zones: NDArray[np.float64]) -> None:
        self._unit = unit
        seconds = np.arange(int(np.ceil(plan.duration_s)) + 1)
        xy = plan.at(np.minimum(seconds, plan.duration_s)).xy
        within = np.hypot(*(xy[:, None] - zones[:, :2]).T) < zones[:, 2:]
        self._inside = within.any(axis=0)
        self._inside[[0, -1]] = False
        outside = np.where(self._inside, -1, seconds)
        self._came_s = np.maximum.accumulate(outside)
        self._leaves_s = np.minimum.accumulate(np.where(self._inside, seconds[-1], seconds)[::-1])[::-1]

    def sent_us(self, times_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return when what is measured at `times_us` (n,) is sent; what one stay kept in the order of measuring."""
        seconds, resting = self._unit.progress(times_us)
        place = seconds.astype(np.int64)
        queue = (seconds - self._came_s[place]) // self._unit.interval_s
        queue = np.minimum(queue, LONGEST_S // self._unit.interval_s)
        wait_s = np.minimum(self._leaves_s[place] - seconds, LONGEST_S) + queue * APART_S
        kept = self._inside[place] & ~resting
        return times_us + (np.where(kept, wait_s, 0.0) * 1_000).astype(np.int64) * 1_000
