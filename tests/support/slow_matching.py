"""Matching and stretches in loops: one fix, one state, one way at a time, by the rules as they are written."""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np

from vinterkoll.processing import candidates, headings, matching, transitions, treatment
from vinterkoll.processing.actions import TREATING_ACTIONS
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.paths import WAY_MAX_M
from vinterkoll.processing.tracks import REACH, Fixes, linked_to_next


class State(NamedTuple):
    """A segment (-1: off the network), a direction of driving and metres from the segment's start."""

    segment: int
    direction: int
    along_m: float


OFF = State(-1, 0, math.nan)
Edge = tuple[int, float, float, float, float, float, float]
SQUARE_M = 100.0


def _squares(edge: Edge) -> Iterator[tuple[int, int]]:
    """All squares of which a place may be within reach of the edge."""
    _, x, y, dx, dy, length, _ = edge
    spans = []
    for begin, way in ((x, dx), (y, dy)):
        low, high = sorted((begin, begin + way * length))
        reach = candidates.RADIUS_M + 1.0
        spans.append(range(math.floor((low - reach) / SQUARE_M), math.floor((high + reach) / SQUARE_M) + 1))
    yield from product(*spans)


class SlowMatcher:
    """The match and the stretches of fixes on a network."""

    def __init__(self, town: StreetNetwork) -> None:
        self._town = town
        self._length = town.length_m.tolist()
        self._ends: list[tuple[int, int]] = list(
            zip(town.start_node.tolist(), town.end_node.tolist(), strict=True)
        )
        # only so that whole towns end in time: the streets at each node, and the edges in and around each square
        self._at: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for segment, ends in enumerate(self._ends):
            self._at[ends[0]].append((segment, ends[1]))
            self._at[ends[1]].append((segment, ends[0]))
        self._around: dict[tuple[int, int], list[Edge]] = defaultdict(list)
        for edge in zip(*(getattr(town.edges, name).tolist() for name in town.edges.__slots__), strict=True):
            for square in _squares(edge):
                self._around[square].append(edge)
        self.millimetres = cache(self._millimetres)

    def match(self, fixes: Fixes) -> list[State]:
        """The state of each fix, its direction 0 where nobody knows."""
        linked = [there and not _sparse(fixes, i) for i, there in enumerate(linked_to_next(fixes).tolist())]
        doubted = [doubts_headings(fixes, linked, i) for i in range(len(fixes))]
        found = {False: self._matched(fixes, linked)}
        if any(doubted):
            headless = replace(fixes, heading_deg=np.full(len(fixes), np.nan))
            found[True] = self._matched(headless, linked)
        return [found[doubts][i] for i, doubts in enumerate(doubted)]

    def _matched(self, fixes: Fixes, linked: list[bool]) -> list[State]:
        states = [self._states(fixes, i) for i in range(len(fixes))]
        costs = [
            self._step_costs(fixes, i, list(states[i]), list(states[i + 1])) if linked[i] else {}
            for i in range(len(fixes))
        ]
        return [_chosen(states, costs, linked, i) for i in range(len(fixes))]

    def _states(self, fixes: Fixes, i: int) -> dict[State, float]:
        """What fix i may be and what it costs, in the order in which ties are resolved."""
        east, north = (float(part[0]) for part in headings.heading_of(fixes.only(np.array([i]))))
        weight = candidates.HEADING_COST if (east, north) != (0, 0) else 0.0
        nearest: dict[int, tuple[float, float, float]] = {}
        for segment, x, y, dx, dy, length, offset in self._edges_near(float(fixes.x[i]), float(fixes.y[i])):
            if not int(self._town.kind[segment]) & int(fixes.kinds[i]):
                continue
            off_x, off_y = float(fixes.x[i]) - x, float(fixes.y[i]) - y
            on = min(max(off_x * dx + off_y * dy, 0.0), length)
            away_x, away_y = off_x - on * dx, off_y - on * dy
            square = away_x * away_x + away_y * away_y
            near = math.hypot(away_x, away_y) <= candidates.RADIUS_M
            if near and (segment not in nearest or square < nearest[segment][0]):
                nearest[segment] = square, offset + on, east * dx + north * dy
        costs = {}
        for segment, (square, along, cosine) in sorted(nearest.items()):
            for way in (1, -1):
                cost = square * (0.5 / candidates.SIGMA_M**2) + weight * (1.0 - way * cosine)
                against = int(self._town.one_way[segment]) == -way
                costs[State(segment, way, along)] = cost + (candidates.AGAINST_COST if against else 0.0)
        cheapest = sorted(costs, key=lambda state: costs[state])[: candidates.STATES_MAX]
        least = min([*costs.values(), candidates.OFF_COST])
        kept = {
            state: cost
            for state, cost in costs.items()
            if cost <= least + candidates.HOPELESS_COST and state in cheapest
        }
        return kept | {OFF: candidates.OFF_COST}

    def _edges_near(self, x: float, y: float) -> list[Edge]:
        if not (math.isfinite(x) and math.isfinite(y)):
            return []
        return self._around[math.floor(x / SQUARE_M), math.floor(y / SQUARE_M)]

    def _step_costs(
        self, fixes: Fixes, i: int, here: list[State], there: list[State]
    ) -> dict[tuple[State, State], float]:
        chord, longest = _chord_and_longest(fixes, i)
        costs = {}
        for a in here:
            for b in there:
                if OFF in {a, b}:
                    costs[a, b] = 0.0 if a == b else matching.OFF_STEP_COST
                    continue
                length, turns = self.way(int(fixes.kinds[i]), a, b)
                too_long = length - (1 + transitions.BEND_SHARE) * chord
                misfit = max(too_long, chord - length, 0.0)
                cost = (
                    misfit / (transitions.MISFIT_M + transitions.MISFIT_SHARE * chord)
                    + transitions.TURN_COST * turns
                )
                costs[a, b] = (
                    min(cost, transitions.BREAK_COST) if length <= longest else transitions.BREAK_COST
                )
        return costs

    def _node(self, state: State, ahead: bool) -> int:
        return self._ends[state.segment][(state.direction > 0) == ahead]

    def way(self, kinds: int, a: State, b: State) -> tuple[float, int]:
        """Metres from a to b as driven, and how often the way turns back at a's and b's segments."""
        if (a.segment, a.direction) == (b.segment, b.direction):
            done = [s.along_m if s.direction > 0 else self._length[s.segment] - s.along_m for s in (a, b)]
            return done[1] - done[0], 0
        left = self._length[a.segment] - a.along_m if a.direction > 0 else a.along_m
        done_b = b.along_m if b.direction > 0 else self._length[b.segment] - b.along_m
        leaves, enters = self._node(a, True), self._node(b, False)
        if leaves == enters:
            return left + done_b, int(a.segment == b.segment)
        between = self.millimetres(kinds, enters).get(leaves)
        if between is None:
            return math.inf, 0
        begins, ends = self.first(kinds, leaves, enters), self.first(kinds, enters, leaves)
        return left + done_b + between / 1000.0, (begins == a.segment) + (ends == b.segment)

    def _millimetres(self, kinds: int, node: int) -> dict[int, int]:
        """Of the shortest ways from `node` to every node that is near enough (Dijkstra)."""
        best: dict[int, int] = {}
        queue = [(0, node)]
        while queue:
            length, here = heapq.heappop(queue)
            if here in best:
                continue
            best[here] = length
            for segment, onward in self._leaving(kinds, here):
                reached = length + self._millimetres_of(segment)
                if reached <= WAY_MAX_M * 1000:
                    heapq.heappush(queue, (reached, onward))
        return best

    def _millimetres_of(self, segment: int) -> int:
        return max(1, round(float(self._length[segment]) * 1000))

    def _leaving(self, kinds: int, node: int) -> list[tuple[int, int]]:
        return [one for one in self._at[node] if int(self._town.kind[one[0]]) & kinds]

    def first(self, kinds: int, origin: int, target: int) -> int:
        """The lowest segment that a shortest way from one node to another begins with."""
        left = self.millimetres(kinds, target)
        return min(
            segment
            for segment, onward in self._leaving(kinds, origin)
            if onward in left and self._millimetres_of(segment) + left[onward] == left[origin]
        )

    def stretches(self, fixes: Fixes) -> list[tuple[int, int, int, int, int, int]]:
        """Step, piece, segment id, direction, from and to in decimetres, in this order."""
        found, linked, rows = self.match(fixes), linked_to_next(fixes), []
        for i in range(len(fixes) - 1):
            a, b = found[i], found[i + 1]
            if a.segment == b.segment:
                way, way_on = a.direction or b.direction, b.direction or a.direction
                a, b = a._replace(direction=way), b._replace(direction=way_on)
            if (
                not linked[i]
                or not int(fixes.actions[i]) & TREATING_ACTIONS
                or 0 in (a.direction, b.direction)
                or all(fixes.speed_kmh[at] < treatment.STANDING_KMH for at in (i, i + 1))
            ):
                continue
            kinds = int(fixes.kinds[i])
            if not 0 < self.way(kinds, a, b)[0] <= _longest_known(fixes, i):
                continue
            for piece, (segment, direction, *ends) in enumerate(self._driven(kinds, a, b)):
                from_dm, to_dm = sorted(round(end * 10) for end in ends)
                if from_dm < to_dm:
                    rows.append((i, piece, int(self._town.segment_id[segment]), direction, from_dm, to_dm))
        return rows

    def _driven(self, kinds: int, a: State, b: State) -> list[tuple[int, int, float, float]]:
        """Segment, direction, and metres along it from where to where."""
        if (a.segment, a.direction) == (b.segment, b.direction):
            return [(a.segment, a.direction, a.along_m, b.along_m)]
        pieces = [(a.segment, a.direction, a.along_m, self._length[a.segment] if a.direction > 0 else 0.0)]
        here, goal = self._node(a, True), self._node(b, False)
        while here != goal:
            segment = self.first(kinds, here, goal)
            forward, length = self._ends[segment][0] == here, self._length[segment]
            pieces.append((segment, 1, 0.0, length) if forward else (segment, -1, length, 0.0))
            here = self._ends[segment][1 if forward else 0]
        into = 0.0 if b.direction > 0 else self._length[b.segment]
        return [*pieces, (b.segment, b.direction, into, b.along_m)]


