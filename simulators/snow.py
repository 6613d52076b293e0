"""Ten snow-depth sensors on lamp posts under a snowfall: ChirpStack v4 uplinks with a Decentlab DL-MBX payload."""

import struct
import uuid
from base64 import b64encode
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from vinterkoll.simulators import chance
from vinterkoll.simulators.faults import Fault
from vinterkoll.simulators.fleet import DAY_S
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US, Account, Message, timestamps

APPLICATION: Final = "7f0c1a52-6d0e-4d0b-9d53-5a3b2f6f4c11"
SENSORS: Final = {"ornskoldsvik": 6, "ange": 3, "fransta": 1}
UPLINK_S: Final = 600
SNOWFALL_M: Final = 0.12
NOISE_MM: Final = 4.0
SAMPLES: Final = 10
BATTERY_MV: Final = (2_950, 3_050)

# New snow by hours after 04:00, as a share of the fall: five hours of snow, then it settles, and melts away by night.
_HOUR: Final = (0.0, 0.7, 2.5, 4.2, 5.0, 8.0, 12.0, 18.0, 24.0)
_NEW_SNOW: Final = (0.0, 0.08, 0.5, 0.92, 1.0, 0.82, 0.68, 0.5, 0.0)


@dataclass(frozen=True, slots=True)
class SnowSensor:
    """A sensor: its DevEUI, its place, and the snow below it."""

    dev_eui: str
    device_id: int
    name: str
    lon: float
    lat: float
    mounting_height_m: float
    old_snow_m: float
    drift: float
    """New snow here over new snow on the whole."""


def snow_sensors(streets: Network, seed: int) -> list[SnowSensor]:
    """Return the sensors, each on a post beside a street."""
    found: list[SnowSensor] = []
    for town, count in SENSORS.items():
        rng = chance.stream(seed, "snow", town)
        here = [
            i for i in range(len(streets)) if streets.town[i] == town and streets.kind[i] == "carriageway"
        ]
        middle = np.array([streets.lines[i].mean(axis=0) for i in here])
        chosen = [int(rng.integers(len(here)))]
        while len(chosen) < count:
            nearest = np.min([np.hypot(*(middle - middle[place]).T) for place in chosen], axis=0)
            # not the very edge of the town each time
            chosen.append(int(np.argsort(nearest)[int(len(here) * rng.uniform(0.7, 0.95))]))
        for place in chosen:
            number = len(found) + 1
            lon, lat = streets.lon_lat[here[place]][0].tolist()
            found.append(
                SnowSensor(
                    dev_eui=f"0200fffe5a00{number:04x}",
                    device_id=300 + number,
                    name=f"{streets.name[here[place]]}, snödjup {number}",
                    lon=lon,
                    lat=lat,
                    mounting_height_m=round(float(rng.uniform(2.5, 4.0)), 2),
                    old_snow_m=round(float(rng.uniform(0.08, 0.24)), 3),
                    drift=float(rng.uniform(0.85, 1.15)),
                )
            )
    return found


def dl_mbx(device_id: int, distance_mm: int, samples: int, battery_mv: int) -> bytes:
    """Return a DL-MBX payload, protocol 2.

    >>> dl_mbx(303, 1234, 1, 2993).hex()
    '02012f000304d200010bb1'
    """
    return struct.pack(">BHHHHH", 2, device_id, 0b11, distance_mm, samples, battery_mv)


class SnowUplinks:
    """The source of one sensor's uplinks, as its network server publishes them."""

    def __init__(self, sensor: SnowSensor, seed: int, anchor_us: int, *, stuck: bool = False) -> None:
        """Take a sensor; a `stuck` one repeats what it measured at the anchor."""
        self._sensor, self._seed, self._anchor_us, self._stuck = sensor, seed, anchor_us, stuck
        self.device = sensor.dev_eui
        self.topic = f"application/{APPLICATION}/device/{sensor.dev_eui}/event/up"
        phase = chance.uniform(seed, "phase", sensor.dev_eui, start=0, stop=1)[0, 0]
        self._phase_us = int(phase * UPLINK_S * 1_000) * 1_000

    def block(self, number: int) -> list[Message]:
        count = BLOCK_S // UPLINK_S
        index = np.arange(number * count, (number + 1) * count)
        times = self._anchor_us + self._phase_us + index * UPLINK_S * SECOND_US
        luck = chance.uniform(
            self._seed, "uplink", self._sensor.dev_eui, start=int(index[0]), stop=int(index[-1]) + 1
        )
        distance = (
            np.repeat(self.distance_mm(np.array([self._anchor_us])), count)
            if self._stuck
            else self.distance_mm(times, luck[:, :2].sum(axis=1) - 1)
        )
        battery = BATTERY_MV[0] + luck[:, 2] * (BATTERY_MV[1] - BATTERY_MV[0])
        messages = []
        for i, time in enumerate(timestamps(times)):
            payload = dl_mbx(self._sensor.device_id, int(distance[i]), SAMPLES, int(battery[i]))
            uplink = self._uplink(int(index[i]), time, payload, float(luck[i, 3]))
            account = Account(self.device, int(times[i]), Fault.STUCK_SNOW if self._stuck else "")
            messages.append(Message(account.made_us, self.topic, orjson.dumps(uplink), account))
        return messages

    def distance_mm(
        self, times_us: NDArray[np.int64], luck: NDArray[np.float64] | float = 0.0
    ) -> NDArray[np.float64]:
        """Return the distance down to the snow at `times_us` (n,), in whole millimetres; `luck` is -1 to 1."""
        sensor = self._sensor
        hour = (times_us - self._anchor_us) % (DAY_S * SECOND_US) / (3_600 * SECOND_US)
        new_m = SNOWFALL_M * sensor.drift * np.interp(hour, _HOUR, _NEW_SNOW)
        return np.round((sensor.mounting_height_m - sensor.old_snow_m - new_m) * 1_000 + luck * NOISE_MM)

    def _uplink(self, index: int, time: str, payload: bytes, luck: float) -> dict[str, Any]:
        sensor = self._sensor
        server_time = time.replace("Z", "+00:00")
        return {
            "deduplicationId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._seed} {sensor.dev_eui} {time}")),
            "time": server_time,
            "deviceInfo": {
                "tenantId": "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
                "tenantName": "vinterkoll",
                "applicationId": APPLICATION,
                "applicationName": "snodjup",
                "deviceProfileId": "1c1b9c1e-5a0a-4f3c-8f51-0d7a2f3b6f10",
                "deviceProfileName": "DL-MBX",
                "deviceName": sensor.name,
                "devEui": sensor.dev_eui,
                "tags": {},
            },
            "devAddr": f"01{sensor.device_id:06x}",
            "adr": True,
            "dr": 5,
            "fCnt": index % (DAY_S // UPLINK_S),
            "fPort": 1,
            "confirmed": False,
            "data": b64encode(payload).decode(),
            "rxInfo": [
                {
                    "gatewayId": "0200fffe5aff0001",
                    "uplinkId": int(luck * 2**32),
                    "nsTime": server_time,
                    "rssi": -80 - int(luck * 35),
                    "snr": round(9.5 - 12 * luck, 1),
                    "channel": index % 8,
                    "location": {},
                    "context": "AAAAAA==",
                    "crcStatus": "CRC_OK",
                }
            ],
            "txInfo": {
                "frequency": 868_100_000 + 200_000 * (index % 3),
                "modulation": {
                    "lora": {"bandwidth": 125_000, "spreadingFactor": 7, "codeRate": "CR_4_5"},
                },
            },
        }
