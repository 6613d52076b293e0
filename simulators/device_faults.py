"""Devices that report wrongly: which device, which of its measurements, and what it says instead.

Each is a pure function of (seed, device, measurement), as the measurements themselves are.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.simulators import chance
from vinterkoll.simulators.faults import Fault, Faults
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US

SKEWED: Final = "hk-11"
FROZEN: Final = "as-1"
JUMPING: Final = "np-01"
ZEROING: Final = "np-06"
"""Vehicles, each with one fault: among the first of the fleet, so that a small fleet has them too."""
STUCK_SNOW_SENSOR: Final = 1
ZERO_COUNTER: Final = 2
"""Places in the lists of sensors."""

SKEW_US: Final = -97 * SECOND_US
"""Added to the event times: some twenty fixes, yet far within what an installation accepts."""
FROZEN_EVERY_BLOCKS: Final = 3
FROZEN_S: Final = (120, 360)
"""From and until, within a block, so that no block needs to know another."""
JUMP_SHARE: Final = 0.01
JUMP_M: Final = (400.0, 3_000.0)
ZERO_SHARE: Final = 0.01


class Receiver:
    """What the satellite receiver and the clock of one vehicle make of its fixes."""

    def __init__(self, vehicle: str, seed: int, faults: Faults) -> None:
        self._vehicle, self._seed = vehicle, seed
        self._fault = {
            SKEWED: Fault.CLOCK_SKEW,
            FROZEN: Fault.FROZEN_GPS,
            JUMPING: Fault.JUMPS,
            ZEROING: Fault.ZERO_FIXES,
        }.get(vehicle)
        if self._fault not in faults:
            self._fault = None

    @property
    def fault(self) -> Fault | None:
        """The fault it has."""
        return self._fault

    def clock_us(self, times_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what its clock shows at `times_us` (n,)."""
        return times_us + SKEW_US if self._fault is Fault.CLOCK_SKEW else times_us

    def faulty(self, times_us: NDArray[np.int64], start: int, anchor_us: int) -> NDArray[np.bool_]:
        """Return which of the fixes `start`, `start + 1`, … of one block, at `times_us` (n,), are wrong."""
        if self._fault is Fault.CLOCK_SKEW:
            return np.ones(len(times_us), bool)
        if self._fault is Fault.FROZEN_GPS:
            block, second = np.divmod((times_us - anchor_us) // SECOND_US, BLOCK_S)
            frozen = (block % FROZEN_EVERY_BLOCKS == 1) & (second >= FROZEN_S[0]) & (second < FROZEN_S[1])
            return np.asarray(frozen)
        if self._fault is None:
            return np.zeros(len(times_us), bool)
        share = JUMP_SHARE if self._fault is Fault.JUMPS else ZERO_SHARE
        return np.asarray(self._luck(start, start + len(times_us))[:, 0] < share)

    def displaced(
        self, xy: NDArray[np.float64], faulty: NDArray[np.bool_], start: int
    ) -> NDArray[np.float64]:
        """Return positions (n, 2) as received, in metres: those that are `faulty` (n,) frozen or far away."""
        if self._fault is Fault.FROZEN_GPS:
            return np.where(faulty[:, None], xy[np.argmax(faulty)], xy)
        if self._fault is Fault.JUMPS:
            luck = self._luck(start, start + len(xy))
            metres = JUMP_M[0] + luck[:, 1] * (JUMP_M[1] - JUMP_M[0])
            way = metres[:, None] * np.c_[np.cos(2 * np.pi * luck[:, 2]), np.sin(2 * np.pi * luck[:, 2])]
            return xy + np.where(faulty[:, None], way, 0.0)
        return xy

    def degrees(self, lon_lat: NDArray[np.float64], faulty: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return longitudes and latitudes (n, 2) as sent: 0, 0 where there was no fix."""
        return np.where(faulty[:, None], 0.0, lon_lat) if self._fault is Fault.ZERO_FIXES else lon_lat

    def _luck(self, start: int, stop: int) -> NDArray[np.float64]:
        return chance.uniform(self._seed, "receiver", self._vehicle, start=start, stop=stop)
