"""Streets as a vehicle's driver sees them: blocks from junction to junction, areas of them, and ways between."""

import heapq
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vinterkoll.simulators.network import Network


class Leg(NamedTuple):
    """One segment as driven."""

    segment: int
    """Place in the network's lists."""
    direction: int
    """1 along the segment's geometry, -1 against it."""


@dataclass(frozen=True, slots=True)
class Block:
    """A street between two junctions (or dead ends, or bends in an area's edge)."""

    start: int
    end: int
    legs: tuple[Leg, ...]
    length_m: float


def reverse(legs: Iterable[Leg]) -> list[Leg]:
    """Return the way back."""
    return [Leg(leg.segment, -leg.direction) for leg in reversed(list(legs))]


def blocks(streets: Network, segments: Collection[int]) -> list[Block]:
    """Join `segments` to blocks: through every node where exactly two of them meet."""
    at_node: dict[int, list[Leg]] = {}
    for i in sorted(segments):
        at_node.setdefault(streets.start_node[i], []).append(Leg(i, 1))
        at_node.setdefault(streets.end_node[i], []).append(Leg(i, -1))
    ends = [node for node, legs in at_node.items() if len(legs) != 2]
    lengths = streets.lengths_m()
    used: set[int] = set()
    found = []
    for node in ends + list(at_node):  # the second round finds rings without a junction
        for first in at_node[node]:
            if first.segment in used:
                continue
            chain = [first]
            used.add(first.segment)
            here = _far_end(streets, first)
            while len(at_node[here]) == 2 and here != node:
                onward = next((leg for leg in at_node[here] if leg.segment not in used), None)
                if onward is None:
                    break
                chain.append(onward)
                used.add(onward.segment)
                here = _far_end(streets, onward)
            found.append(Block(node, here, tuple(chain), float(sum(lengths[leg.segment] for leg in chain))))
    return found


def _far_end(streets: Network, leg: Leg) -> int:
    return streets.end_node[leg.segment] if leg.direction == 1 else streets.start_node[leg.segment]


def grow(candidates: list[Block], first: Sequence[int], target_m: Sequence[float]) -> list[list[int]]:
    """Return one area for each place in `first`: connected blocks around it, nearest first, up to about its target.

    The areas grow side by side and share no block.
    """
    beside: dict[int, list[int]] = {}
    for place, block in enumerate(candidates):
        beside.setdefault(block.start, []).append(place)
        beside.setdefault(block.end, []).append(place)
    areas: list[list[int]] = [[] for _ in first]
    total = [0.0] * len(first)
    taken: set[int] = set()
    queue = [(0.0, area, place) for area, place in enumerate(first)]
    while queue:
        way, area, place = heapq.heappop(queue)
        if place in taken or total[area] >= target_m[area]:
            continue
        taken.add(place)
        block = candidates[place]
        areas[area].append(place)
        total[area] += block.length_m
        for node in (block.start, block.end):
            for other in beside[node]:
                if other not in taken:
                    heapq.heappush(queue, (way + candidates[other].length_m, area, other))
    return areas


class Ways:
    """Shortest ways over all streets and paths of the network."""

    def __init__(self, streets: Network) -> None:
        self._streets = streets
        self._lengths = streets.lengths_m()
        self._at_node: dict[int, list[Leg]] = {}
        for i in range(len(streets)):
            if streets.kind[i] == "carriageway":
                self._at_node.setdefault(streets.start_node[i], []).append(Leg(i, 1))
                if i not in streets.one_way:
                    self._at_node.setdefault(streets.end_node[i], []).append(Leg(i, -1))

    def between(self, start: int, ends: Collection[int]) -> list[Leg]:
        """Return the legs from `start` to the nearest of `ends`; empty where `start` is one of them."""
        goals = set(ends)
        best = {start: 0.0}
        came_by: dict[int, Leg] = {}
        queue = [(0.0, start)]
        while queue:
            way, node = heapq.heappop(queue)
            if node in goals:
                return self._trace(start, node, came_by)
            if way > best[node]:
                continue
            for leg in self._at_node.get(node, []):
                far = _far_end(self._streets, leg)
                length = way + float(self._lengths[leg.segment])
                if length < best.get(far, np.inf):
                    best[far], came_by[far] = length, leg
                    heapq.heappush(queue, (length, far))
        raise ValueError(f"no way from node {start}: the town's streets are not connected")

    def _trace(self, start: int, node: int, came_by: dict[int, Leg]) -> list[Leg]:
        legs = []
        while node != start:
            leg = came_by[node]
            legs.append(leg)
            node = (
                self._streets.start_node[leg.segment]
                if leg.direction == 1
                else self._streets.end_node[leg.segment]
            )
        return legs[::-1]
