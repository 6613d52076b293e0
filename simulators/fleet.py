"""The vehicles: whose they are, what they carry, which streets are theirs, and when they go round."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from vinterkoll.simulators import chance
from vinterkoll.simulators.blocks import Block, Ways, blocks, grow
from vinterkoll.simulators.detours import off_the_round
from vinterkoll.simulators.equipment import (
    PLOUGH,
    PLOUGH_SALTER,
    SALTER,
    SANDER,
    SWEEPER,
    TRACTOR,
    WING_PLOUGH,
    Equipment,
)
from vinterkoll.simulators.faults import NONE, Faults
from vinterkoll.simulators.interchange import TOWN as INTERCHANGE
from vinterkoll.simulators.network import Network, network
from vinterkoll.simulators.plan import Plan, plan
from vinterkoll.simulators.rounds import round_trip

DAY_S: Final = 86_400
REST_S: Final = (1_200.0, 2_400.0)
"""At the depot between two rounds."""
FIRST_ROUND_S: Final = (0.0, 420.0)
"""From 04:00 to the start of the first round."""

CONTRACTORS: Final = {
    "norrplog": "Norrplog AB (påhittat)",
    "hogakustenvinter": "Höga kusten vinter AB (påhittat)",
    "gangbanejouren": "Gångbanejouren (påhittat)",
    "angeservice": "Ånge service AB (påhittat)",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of the fleet list."""

    contractor: str
    vehicle: str
    name: str
    town: str
    equipment: Equipment
    street_km: float
    """About how much street it has."""
    classes: tuple[int, int] = (1, 5)
    """Its streets' winter classes, from and to."""
    interval_s: int = 5
    """Between two fixes."""


