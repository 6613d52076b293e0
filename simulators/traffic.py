"""Twelve traffic counters on main roads, two lanes each, a TrafficFlowObserved (NGSI-LD normalized) a minute and lane."""

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

PROVIDER: Final = "trafikkontoret"
COUNTERS: Final = {"ornskoldsvik": 7, "ange": 4, "fransta": 1}
PERIOD_S: Final = 60
LANES: Final = ((1, "forward"), (2, "backward"))
BUSIEST_PER_MINUTE: Final = 14.0
VEHICLE_AND_LOOP_M: Final = 6.8
"""Occupancy is the time that a vehicle of mean length covers a loop of 2 m."""
MOST_PER_MINUTE: Final = 60

# Share of the busiest minute by hours after 04:00: night, morning peak at 07:30, noon, afternoon peak at 16:15, evening.
_HOUR: Final = (0.0, 1.0, 2.0, 3.0, 3.5, 4.0, 5.0, 7.0, 8.0, 10.0, 12.25, 13.5, 15.0, 18.0, 20.0, 22.0, 24.0)
_TO_TOWN: Final = (
    0.05, 0.10, 0.35, 0.85, 1.0, 0.8, 0.45, 0.45, 0.5, 0.5, 0.7, 0.5, 0.3, 0.15, 0.06, 0.03, 0.05,
)  # fmt: skip
_FROM_TOWN: Final = (
    0.04, 0.08, 0.25, 0.5, 0.6, 0.5, 0.4, 0.45, 0.5, 0.6, 1.0, 0.7, 0.4, 0.2, 0.08, 0.03, 0.04,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter and what it sees."""

    sensor: str
    name: str
    segment_id: int
    lon: float
    lat: float
    share: float
    """Of the busiest counter's traffic."""
    free_kmh: float


def counters(streets: Network, seed: int) -> list[Counter]:
    """Return the counters: apart from each other, on the towns' main roads."""
    found: list[Counter] = []
    for town, count in COUNTERS.items():
        rng = chance.stream(seed, "counters", town)
        main = [
            i
            for i in range(len(streets))
            if streets.town[i] == town and streets.kind[i] == "carriageway" and streets.winter_class[i] <= 2
        ]
        middle = np.array([streets.lines[i].mean(axis=0) for i in main])
        chosen = [int(rng.integers(len(main)))]
        while len(chosen) < count:
            nearest = np.min([np.hypot(*(middle - middle[place]).T) for place in chosen], axis=0)
            chosen.append(int(np.argmax(nearest)))
        for number, place in enumerate(chosen, 1):
            i = main[place]
            line = streets.lon_lat[i]
            lon, lat = np.round((line[len(line) // 2 - 1] + line[len(line) // 2]) / 2, 7).tolist()
            found.append(
                Counter(
                    sensor=f"urn:ngsi-ld:TrafficFlowObserved:{town}-{number:02d}",
                    name=f"{streets.name[i]}, trafikmätning {number}",
                    segment_id=streets.segment_id[i],
                    lon=lon,
                    lat=lat,
                    share=float(
                        rng.uniform(0.7, 1.0) if streets.winter_class[i] == 1 else rng.uniform(0.3, 0.6)
                    ),
                    free_kmh=float(rng.uniform(46, 68)),
                )
            )
    return found


class TrafficCounter:
    """The source of one counter. A period is sent when it ends."""

    def __init__(self, counter: Counter, seed: int, anchor_us: int, *, blind: bool = False) -> None:
        """Take a counter; a `blind` one is on line and sees nobody."""
        self._counter, self._seed, self._anchor_us, self._blind = counter, seed, anchor_us, blind
        self.device = counter.sensor
        self.topic = f"traffic/v1/{PROVIDER}/flow"

    def block(self, number: int) -> list[Message]:
        count = BLOCK_S // PERIOD_S
        index = np.arange(
            number * count - 1, (number + 1) * count - 1
        )  # of the periods that end in this block
        start_us = self._anchor_us + index * PERIOD_S * SECOND_US
        end_us = start_us + PERIOD_S * SECOND_US
        messages = []
        for lane, direction in LANES:
            vehicles, speed, occupancy = self._flow(lane, index)
            rows = zip(end_us.tolist(), timestamps(start_us), timestamps(end_us), strict=True)
            for i, (sent_us, since, until) in enumerate(rows):
                entity = self._entity(lane, direction, since, until)
                entity["intensity"] = _property(int(vehicles[i]))
                entity["occupancy"] = _property(round(float(occupancy[i]), 4))
                if vehicles[i]:
                    entity["averageVehicleSpeed"] = _property(round(float(speed[i]), 1))
                account = Account(self.device, sent_us, Fault.ZERO_COUNTS if self._blind else "")
                messages.append(Message(sent_us, self.topic, orjson.dumps(entity), account))
        return messages

    def _flow(
        self, lane: int, index: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Return vehicles, their mean speed in km/h and the occupancy of the periods `index` (n,)."""
        counter = self._counter
        hour = index * PERIOD_S % DAY_S / 3_600
        share = np.interp(hour, _HOUR, _TO_TOWN if lane == 1 else _FROM_TOWN)
        expected = BUSIEST_PER_MINUTE * counter.share * share
        start, stop = int(index[0]), int(index[-1]) + 1
        luck = chance.uniform(self._seed, "flow", counter.sensor, lane, start=start, stop=stop)
        vehicles = poisson(luck[:, 0], np.zeros_like(expected) if self._blind else expected)
        slowed = counter.free_kmh * (1 - 0.02 * vehicles)
        speed = np.clip(
            slowed + (luck[:, 1] + luck[:, 2] - 1) * 12 / np.sqrt(np.maximum(vehicles, 1)), 12, 90
        )
        occupancy = np.minimum(vehicles * VEHICLE_AND_LOOP_M / (speed / 3.6) / PERIOD_S, 1.0)
        return vehicles, speed, occupancy

    def _entity(self, lane: int, direction: str, since: str, until: str) -> dict[str, Any]:
        counter = self._counter
        return {
            "id": counter.sensor,
            "type": "TrafficFlowObserved",
            "dateObserved": _instant(since),
            "dateObservedFrom": _instant(since),
            "dateObservedTo": _instant(until),
            "laneId": _property(lane),
            "laneDirection": _property(direction),
            "location": {
                "type": "GeoProperty",
                "value": {"type": "Point", "coordinates": [counter.lon, counter.lat]},
            },
            "refRoadSegment": {
                "type": "Relationship",
                "object": f"urn:ngsi-ld:RoadSegment:{counter.segment_id}",
            },
            "@context": [
                "https://raw.githubusercontent.com/smart-data-models/dataModel.Transportation/master/context.jsonld"
            ],
        }


def _property(value: float | str) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _instant(text: str) -> dict[str, Any]:
    return {"type": "Property", "value": {"@type": "DateTime", "@value": text}}


def poisson(luck: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return counts that are Poisson distributed where `luck` (n,) is uniform in [0, 1)."""
    chance_of = np.exp(-expected)
    below = chance_of.copy()
    count = np.zeros(len(luck), np.int64)
    for k in range(1, MOST_PER_MINUTE):
        count += luck >= below
        chance_of = chance_of * expected / k
        below += chance_of
    return count