def _chord_and_longest(fixes: Fixes, i: int) -> tuple[float, float]:
    dx, dy = float(fixes.x[i + 1] - fixes.x[i]), float(fixes.y[i + 1] - fixes.y[i])
    chord = math.sqrt(dx * dx + dy * dy)
    gap_s = float(fixes.time_us[i + 1] - fixes.time_us[i]) / 1e6
    return chord, max(
        transitions.DETOUR_MAX * chord + transitions.DETOUR_SLACK_M, transitions.DETOUR_M_PER_S * gap_s
    )


def _sparse(fixes: Fixes, i: int) -> bool:
    return i + 1 < len(fixes) and float(fixes.time_us[i + 1] - fixes.time_us[i]) > matching.SPARSE_S * 1e6


def _longest_known(fixes: Fixes, i: int) -> float:
    chord, longest = _chord_and_longest(fixes, i)
    straight = treatment.STRAIGHT_MAX * chord + treatment.STRAIGHT_SLACK_M
    return straight if _sparse(fixes, i) else longest


def _window(linked: list[bool], i: int) -> tuple[int, int]:
    """The first and the last fix that a match of fix i looks at."""
    first, last = i, i
    while first > 0 and linked[first - 1] and i - first < REACH:
        first -= 1
    while linked[last] and last - i < REACH:
        last += 1
    return first, last