FLEET: Final = (
    Unit("norrplog", "np-01", "Plogbil 1", "ornskoldsvik", WING_PLOUGH, 24),
    Unit("hogakustenvinter", "hk-11", "Plogbil 11", "ornskoldsvik", PLOUGH, 21),
    Unit("angeservice", "as-1", "Plogbil 1", "ange", WING_PLOUGH, 22),
    Unit("norrplog", "np-06", "Saltbil 6", "ornskoldsvik", SALTER, 30, (1, 2)),
    Unit("gangbanejouren", "gb-1", "Traktor 1", "ornskoldsvik", TRACTOR, 11),
    Unit("norrplog", "np-02", "Plogbil 2", "ornskoldsvik", PLOUGH, 21),
    Unit("hogakustenvinter", "hk-12", "Plogbil 12", "ornskoldsvik", WING_PLOUGH, 23, interval_s=10),
    Unit("norrplog", "np-03", "Plogbil 3", "ornskoldsvik", PLOUGH, 20, interval_s=2),
    Unit("angeservice", "as-2", "Plogbil 2", "ange", PLOUGH, 20),
    Unit("angeservice", "as-7", "Plogbil 7", "fransta", PLOUGH, 20),
    Unit("hogakustenvinter", "hk-13", "Plogbil 13", "ornskoldsvik", PLOUGH, 21),
    Unit("norrplog", "np-04", "Plogbil 4", "ornskoldsvik", PLOUGH, 18, interval_s=10),
    Unit("hogakustenvinter", "hk-15", "Plog- och saltbil 15", "ornskoldsvik", PLOUGH_SALTER, 12, (1, 3)),
    Unit("norrplog", "np-08", "Sandbil 8", "ornskoldsvik", SANDER, 16, (2, 5)),
    Unit("angeservice", "as-4", "Saltbil 4", "ange", SALTER, 9, (1, 2)),
    Unit("angeservice", "as-5", "Sandbil 5", "ange", SANDER, 14, (2, 5)),
    Unit("gangbanejouren", "gb-2", "Traktor 2", "ornskoldsvik", TRACTOR, 8, interval_s=1),
    Unit("gangbanejouren", "gb-3", "Sopsaltare 3", "ornskoldsvik", SWEEPER, 7),
    Unit("angeservice", "as-8", "Traktor 8", "ange", TRACTOR, 7),
    Unit("angeservice", "as-9", "Sopsaltare 9", "fransta", SWEEPER, 4),
    Unit("norrplog", "np-09", "Plogbil 9", INTERCHANGE, PLOUGH, 12),
    Unit("gangbanejouren", "gb-4", "Traktor 4", INTERCHANGE, TRACTOR, 3),
)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A unit with its area and its day."""

    unit: Unit
    area: list[list[Block]]
    """Connected parts of its streets."""
    plan: Plan
    first_round_s: float
    """After 04:00."""
    rest_s: float

    @property
    def rounds_a_day(self) -> int:
        """Whole rounds that fit between one 04:00 and the next; the day's last rest takes what is left."""
        return int((DAY_S - self.first_round_s) // (self.plan.duration_s + self.rest_s))


@lru_cache(maxsize=4)
def fleet(seed: int, faults: Faults = NONE) -> tuple[Vehicle, ...]:
    """Return all vehicles for `seed`, in the order of `FLEET`, on rounds with those of the `faults` that are in driving."""
    streets = network(seed)
    ways = Ways(streets)
    areas = _areas(streets)
    vehicles = []
    for unit in FLEET:
        rng = chance.stream(seed, "vehicle", unit.vehicle)
        area = areas[unit.vehicle]
        legs, working = round_trip(streets, ways, _depot(streets, unit.town, rng), area)
        luck = chance.stream(seed, "off the round", unit.vehicle)  # the other numbers stay as they are
        legs, working = off_the_round(streets, ways, legs, working, faults, luck)
        drive = plan(streets, legs, working, unit.equipment, rng)
        vehicles.append(Vehicle(unit, area, drive, rng.uniform(*FIRST_ROUND_S), rng.uniform(*REST_S)))
    return tuple(vehicles)


def _depot(streets: Network, town: str, rng: np.random.Generator) -> int:
    """Return a node on a main road of the town."""
    nodes = {
        streets.start_node[i]
        for i in range(len(streets))
        if streets.town[i] == town and streets.kind[i] == "carriageway" and streets.winter_class[i] <= 2
    }
    return int(rng.choice(sorted(nodes)))


def _areas(streets: Network) -> dict[str, list[list[Block]]]:
    """Return each vehicle's streets. Ploughs of one town share none; spreaders go over the same streets again."""
    areas: dict[str, list[list[Block]]] = {}
    for town in dict.fromkeys(unit.town for unit in FLEET):
        units = [unit for unit in FLEET if unit.town == town]
        ploughs = [unit for unit in units if unit.equipment in (PLOUGH, WING_PLOUGH)]
        everything = _blocks(streets, town, "carriageway", (1, 5))
        first = _far_apart(streets, everything, len(ploughs))
        grown = grow(everything, first, [unit.street_km * 1_000 for unit in ploughs])
        for unit, places in zip(ploughs, grown, strict=True):
            areas[unit.vehicle] = [[everything[place] for place in places]]
        for unit in units:
            if unit.equipment in (SALTER, PLOUGH_SALTER, SANDER):
                areas[unit.vehicle] = _parts(
                    _blocks(streets, town, "carriageway", unit.classes), unit.street_km
                )[:1]
        paths = _blocks(streets, town, "gc", (1, 5))
        for unit in units:
            if unit.equipment.kind == "gc":
                areas[unit.vehicle] = _parts(paths, unit.street_km)
                taken = {block for part in areas[unit.vehicle] for block in part}
                paths = [block for block in paths if block not in taken]
    return areas


def _blocks(streets: Network, town: str, kind: str, classes: tuple[int, int]) -> list[Block]:
    return blocks(
        streets,
        [
            i
            for i in range(len(streets))
            if streets.town[i] == town
            and streets.kind[i] == kind
            and classes[0] <= streets.winter_class[i] <= classes[1]
        ],
    )


def _far_apart(streets: Network, candidates: list[Block], count: int) -> list[int]:
    """Return `count` places spread over the town: each the farthest from those before."""
    middles = np.array([streets.lines[block.legs[0].segment].mean(axis=0) for block in candidates])
    chosen = [int(np.argmax(np.hypot(*(middles - middles.mean(axis=0)).T)))]
    while len(chosen) < count:
        nearest = np.min([np.hypot(*(middles - middles[place]).T) for place in chosen], axis=0)
        chosen.append(int(np.argmax(nearest)))
    return chosen[:count]


def _parts(candidates: list[Block], street_km: float) -> list[list[Block]]:
    """Return connected parts, the longest first, until there is about as much street as wanted."""
    left = candidates
    parts: list[list[Block]] = []
    missing = street_km * 1_000
    while left and missing > 0.25 * street_km * 1_000:
        whole = [grow(left, [place], [np.inf])[0] for place in _one_of_each_part(left)]
        longest = max(whole, key=lambda places: sum(left[place].length_m for place in places))
        part = [left[place] for place in grow(left, [longest[0]], [missing])[0]]
        parts.append(part)
        missing -= sum(block.length_m for block in part)
        taken = set(part)
        left = [block for block in left if block not in taken]
    return parts


def _one_of_each_part(candidates: list[Block]) -> list[int]:
    seen: set[int] = set()
    firsts = []
    for place in range(len(candidates)):
        if place not in seen:
            firsts.append(place)
            seen.update(grow(candidates, [place], [np.inf])[0])
    return firsts
