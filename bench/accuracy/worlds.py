"""Where the drives take place and what is true of them: a street grid, and the simulator's towns with its fleet."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Final, NamedTuple

import numpy as np
import shapely

from vinterkoll.processing.actions import mask_of
from vinterkoll.processing.network import KINDS, StreetNetwork
from vinterkoll.simulators import chance
from vinterkoll.simulators.blocks import Leg
from vinterkoll.simulators.equipment import Mode
from vinterkoll.simulators.fleet import fleet
from vinterkoll.simulators.network import Network, network
from vinterkoll.simulators.plan import Plan
from vinterkoll.simulators.rounds import as_driven, node_after

SEED: Final = 1

GRID_BLOCK_M: Final = 120.0
GRID_NODES: Final = 21
GRID_KMH: Final = 30.0
GRID_DRIVES: Final = 20
GRID_DRIVE_M: Final = 15_000.0
"""Half an hour each."""

GRID_WORK_M: Final = (2_700.0, 275.0)
"""Metres with the plough down, and then up, again and again: the means of the simulator's rounds."""

AVENUES: Final = 30
CROSSINGS: Final = 25
"""Streets that each avenue crosses: in all 750."""

FLEET_S: Final = 3_600.0
"""Of each vehicle's round."""

ORIGIN: Final = (686_000.0, 7_023_000.0)
"""In Örnsköldsvik, SWEREF 99 TM."""


class Pass(NamedTuple):
    """What one vehicle treats of one segment in one go: metres along it, seconds from the drive's start."""

    segment: int
    direction: int
    from_m: float
    to_m: float
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Drive:
    """One vehicle's way through a world, from second 0 to `until_s`, and the kinds of segment it treats."""

    plan: Plan
    until_s: float
    kinds: int
    actions: int

    def passes(self) -> list[Pass]:
        """Return the treated pieces, cut where a segment ends or the implement goes up, in order."""
        plan = self.plan
        until_m = float(np.interp(self.until_s, plan.vertex_s, plan.vertex_m))
        cuts = np.unique(np.r_[plan.leg_at_m, plan.mode_at_m, until_m])
        cuts = cuts[cuts <= until_m]
        start, end = cuts[:-1], cuts[1:]
        works = plan.mode[np.searchsorted(plan.mode_at_m, start, "right") - 1] == Mode.WORK
        start, end = start[works], end[works]
        leg = np.searchsorted(plan.leg_at_m, start, "right") - 1
        times = plan.seconds_at(start, leaving=True), plan.seconds_at(end, leaving=False)
        length = np.diff(plan.leg_at_m)[leg]
        low, high = start - plan.leg_at_m[leg], end - plan.leg_at_m[leg]
        found = []
        for i, place in enumerate(leg.tolist()):
            segment, direction = plan.legs[place]
            ends = (low[i], high[i]) if direction > 0 else (length[i] - high[i], length[i] - low[i])
            found.append(Pass(segment, direction, ends[0], ends[1], float(times[0][i]), float(times[1][i])))
        return found


@dataclass(frozen=True, slots=True)
class World:
    """Streets, as the simulator and as the matcher have them (places in both are the same), and drives on them."""

    name: str
    streets: Network
    network: StreetNetwork
    drives: list[Drive]


def _network_of(streets: Network) -> StreetNetwork:
    nodes = np.unique(np.r_[streets.start_node, streets.end_node], return_inverse=True)[1]
    ids = np.array(streets.segment_id, np.int64)
    if not (np.diff(ids) > 0).all():
        raise AssertionError("places in the two networks would differ")
    return StreetNetwork(
        ids,
        np.array([KINDS[kind] for kind in streets.kind], np.int64),
        np.isin(np.arange(len(ids)), list(streets.one_way)).astype(np.int64),
        nodes[: len(ids)].astype(np.int64),
        nodes[len(ids) :].astype(np.int64),
        np.array([shapely.LineString(line) for line in streets.lines], object),
    )


def _grid_streets() -> Network:
    streets = Network()
    for row in range(GRID_NODES):
        for column in range(GRID_NODES):
            for to_row, to_column in ((row, column + 1), (row + 1, column)):
                if max(to_row, to_column) == GRID_NODES:
                    continue
                streets.segment_id.append(len(streets) + 1)
                streets.kind.append("carriageway")
                streets.start_node.append(row * GRID_NODES + column)
                streets.end_node.append(to_row * GRID_NODES + to_column)
                ends = np.array([[column, row], [to_column, to_row]]) * GRID_BLOCK_M
                streets.lines.append(ends + ORIGIN)
    return streets


