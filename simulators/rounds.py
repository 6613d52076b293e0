"""A vehicle's round: closed walks that cover each street of its area once in each direction."""

from collections.abc import Sequence

import numpy as np

from vinterkoll.simulators.blocks import Block, Leg, Ways, reverse
from vinterkoll.simulators.network import Network


def closed_walk(streets: Network, area: Sequence[Block], start: int) -> list[Leg]:
    """Return a walk from `start` back to it over each block of a connected `area`, once each way.

    Every node has as many ways in as out, so an Euler circuit exists (Hierholzer). At each junction it goes on as
    straight as it can and turns back only where nothing else is left.
    """
    # An arc is a block in one direction: 2 * place, or + 1 for the way back.
    legs = [list(block.legs) if way == 0 else reverse(block.legs) for block in area for way in (0, 1)]
    head = [block.end if way == 0 else block.start for block in area for way in (0, 1)]
    free: dict[int, list[int]] = {}
    for arc in range(len(legs)):
        free.setdefault(head[arc ^ 1], []).append(arc)
    stack: list[tuple[int, int]] = [(start, -1)]
    circuit: list[int] = []
    while stack:
        node, came_by = stack[-1]
        if free.get(node):
            arc = min(free[node], key=lambda arc: (_turn(streets, legs, came_by, arc), arc))
            free[node].remove(arc)
            stack.append((head[arc], arc))
        else:
            stack.pop()
            if came_by >= 0:
                circuit.append(came_by)
    return [leg for arc in reversed(circuit) for leg in legs[arc]]


def nearest_walk(
    streets: Network, ways: Ways, area: Sequence[Block], start: int
) -> tuple[list[Leg], list[bool]]:
    """Return a walk from `start` over each block of `area` in each direction that is allowed, and where it works.

    Where there are one-way streets no Euler circuit need exist: it goes on to the nearest block that is left, by way of
    others, on which it does not work again.
    """
    both = [way for block in area for way in (list(block.legs), reverse(block.legs))]
    left = [
        way for way in both if not any(leg.segment in streets.one_way and leg.direction < 0 for leg in way)
    ]
    legs: list[Leg] = []
    working: list[bool] = []
    here = start
    while left:
        approach = ways.between(here, {_start_node(streets, way[0]) for way in left})
        here = node_after(streets, approach, here)
        way = next(way for way in left if _start_node(streets, way[0]) == here)
        left.remove(way)
        legs += approach + way
        working += [False] * len(approach) + [True] * len(way)
        here = node_after(streets, way, here)
    return legs, working


def _start_node(streets: Network, leg: Leg) -> int:
    return streets.start_node[leg.segment] if leg.direction == 1 else streets.end_node[leg.segment]


def _turn(streets: Network, legs: list[list[Leg]], came_by: int, arc: int) -> float:
    """Degrees between arriving by one arc and leaving by another; the way back costs more than any turn."""
    if came_by < 0:
        return 0.0
    if arc == came_by ^ 1:
        return 360.0
    there = as_driven(streets, legs[came_by][-1])
    onward = as_driven(streets, legs[arc][0])
    before, after = there[-1] - there[-2], onward[1] - onward[0]
    cross = before[0] * after[1] - before[1] * after[0]
    return abs(float(np.degrees(np.arctan2(cross, before @ after))))


def as_driven(streets: Network, leg: Leg) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the leg's line in the direction of driving, shape (n, 2)."""
    return streets.lines[leg.segment][:: leg.direction]


def round_trip(
    streets: Network, ways: Ways, depot: int, parts: Sequence[Sequence[Block]]
) -> tuple[list[Leg], list[bool]]:
    """Return the whole round from the depot and back, and for each leg whether it is part of the work."""
    legs: list[Leg] = []
    working: list[bool] = []
    here = depot
    for part in parts:
        nodes = {block.start for block in part} | {block.end for block in part}
        approach = ways.between(here, nodes)
        entry = node_after(streets, approach, here)
        legs += approach
        working += [False] * len(approach)
        if any(leg.segment in streets.one_way for block in part for leg in block.legs):
            walk, works = nearest_walk(streets, ways, part, entry)
        else:
            walk = closed_walk(streets, part, entry)
            works = [True] * len(walk)
        legs += walk
        working += works
        here = node_after(streets, walk, entry)
    home = ways.between(here, [depot])
    return legs + home, working + [False] * len(home)


def node_after(streets: Network, legs: Sequence[Leg], start: int) -> int:
    """Return the node where `legs`, driven from `start`, end."""
    if not legs:
        return start
    last = legs[-1]
    return streets.end_node[last.segment] if last.direction == 1 else streets.start_node[last.segment]
