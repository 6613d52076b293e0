"""Foot- and cycleways (gc) beside the larger streets: from one larger junction to the next, on one side."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from vinterkoll.simulators.ground import Points
from vinterkoll.simulators.streets import Street

OFFSET_M: Final = (5.6, 7.6)
"""From the middle of the carriageway to the middle of the path."""
TAPER_M: Final = 14.0
"""Over this length the path leaves a junction, which it shares with the street."""
SHORTEST_M: Final = 140.0
BESIDE_CLASS: Final = 3
"""Streets of this winter class or a higher one have paths."""


@dataclass(frozen=True, slots=True)
class GcPath:
    """A path between two junctions of its street."""

    start_node: int
    end_node: int
    curve: Points
    winter_class: int
    name: str


def gc_paths(streets: list[Street], share: float, rng: np.random.Generator) -> list[GcPath]:
    """Return the paths beside about `share` of the streets of class 1 to 3."""
    larger = [street for street in streets if street.winter_class <= BESIDE_CLASS]
    visits: dict[int, int] = {}
    for street in larger:
        for node in street.nodes:
            visits[node] = visits.get(node, 0) + 1
    paths = []
    for street in larger:
        stops = [
            i for i, node in enumerate(street.nodes) if visits[node] > 1 or i in (0, len(street.nodes) - 1)
        ]
        for first, last in pairwise(stops):
            wanted, side, offset = rng.random(), rng.choice([-1.0, 1.0]), rng.uniform(*OFFSET_M)
            line = np.vstack([street.curves[first][:1], *(curve[1:] for curve in street.curves[first:last])])
            urban = not all(street.rural[first:last])
            if urban and wanted < share and np.hypot(*np.diff(line, axis=0).T).sum() >= SHORTEST_M:
                beside = _beside(line, side * offset)
                winter_class = 2 if street.winter_class < BESIDE_CLASS else 3
                paths.append(
                    GcPath(street.nodes[first], street.nodes[last], beside, winter_class, street.name)
                )
    return paths


def _beside(line: Points, offset_m: float) -> Points:
    """Return the parallel of `line`, tapered into its ends."""
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    at = np.linspace(0, along[-1], max(3, round(along[-1] / 10)) + 1)
    at = at[(at >= TAPER_M) & (at <= along[-1] - TAPER_M)]
    middle = np.c_[np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])]
    ahead = np.gradient(middle, axis=0)
    ahead /= np.hypot(*ahead.T)[:, None]
    parallel = middle + offset_m * np.c_[-ahead[:, 1], ahead[:, 0]]
    return np.vstack([line[:1], parallel, line[-1:]])