def doubts_headings(fixes: Fixes, linked: list[bool], i: int) -> bool:
    """Whether the headings sent in fix i's window lead along too little of the way that it went."""
    first, last = _window(linked, i)
    sent = headings.heading_of(fixes.only(np.arange(first, last + 1)))
    east, north = (dict(enumerate(part.tolist(), first)) for part in sent)
    sums = []
    for side in (
        reversed(range(i, last)),
        range(first, i),
    ):  # from the far end inwards: the last bit of a sum
        total = [0.0, 0.0, 0.0]
        for a in side:
            dx, dy = float(fixes.x[a + 1] - fixes.x[a]), float(fixes.y[a + 1] - fixes.y[a])
            along = [east[b] * dx + north[b] * dy for b in (a, a + 1) if (east[b], north[b]) != (0, 0)]
            if along:
                total = [dx + total[0], dy + total[1], max(along) + total[2]]
        sums.append(total)
    chord_x, chord_y, led = (one + other for one, other in zip(*sums, strict=True))
    chord = math.sqrt(chord_x * chord_x + chord_y * chord_y)
    return chord >= headings.CHORD_MIN_M and led < headings.AGREEING_SHARE * chord


def _chosen(
    states: list[dict[State, float]],
    costs: list[dict[tuple[State, State], float]],
    linked: list[bool],
    i: int,
) -> State:
    """The state of fix i through which the cheapest sequence over its window leads."""
    first, last = _window(linked, i)
    before, after = dict.fromkeys(states[first], 0.0), dict.fromkeys(states[last], 0.0)
    for j in range(first, i):
        before = {b: min(states[j][a] + before[a] + costs[j][a, b] for a in states[j]) for b in states[j + 1]}
    for j in range(last, i, -1):
        after = {
            a: min(states[j][b] + after[b] + costs[j - 1][a, b] for b in states[j]) for a in states[j - 1]
        }
    # in the matcher's order: of equal costs, the sum's last bit decides
    total = {state: cost + after[state] + before[state] for state, cost in states[i].items()}
    best = min(total, key=lambda state: total[state])
    other = State(best.segment, -best.direction, best.along_m)
    if best != OFF and other in total and total[other] - total[best] < matching.DIRECTION_MARGIN:
        return best._replace(direction=0)
    return best


def agree(found: matching.Match, slow: list[State]) -> None:
    """Assert that both say the same of every fix, to the bit."""
    assert found.segment.tolist() == [state.segment for state in slow]
    assert found.direction.tolist() == [state.direction for state in slow]
    np.testing.assert_array_equal(found.along_m, [state.along_m for state in slow])
