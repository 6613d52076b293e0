"""What came out against what is true: share of fixes on the right way, and recall and precision in metres."""

from collections import defaultdict
from typing import Final, NamedTuple

import numpy as np

from accuracy.traces import Trace
from accuracy.worlds import Pass, World
from vinterkoll.processing.observations import IntColumn, Rows

PASS_APART_S: Final = 60.0
"""A stretch this far in time from a true pass of its segment and direction is not that pass."""

Interval = tuple[float, float]


class WayAccuracy(NamedTuple):
    """Share of the fixes on streets of the vehicle's kinds that were put on the right segment, and in its direction."""

    way: float
    directed: float


class Metres(NamedTuple):
    """Metres per segment, direction, action and pass."""

    true: float
    derived: float
    right: float
    counted: float
    """As amounts count them: each step's, also where they lie upon each other."""

    @property
    def recall(self) -> float:
        return self.right / self.true

    @property
    def precision(self) -> float:
        return self.right / self.derived if self.derived else 1.0

    @property
    def amount(self) -> float:
        return self.counted / self.true

    def __add__(self, other: "Metres") -> "Metres":  # type: ignore[override]  # a sum of metres, not of tuples
        return Metres(*map(sum, zip(self, other, strict=True)))


def way_accuracy(world: World, trace: Trace, segment: IntColumn, direction: IntColumn) -> WayAccuracy:
    """Compare the segment (-1: none) and direction found for each fix with the true ones."""
    asked = (world.network.kind[trace.segment] & trace.fixes.kinds) != 0
    way = segment[asked] == trace.segment[asked]
    return WayAccuracy(float(way.mean()), float((way & (direction == trace.direction)[asked]).mean()))


def metres(world: World, rows: Rows, drive: IntColumn) -> Metres:
    """Compare stretches (STRETCH), each of a drive, with all that the drives treated."""
    places = np.searchsorted(world.network.segment_id, rows["segment_id"]).tolist()
    derived = defaultdict(list)
    for number, place, row in zip(drive.tolist(), places, rows.tolist(), strict=True):
        derived[number, place, row[6], row[9]].append((row[1] / 1e6, row[4] / 1e6, row[7] / 10, row[8] / 10))
    true = defaultdict(list)
    for number, one in enumerate(world.drives):
        for each in one.passes():
            true[number, each.segment, each.direction, one.actions].append(each)
    total = Metres(0.0, 0.0, 0.0, 0.0)
    for key in true.keys() | derived.keys():
        total += _of_key(true.get(key, []), derived.get(key, []))
    return total


def segments_crossed(world: World, rows: Rows, drive: IntColumn) -> int:
    """Count the segments that a drive's stretches say it treated and that it never drove on."""
    places = np.searchsorted(world.network.segment_id, rows["segment_id"]).tolist()
    driven = [{leg.segment for leg in one.plan.legs} for one in world.drives]
    claimed = set(zip(drive.tolist(), places, strict=True))
    return sum(place not in driven[number] for number, place in claimed)


def _of_key(true: list[Pass], derived: list[tuple[float, float, float, float]]) -> Metres:
    """Add up one vehicle's segment, direction and action, pass by pass."""
    passes: list[list[Pass]] = []
    for one in true:
        if passes and one.start_s - passes[-1][-1].end_s < PASS_APART_S:
            passes[-1].append(one)
        else:
            passes.append([one])
    taken: list[list[Interval]] = [[] for _ in passes]
    strays: list[Interval] = []
    for start_s, until_s, low, high in derived:
        apart = [max(one[0].start_s - until_s, start_s - one[-1].end_s) for one in passes]
        nearest = int(np.argmin(apart)) if apart else -1
        if apart and apart[nearest] < PASS_APART_S:
            taken[nearest].append((low, high))
        else:
            strays.append((low, high))
    counted = _length([(low, high) for _, _, low, high in derived])
    total = Metres(0.0, _length(_union(strays)), 0.0, counted)
    for each_pass, found in zip(passes, taken, strict=True):
        really, claimed = _union([(each.from_m, each.to_m) for each in each_pass]), _union(found)
        right = _length(really) + _length(claimed) - _length(_union(really + claimed))
        total += Metres(_length(really), _length(claimed), right, 0.0)
    return total


def _union(intervals: list[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for low, high in sorted(intervals):
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _length(intervals: list[Interval]) -> float:
    return sum(high - low for low, high in intervals)
