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
TAPER_M: Final = 30.0
"""Over this length what runs beside the middle leaves a roundabout."""
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
    kind: str = "carriageway"
    winter_class: int = 3
    one_way: bool = False


EXIT, BRIDGE_NORTH, BRIDGE_SOUTH, RAMP_WEST, RAMP_EAST, UPPER_WEST, UPPER_EAST = range(7)
_RING: Final = {WEST_M: (7, 8, 9, 10), EAST_M: (11, 12, 13, 14)}
"""Nodes of a roundabout: its western, southern, eastern and northern end, in the order of driving."""
NODES: Final = 15


def roads() -> list[Road]:
    """Return all roads of the interchange."""
    return [
        Road(EXIT, _RING[WEST_M][0], np.array([[0, 0], [WEST_M - RING_M, 0]]), "Infarten", winter_class=1),
        *_roundabout(WEST_M, "Västra rondellen"),
        *_roundabout(EAST_M, "Östra rondellen"),
        *_dual_carriageway(),
        *_service_road(),
        *_streets(),
        *_paths(),
    ]


def turned(line: Points, ahead: Points) -> Points:
    """Return a line (n, 2) of the interchange with the exit road in the direction of the unit vector `ahead` (2,)."""
    return np.asarray(line[:, :1] * ahead + line[:, 1:] * np.array([-ahead[1], ahead[0]]))


def _roundabout(middle_m: float, name: str) -> list[Road]:
    """Return its quarters, driven anticlockwise."""
    nodes, quarters = _RING[middle_m], []
    for quarter in range(4):
        angle = np.pi + np.linspace(quarter, quarter + 1, 7) * np.pi / 2
        line = np.column_stack([middle_m + RING_M * np.cos(angle), RING_M * np.sin(angle)])
        end = nodes[(quarter + 1) % 4]
        quarters.append(Road(nodes[quarter], end, line, name, winter_class=1, one_way=True))
    return quarters


def _beside(left_m: float, ends_m: float) -> Points:
    """Return a line from roundabout to roundabout, `left_m` beside the middle; it ends `ends_m` beside their middles."""
    start = WEST_M + (RING_M if ends_m == 0 else 0)
    end = EAST_M - (RING_M if ends_m == 0 else 0)
    return np.array([[start, ends_m], [start + TAPER_M, left_m], [end - TAPER_M, left_m], [end, ends_m]])


def _dual_carriageway() -> list[Road]:
    west, east = _RING[WEST_M][2], _RING[EAST_M][0]
    there, back = _beside(-HALF_M, 0), _beside(HALF_M, 0)[::-1]
    return [
        Road(west, east, there, "Förbifarten", winter_class=1, one_way=True),
        Road(east, west, back, "Förbifarten", winter_class=1, one_way=True),
    ]


def _service_road() -> list[Road]:
    left = -HALF_M - SERVICE_M
    start, taper, end_taper, end = _beside(left, -RING_M)
    west, east = ([ramp, left] for ramp in RAMPS_M)
    return [
        Road(_RING[WEST_M][1], RAMP_WEST, np.array([start, taper, west]), "Servicevägen"),
        Road(RAMP_WEST, RAMP_EAST, np.array([west, east]), "Servicevägen"),
        Road(RAMP_EAST, _RING[EAST_M][1], np.array([east, end_taper, end]), "Servicevägen"),
    ]


def _streets() -> list[Road]:
    """Return the upper street, joined to the roundabouts, the lower one, to the service road, and the bridge between."""
    west, bridge, east = ([at, STREET_M] for at in (WEST_M, BRIDGE_M, EAST_M))
    lower_west, lower, lower_east = ([at, -STREET_M] for at in (RAMPS_M[0], BRIDGE_M, RAMPS_M[1]))
    ramp_west, ramp_east = ([at, -HALF_M - SERVICE_M] for at in RAMPS_M)
    return [
        Road(_RING[WEST_M][3], UPPER_WEST, np.array([[WEST_M, RING_M], west]), "Övre vägen"),
        Road(UPPER_WEST, BRIDGE_NORTH, np.array([west, bridge]), "Övre vägen"),
        Road(BRIDGE_NORTH, UPPER_EAST, np.array([bridge, east]), "Övre vägen"),
        Road(UPPER_EAST, _RING[EAST_M][3], np.array([east, [EAST_M, RING_M]]), "Övre vägen"),
        Road(BRIDGE_NORTH, BRIDGE_SOUTH, np.array([bridge, lower]), "Brogatan"),
        Road(RAMP_WEST, BRIDGE_SOUTH, np.array([ramp_west, lower_west, lower]), "Nedre vägen"),
        Road(BRIDGE_SOUTH, RAMP_EAST, np.array([lower, lower_east, ramp_east]), "Nedre vägen"),
    ]


def _paths() -> list[Road]:
    main, street = _beside(HALF_M + PATH_M, RING_M), _beside(STREET_M + UPPER_PATH_M, STREET_M)
    return [
        Road(_RING[WEST_M][3], _RING[EAST_M][3], main, "Förbifarten", "gc", 2),
        Road(UPPER_WEST, UPPER_EAST, street, "Övre vägen", "gc", 2),
    ]