def _wander(streets: Network, number: int) -> list[Leg]:
    """Return legs of a drive that never turns back: straight on half the time, else left or right."""
    rng = chance.stream(SEED, "grid", number)
    leaving: dict[int, list[Leg]] = {}
    for place, ends in enumerate(zip(streets.start_node, streets.end_node, strict=True)):
        for node, direction in zip(ends, (1, -1), strict=True):
            leaving.setdefault(node, []).append(Leg(place, direction))
    legs = [leaving[int(rng.integers(GRID_NODES**2))][0]]
    while len(legs) * GRID_BLOCK_M < GRID_DRIVE_M:
        ahead = np.diff(as_driven(streets, legs[-1])[-2:], axis=0)[0]
        choices, weights = [], []
        for leg in leaving[node_after(streets, legs[-1:], -1)]:
            if leg.segment != legs[-1].segment:
                straight = np.diff(as_driven(streets, leg)[:2], axis=0)[0] @ ahead > 0
                choices.append(leg)
                weights.append(2.0 if straight else 1.0)
        legs.append(choices[int(rng.choice(len(choices), p=np.array(weights) / sum(weights)))])
    return legs


def _steady(streets: Network, legs: list[Leg]) -> Plan:
    """A plan at one speed in the middle of the street, working and not in turns."""
    xy = np.vstack([as_driven(streets, leg)[0] for leg in legs] + [as_driven(streets, legs[-1])[-1]])
    metres = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    mode_at = np.cumsum([0.0, *GRID_WORK_M * round(GRID_DRIVE_M / sum(GRID_WORK_M))])
    mode = np.where(np.arange(len(mode_at)) % 2 == 0, int(Mode.WORK), int(Mode.TRANSIT))
    return Plan(legs, metres, xy, metres, metres / (GRID_KMH / 3.6), mode_at, mode, np.zeros(len(legs)))


@cache
def grid() -> World:
    """The street grid of 120 m blocks, driven at a steady 30 km/h."""
    streets = _grid_streets()
    plans = [_steady(streets, _wander(streets, number)) for number in range(GRID_DRIVES)]
    kind, actions = KINDS["carriageway"], mask_of(["PLOUGHING"])
    drives = [Drive(plan, plan.duration_s, kind, actions) for plan in plans]
    return World("grid", streets, _network_of(streets), drives)


@cache
def towns() -> World:
    """The simulator's three towns, its interchange, and an hour of each of its vehicles."""
    streets = network(SEED)
    drives = [
        Drive(
            vehicle.plan,
            min(FLEET_S, vehicle.plan.duration_s),
            KINDS[vehicle.unit.equipment.kind],
            mask_of(vehicle.unit.equipment.actions),
        )
        for vehicle in fleet(SEED)
    ]
    return World("towns", streets, _network_of(streets), drives)


def _slanted_streets() -> tuple[Network, list[list[Leg]]]:
    """Avenues northward, and streets across them at 63°: every second one over a bridge, without a node."""
    streets = Network()
    avenues: list[list[Leg]] = []

    def place(column: int, row: int) -> tuple[int, tuple[float, float]]:
        """The node and place where a street crosses an avenue, which has a node only where there is no bridge."""
        return column * CROSSINGS + row, (column * GRID_BLOCK_M, row * GRID_BLOCK_M + column % 2 * 60.0)

    def add(start: tuple[int, tuple[float, float]], end: tuple[int, tuple[float, float]]) -> None:
        streets.segment_id.append(len(streets) + 1)
        streets.kind.append("carriageway")
        streets.start_node.append(start[0])
        streets.end_node.append(end[0])
        streets.lines.append(np.array([start[1], end[1]]) + ORIGIN)

    bridge_nodes = AVENUES * CROSSINGS
    for column in range(AVENUES):
        first = len(streets)
        nodes = [place(column, row) for row in range(0, CROSSINGS, 2)]
        ends = [(2 * bridge_nodes + 2 * column + end, nodes[-end][1]) for end in (0, 1)]
        before, after = (
            (node, (x, y + way * 2 * GRID_BLOCK_M)) for way, (node, (x, y)) in zip((-1, 1), ends, strict=True)
        )
        for start, end in pairwise([before, *nodes, after]):
            add(start, end)
        avenues.append([Leg(leg, 1) for leg in range(first, len(streets))])
    for column, row in product(range(AVENUES - 1), range(CROSSINGS)):
        above = bridge_nodes * (row % 2)
        (west, from_xy), (east, to_xy) = place(column, row), place(column + 1, row)
        add((west + above, from_xy), (east + above, to_xy))
    return streets, avenues


@cache
def crossings() -> World:
    """Vehicles that work along avenues and cross many streets, half of them on bridges overhead."""
    streets, avenues = _slanted_streets()
    drives = []
    for legs in avenues:
        plan = _steady(streets, legs)
        drives.append(Drive(plan, plan.duration_s, KINDS["carriageway"], mask_of(["PLOUGHING"])))
    return World("crossings", streets, _network_of(streets), drives)
