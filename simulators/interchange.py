"""The hard place of the network, laid out by hand beyond a town's exit: roundabouts, a dual carriageway with a service
road and a path beside it, and a street that crosses them all on a bridge, without a junction.
"""

from typing import Final, NamedTuple

import numpy as np

from vinterkoll.simulators.ground import Points

TOWN: Final = "trafikplats"
NUMBER: Final = 4
"""First digit of its ids, after those of the towns."""

WEST_M: Final = 90.0
EAST_M: Final = 990.0
"""The roundabouts' middles, metres from the exit road's end in its direction."""
RING_M: Final = 18.0
HALF_M: Final = 6.0
"""From the middle to each carriageway: with lanes of their own, 12 m apart."""
SERVICE_M: Final = 9.5
"""From the southern carriageway to the service road beside it."""
PATH_M: Final = 9.0
"""From the northern carriageway, and 11 m from the upper street, to the path beside it."""
UPPER_PATH_M: Final = 11.0
STREET_M: Final = 200.0
"""From the middle to the upper and the lower street."""
BRIDGE_M: Final = 550.0
RAMPS_M: Final = (330.0, 770.0)
"""Where the lower street begins and ends at the service road, which the bridge passes over too."""


class Road(NamedTuple):
    """A line from node to node, in metres along and to the left of the exit road; nodes count from 0, the exit."""

    start: int
    end: int
    line: Points
    name: str
    kind: str
    winter_class: int
    one_way: bool


EXIT, BRIDGE_NORTH, BRIDGE_SOUTH, RAMP_WEST, RAMP_EAST, UPPER_WEST, UPPER_EAST = range(7)
_RING: Final = {WEST_M: (7, 8, 9, 10), EAST_M: (11, 12, 13, 14)}
"""Nodes of a roundabout: its western, southern, eastern and northern end, in the order of driving."""
NODES: Final = 15


def roads() -> list[Road]:
    """Return all roads of the interchange."""
    west, east = _RING[WEST_M], _RING[EAST_M]
    left, right, service = HALF_M, -HALF_M, -HALF_M - SERVICE_M
    start, end = WEST_M + RING_M, EAST_M - RING_M
    upper, lower, (ramp_west, ramp_east) = STREET_M, -STREET_M, RAMPS_M
    street = ("carriageway", 3, False)
    main, path = ("Förbifarten", "carriageway", 1, True), ("gc", 2, False)
    beside = _along(start + 42, end - 42, service)
    before, between = (
        beside[beside[:, 0] < ramp_west],
        beside[(beside[:, 0] > ramp_west) & (beside[:, 0] < ramp_east)],
    )
    after = beside[beside[:, 0] > ramp_east]
    ramps = [[ramp_west, service]], [[ramp_east, service]]
    return [
        Road(EXIT, west[0], _line([0, 0], [WEST_M - RING_M, 0]), "Infarten", "carriageway", 1, False),
        *_ring(WEST_M, "Västra rondellen"),
        *_ring(EAST_M, "Östra rondellen"),
        Road(west[2], east[0], _line([start, 0], *_along(start + 30, end - 30, right), [end, 0]), *main),
        Road(east[0], west[2], _line([start, 0], *_along(start + 30, end - 30, left), [end, 0])[::-1], *main),
        Road(west[1], RAMP_WEST, _line([WEST_M, -RING_M], [WEST_M + 30, service - 9], *before, *ramps[0]), "Servicevägen", *street),
        Road(RAMP_WEST, RAMP_EAST, _line(*ramps[0], *between, *ramps[1]), "Servicevägen", *street),
        Road(RAMP_EAST, east[1], _line(*ramps[1], *after, [EAST_M - 30, service - 9], [EAST_M, -RING_M]), "Servicevägen", *street),
        Road(west[3], UPPER_WEST, _line([WEST_M, RING_M], [WEST_M, upper]), "Övre vägen", *street),
        Road(UPPER_WEST, BRIDGE_NORTH, _line([WEST_M, upper], [BRIDGE_M, upper]), "Övre vägen", *street),
        Road(BRIDGE_NORTH, UPPER_EAST, _line([BRIDGE_M, upper], [EAST_M, upper]), "Övre vägen", *street),
        Road(UPPER_EAST, east[3], _line([EAST_M, upper], [EAST_M, RING_M]), "Övre vägen", *street),
        Road(BRIDGE_NORTH, BRIDGE_SOUTH, _line([BRIDGE_M, upper], [BRIDGE_M, lower]), "Brogatan", *street),
        Road(RAMP_WEST, BRIDGE_SOUTH, _line(*ramps[0], [ramp_west, lower], [BRIDGE_M, lower]), "Nedre vägen", *street),
        Road(BRIDGE_SOUTH, RAMP_EAST, _line([BRIDGE_M, lower], [ramp_east, lower], *ramps[1]), "Nedre vägen", *street),
        Road(west[3], east[3], _line([WEST_M, RING_M], *_along(start + 30, end - 30, left + PATH_M), [EAST_M, RING_M]), "Förbifarten", *path),
        Road(UPPER_WEST, UPPER_EAST, _line([WEST_M, upper], *_along(WEST_M + 20, EAST_M - 20, upper + UPPER_PATH_M), [EAST_M, upper]), "Övre vägen", *path),
    ]  # fmt: skip


def placed(line: Points, at: Points, ahead: Points) -> Points:
    """Return a line (n, 2) of the interchange where the exit road ends `at` (2,) in the direction `ahead` (2,)."""
    return np.asarray(at + line[:, :1] * ahead + line[:, 1:] * np.array([-ahead[1], ahead[0]]))


def _line(*points: Points | list[float]) -> Points:
    return np.array([np.asarray(point, float) for point in points])


def _along(start: float, end: float, left: float) -> Points:
    """Return points every 10 m on a straight line beside the middle."""
    at = np.linspace(start, end, round((end - start) / 10) + 1)
    return np.column_stack([at, np.full_like(at, left)])


def _ring(middle_m: float, name: str) -> list[Road]:
    """Return a roundabout's quarters, driven anticlockwise."""
    nodes, quarters = _RING[middle_m], []
    for quarter in range(4):
        angle = np.pi + np.linspace(quarter, quarter + 1, 7) * np.pi / 2
        line = np.c_[middle_m + RING_M * np.cos(angle), RING_M * np.sin(angle)]
        quarters.append(
            Road(nodes[quarter], nodes[(quarter + 1) % 4], line, name, "carriageway", 1, one_way=True)
        )
    return quarters
