"""What a driver does that the round does not ask for: a way somewhere and back, streets passed without treating them."""

from typing import Final

import numpy as np

from vinterkoll.simulators.blocks import Leg, Ways
from vinterkoll.simulators.faults import Fault, Faults
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.rounds import node_after

DETOUR_EVERY_M: Final = (4_000.0, 9_000.0)
DETOUR_M: Final = (300.0, 900.0)
"""As the crow flies, from where the round is left to where the vehicle turns back: fuel, salt, a car in the way."""
PASSED_EVERY_M: Final = (3_000.0, 7_000.0)
PASSED_M: Final = (400.0, 1_200.0)


def off_the_round(
    streets: Network,
    ways: Ways,
    legs: list[Leg],
    working: list[bool],
    faults: Faults,
    rng: np.random.Generator,
) -> tuple[list[Leg], list[bool]]:
    """Return the round as it is driven under `faults`: its legs, and on which of them it works."""
    if Fault.PLOUGH_UP in faults:
        working = passed_over(streets, legs, working, rng)
    if Fault.DETOURS in faults:
        legs, working = detoured(streets, ways, legs, working, rng)
    return legs, working


def passed_over(
    streets: Network, legs: list[Leg], working: list[bool], rng: np.random.Generator
) -> list[bool]:
    """Return `working` with runs of whole segments taken out, which are driven with the implement up."""
    lengths = streets.lengths_m()
    works = []
    left_m, passing = rng.uniform(*PASSED_EVERY_M), False
    for leg, wanted in zip(legs, working, strict=True):
        if left_m <= 0:
            passing = not passing
            left_m = rng.uniform(*(PASSED_M if passing else PASSED_EVERY_M))
        works.append(wanted and not passing)
        left_m -= lengths[leg.segment]
    return works


def detoured(
    streets: Network, ways: Ways, legs: list[Leg], working: list[bool], rng: np.random.Generator
) -> tuple[list[Leg], list[bool]]:
    """Return the round with ways in it that lead out of it and back to where it was left, without work."""
    lengths = streets.lengths_m()
    drivable = _drivable(streets)
    nodes = np.array(sorted(drivable))
    places = np.array([drivable[node] for node in nodes.tolist()])
    driven: list[Leg] = []
    works: list[bool] = []
    left_m = rng.uniform(*DETOUR_EVERY_M)
    for leg, wanted in zip(legs, working, strict=True):
        driven.append(leg)
        works.append(wanted)
        left_m -= lengths[leg.segment]
        here = node_after(streets, [leg], -1)
        if left_m > 0 or here not in drivable:
            continue
        left_m = rng.uniform(*DETOUR_EVERY_M)
        away_m = np.hypot(*(places - drivable[here]).T)
        near = nodes[(away_m > DETOUR_M[0]) & (away_m < DETOUR_M[1])]
        there = ways.between(here, [goal := int(rng.choice(near))])
        way = there + ways.between(goal, [here])
        driven += way
        works += [False] * len(way)
    return driven, works


def _drivable(streets: Network) -> dict[int, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Return the nodes of carriageways and their places."""
    found = {}
    for i in range(len(streets)):
        if streets.kind[i] == "carriageway":
            found[streets.start_node[i]] = streets.lines[i][0]
            found[streets.end_node[i]] = streets.lines[i][-1]
    return found
