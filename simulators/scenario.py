"""A winter morning: all messages, and what is true, as functions of (seed, anchor) and of the time asked for."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from vinterkoll.simulators.dead_zones import Coverage, dead_zones
from vinterkoll.simulators.delivery import LONGEST_BLOCKS, Delivery
from vinterkoll.simulators.device_faults import STUCK_SNOW_SENSOR, ZERO_COUNTER
from vinterkoll.simulators.faults import DELIVERY, DRIVING, NONE, Fault, Faults
from vinterkoll.simulators.fleet import Vehicle, fleet
from vinterkoll.simulators.network import Network, network
from vinterkoll.simulators.positions import VehicleUnit
from vinterkoll.simulators.snow import SnowSensor, SnowUplinks, snow_sensors
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US, Message, Source, to_us
from vinterkoll.simulators.traffic import Counter, TrafficCounter, counters
from vinterkoll.simulators.truth import Treated, treated

DEFAULT_SEED: Final = 1
DEFAULT_ANCHOR: Final = datetime(2026, 1, 1, 3, tzinfo=UTC)
"""04:00 in Sweden. The day repeats every 24 hours, so that one anchor for all runs makes all of them agree."""


class Part(StrEnum):
    """Parts of the scenario that can be simulated alone."""

    VEHICLES = "vehicles"
    TRAFFIC = "traffic"
    SNOW = "snow"


class Scenario:
    """The winter day of `seed`, whose 04:00 is `anchor`; it repeats every 24 hours, before and after.

    Every message is a pure function of seed, anchor, faults and its own time: any two runs agree, byte for byte and
    sending for sending, where their times overlap. Faults of delivery change no message, only its sending.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        anchor: datetime = DEFAULT_ANCHOR,
        *,
        vehicles: int | None = None,
        parts: Collection[Part] = tuple(Part),
        faults: Faults = NONE,
    ) -> None:
        """Take the first `vehicles` of the fleet (all: None), only the `parts` named, and the `faults` named."""
        self.anchor_us = to_us(anchor)
        self.network: Network = network(seed)
        self.vehicles: tuple[Vehicle, ...] = (
            fleet(seed, faults & DRIVING)[:vehicles] if Part.VEHICLES in parts else ()
        )
        self.counters: list[Counter] = counters(self.network, seed) if Part.TRAFFIC in parts else []
        self.snow_sensors: list[SnowSensor] = snow_sensors(self.network, seed) if Part.SNOW in parts else []
        self._sources = self._all_sources(seed, faults)
        self._reach = LONGEST_BLOCKS if faults & DELIVERY else 0

    def _all_sources(self, seed: int, faults: Faults) -> list[Source]:
        units = [VehicleUnit(vehicle, seed, self.anchor_us, faults) for vehicle in self.vehicles]
        sources: list[Source] = [*units]
        for place, counter in enumerate(self.counters):
            blind = Fault.ZERO_COUNTS in faults and place == ZERO_COUNTER
            sources.append(TrafficCounter(counter, seed, self.anchor_us, blind=blind))
        for place, sensor in enumerate(self.snow_sensors):
            stuck = Fault.STUCK_SNOW in faults and place == STUCK_SNOW_SENSOR
            sources.append(SnowUplinks(sensor, seed, self.anchor_us, stuck=stuck))
        if not faults & DELIVERY:
            return sources
        zones = dead_zones(self.network, seed)
        coverage: list[Coverage | None] = [None] * len(sources)
        if Fault.DEAD_ZONES in faults:
            coverage[: len(units)] = [
                Coverage(vehicle.plan, unit, zones)
                for vehicle, unit in zip(self.vehicles, units, strict=True)
            ]
        return [Delivery(one, seed, faults, reach) for one, reach in zip(sources, coverage, strict=True)]

    def messages(self, start: datetime, until: datetime | None = None) -> Iterator[Message]:
        """Return the messages sent in `[start, until)`, in the order of sending; without `until` for ever."""
        start_us, until_us = to_us(start), to_us(until) if until else None
        number = (start_us - self.anchor_us) // (BLOCK_S * SECOND_US) - self._reach
        waiting: list[Message] = []
        while until_us is None or self.anchor_us + number * BLOCK_S * SECOND_US < until_us:
            number += 1
            end_us = self.anchor_us + number * BLOCK_S * SECOND_US
            made = [message for source in self._sources for message in source.block(number - 1)]
            due = [message for message in waiting + made if message.time_us < end_us]
            waiting = [message for message in waiting + made if message.time_us >= end_us]
            due.sort(key=lambda message: (message.time_us, message.topic, message.payload, message.account))
            for message in due:
                if start_us <= message.time_us and (until_us is None or message.time_us < until_us):
                    yield message

    def truth(self, start: datetime, until: datetime) -> list[Treated]:
        """Return what was really treated within `[start, until)`, in the order of time."""
        window = (self.anchor_us, to_us(start), to_us(until))
        rows = [row for vehicle in self.vehicles for row in treated(vehicle, self.network, *window)]
        return sorted(rows, key=lambda row: (row.from_time, row.vehicle, row.action))
