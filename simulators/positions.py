"""What the vehicle units send: MIP profile v1, a fix every few seconds, once a minute while resting at the depot."""

from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from vinterkoll.simulators import chance
from vinterkoll.simulators.device_faults import Receiver
from vinterkoll.simulators.equipment import Mode
from vinterkoll.simulators.faults import NONE, Fault, Faults
from vinterkoll.simulators.fleet import DAY_S, Vehicle
from vinterkoll.simulators.network import to_lon_lat
from vinterkoll.simulators.plan import State
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US, Account, Message, timestamps

GPS_NOISE_M: Final = 4.0
"""Root mean square of the distance from the true position."""
DRIFT_SHARE: Final = 0.9
"""Of the noise's variance, in errors that wander slowly; the rest is new with each fix."""
DRIFT_S: Final = 120
"""Errors further apart than this have nothing in common."""
HEADING_NOISE_DEG: Final = 4.0
SPEED_NOISE_KMH: Final = 0.6
RESTING_FIX_S: Final = 60


class VehicleUnit:
    """The source of one vehicle's positions. Fix `k` is at anchor + phase + k · interval, whatever run it is in."""

    def __init__(self, vehicle: Vehicle, seed: int, anchor_us: int, faults: Faults = NONE) -> None:
        self._vehicle, self._seed, self._anchor_us = vehicle, seed, anchor_us
        unit = vehicle.unit
        self.device = f"{unit.contractor}/{unit.vehicle}"
        self.interval_s = unit.interval_s
        self._receiver = Receiver(unit.vehicle, seed, faults)
        self.topic = f"mip/v1/{unit.contractor}/{unit.vehicle}/position"
        phase = chance.uniform(seed, "phase", unit.vehicle, start=0, stop=1)[0, 0]
        self._phase_us = int(phase * unit.interval_s * 1_000) * 1_000
        self._reports = {int(mode): unit.equipment.report(mode) for mode in Mode}

    def block(self, number: int) -> list[Message]:
        interval = self._vehicle.unit.interval_s
        count = BLOCK_S // interval
        index = np.arange(number * count, (number + 1) * count)
        times = self._anchor_us + self._phase_us + index * interval * SECOND_US
        _, resting = self.progress(times)
        _, rested = self.progress(times - interval * SECOND_US)
        sent = ~(resting & rested) | (index * interval % RESTING_FIX_S == 0)
        state = self.truth_at(times)
        start = int(index[0])
        xy, bearing, speed = self._measured(state, resting, start, start + count)
        faulty = self._receiver.faulty(times, start, self._anchor_us)
        lon_lat = self._receiver.degrees(to_lon_lat(self._receiver.displaced(xy, faulty, start)), faulty)
        accuracy = (
            2.5
            + 4 * chance.uniform(self._seed, "accuracy", *self._who, start=start, stop=start + count)[:, 0]
        )
        seq = index % (DAY_S // interval)
        mode = np.where(resting, int(Mode.TRANSIT), state.mode)
        columns = (times, faulty, lon_lat, bearing, speed, accuracy, seq, mode)
        return self._messages(*(column[sent] for column in columns))

    @property
    def _who(self) -> tuple[str, str]:
        return self._vehicle.unit.contractor, self._vehicle.unit.vehicle

    def progress(self, times_us: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the seconds into the round at `times_us` (n,), and whether the vehicle rests at its depot."""
        vehicle = self._vehicle
        of_day = (times_us - self._anchor_us) % (DAY_S * SECOND_US) / SECOND_US - vehicle.first_round_s
        number, seconds = np.divmod(of_day, vehicle.plan.duration_s + vehicle.rest_s)
        resting = (number < 0) | (number >= vehicle.rounds_a_day) | (seconds >= vehicle.plan.duration_s)
        return np.where(resting, 0.0, seconds), resting

    def truth_at(self, times_us: NDArray[np.int64]) -> State:
        """Return where the vehicle truly is at `times_us` (n,): at the start of its plan while it rests."""
        seconds, _ = self.progress(times_us)
        return self._vehicle.plan.at(seconds)

    def _measured(
        self, state: State, resting: NDArray[np.bool_], start: int, stop: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return noisy positions, bearings and speeds."""
        memory = max(2, DRIFT_S // self._vehicle.unit.interval_s)
        noise = np.empty((stop - start, 2))
        for axis, name in enumerate(("east", "north")):
            drift = chance.smooth_normal(
                self._seed, "drift", name, *self._who, start=start, stop=stop, memory=memory
            )
            white = chance.normal(self._seed, "jitter", name, *self._who, start=start, stop=stop)
            noise[:, axis] = DRIFT_SHARE**0.5 * drift + (1 - DRIFT_SHARE) ** 0.5 * white
        noise *= GPS_NOISE_M / 2**0.5
        turn = HEADING_NOISE_DEG * chance.normal(self._seed, "heading", *self._who, start=start, stop=stop)
        faster = SPEED_NOISE_KMH * chance.normal(self._seed, "speed", *self._who, start=start, stop=stop)
        speed = np.where(resting, 0.0, np.maximum(state.speed_kmh + faster, 0.0))
        return state.xy + noise, np.where(resting, state.bearing_deg, state.bearing_deg + turn) % 360, speed

    def _messages(
        self,
        times_us: NDArray[np.int64],
        faulty: NDArray[np.bool_],
        lon_lat: NDArray[np.float64],
        bearing: NDArray[np.float64],
        speed: NDArray[np.float64],
        accuracy: NDArray[np.float64],
        seq: NDArray[np.int64],
        mode: NDArray[np.int64],
    ) -> list[Message]:
        rows = zip(
            self._accounts(times_us, faulty),
            timestamps(self._receiver.clock_us(times_us)),
            lon_lat.tolist(),
            np.round(speed, 1).tolist(),
            (np.round(bearing, 1) % 360).tolist(),
            np.round(accuracy, 1).tolist(),
            seq.tolist(),
            mode.tolist(),
            strict=True,
        )
        messages = []
        for account, time, (lon, lat), kmh, heading, metres, number, doing in rows:
            position = {
                "vehicle": self._vehicle.unit.vehicle,
                "time": time,
                "lon": lon,
                "lat": lat,
                "speed_kmh": kmh,
                "heading": heading,
                "accuracy_m": metres,
                **self._reports[doing],
                "seq": number,
            }
            messages.append(Message(account.made_us, self.topic, orjson.dumps(position), account))
        return messages

    def _accounts(self, times_us: NDArray[np.int64], faulty: NDArray[np.bool_]) -> list[Account]:
        fault = self._receiver.fault or ""
        reject = "null_island" if fault == Fault.ZERO_FIXES else ""
        return [
            Account(self.device, time_us, fault, reject=reject) if wrong else Account(self.device, time_us)
            for time_us, wrong in zip(times_us.tolist(), faulty.tolist(), strict=True)
        ]
