"""From a town's graph to its streets: straight continuations become one street with a class, a name and a curve."""

import heapq
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.simulators.chains import chains
from vinterkoll.simulators.ground import CENTRE_RADIUS_M, Ground, Points
from vinterkoll.simulators.lattice import MAIN, Graph
from vinterkoll.simulators.street_names import StreetNames
from vinterkoll.simulators.towns import Town

COLLECTOR_NODES: Final = 13
"""A local street that this many nodes use to reach a main road is a collector, class 3."""
RESIDENTIAL_NODES: Final = 4
"""Fewer: class 5."""
SHORT_STREET_M: Final = 230.0
CURVE_STEP_M: Final = 9.0


@dataclass(slots=True)
class Street:
    """A chain of nodes with one name; `curves[i]` runs from `nodes[i]` to `nodes[i + 1]`."""

    nodes: list[int]
    curves: list[Points]
    winter_class: int
    name: str
    narrow: bool
    """One pass clears both directions."""
    rural: list[bool]
    """One a curve: a country road beyond the town's last street, with no path beside it."""

    @property
    def length_m(self) -> float:
        return sum(float(np.hypot(*np.diff(curve, axis=0).T).sum()) for curve in self.curves)


def streets(town: Town, ground: Ground, graph: Graph, rng: np.random.Generator) -> list[Street]:
    """Return the streets of a town: each edge of the graph is in exactly one of them."""
    flow = _flow_to_main(graph)
    through = np.isin(graph.link, _through_links(town, ground))
    names = StreetNames(ground.districts, rng)
    rural = len(ground.links) - len(town.exits_deg)
    degree = np.bincount(graph.edges.ravel(), minlength=len(graph.xy))
    ordered = sorted(chains(graph, through), key=lambda chain: -len(chain.edges))
    found = []
    for nodes, edges in ordered:
        xy = graph.xy[nodes]
        street = Street(nodes, _smooth(xy), 4, "", False, (graph.link[edges] >= rural).tolist())
        dead_end = bool(degree[nodes[0]] == 1 or degree[nodes[-1]] == 1)
        if graph.rank[edges[0]] == MAIN:
            street.winter_class = 1 if through[edges[0]] else 2
            street.name = names.main()
        else:
            busiest = flow[edges].max()
            street.winter_class = (
                3 if busiest >= COLLECTOR_NODES else 4 if busiest >= RESIDENTIAL_NODES else 5
            )
            short = street.length_m < SHORT_STREET_M
            street.narrow = street.winter_class == 5 and short and dead_end
            middle = xy.mean(axis=0)
            district = int(np.argmin(np.hypot(*(ground.centres[: ground.districts] - middle).T)))
            central = bool(np.hypot(*middle) < CENTRE_RADIUS_M)
            if central and street.winter_class > 3:
                street.winter_class, street.narrow = 4, False
            street.name = names.centre() if central else names.in_district(district, short)
        found.append(street)
    return found


def _flow_to_main(graph: Graph) -> NDArray[np.int64]:
    """Count, for each edge, the nodes whose shortest way to a main road uses it."""
    length = np.hypot(*(graph.xy[graph.edges[:, 0]] - graph.xy[graph.edges[:, 1]]).T)
    beside: list[list[tuple[int, int]]] = [[] for _ in graph.xy]
    for edge, (a, b) in enumerate(graph.edges.tolist()):
        beside[a].append((b, edge))
        beside[b].append((a, edge))
    sources = np.unique(graph.edges[graph.rank == MAIN]).tolist()
    best = np.full(len(graph.xy), np.inf)
    best[sources] = 0
    came_by = np.full(len(graph.xy), -1)
    queue = [(0.0, node) for node in sources]
    settled: list[int] = []
    while queue:
        way, node = heapq.heappop(queue)
        if way > best[node]:
            continue
        settled.append(node)
        for other, edge in beside[node]:
            if way + length[edge] < best[other]:
                best[other] = way + length[edge]
                came_by[other] = edge
                heapq.heappush(queue, (float(best[other]), other))
    carried = np.ones(len(graph.xy), np.int64)
    flow = np.zeros(len(graph.edges), np.int64)
    for node in reversed(settled):
        edge = came_by[node]
        if edge >= 0:
            flow[edge] += carried[node]
            carried[int(graph.edges[edge].sum()) - node] += carried[node]
    return flow


def _through_links(town: Town, ground: Ground) -> NDArray[np.int64]:
    """Return the links on the way from one exit of the through road to the other, by way of few turns."""
    first_exit = len(ground.links) - len(town.exits_deg)
    start, end = (int(ground.links[first_exit + place, 1]) for place in town.through)
    came_by: dict[int, int] = {start: -1}
    queue = [(0.0, start)]
    done: dict[int, float] = {start: 0.0}
    while queue:
        way, centre = heapq.heappop(queue)
        for link in np.flatnonzero((ground.links == centre).any(axis=1)).tolist():
            other = int(ground.links[link].sum()) - centre
            length = float(np.hypot(*(ground.centres[centre] - ground.centres[other])))
            if way + length < done.get(other, np.inf):
                done[other], came_by[other] = way + length, link
                heapq.heappush(queue, (way + length, other))
    links = []
    while came_by.get(end, -1) >= 0:
        links.append(came_by[end])
        end = int(ground.links[came_by[end]].sum()) - end
    return np.array(links, np.int64)


def _smooth(xy: Points) -> list[Points]:
    """Return one gently curved line for each step of a chain: Hermite, along the chain's own direction at each node."""
    step = np.diff(xy, axis=0)
    length = np.hypot(*step.T)
    unit = step / length[:, None]
    tangent = np.vstack([unit[:1], unit[:-1] + unit[1:], unit[-1:]])
    tangent[1:-1] *= (
        np.hypot(*tangent[1:-1].T)[:, None] ** 2 / 8
    )  # short at sharp bends, which else grow loops
    curves = []
    for i in range(len(step)):
        t = np.linspace(0, 1, max(2, round(length[i] / CURVE_STEP_M)) + 1)[:, None]
        line = (
            (2 * t**3 - 3 * t**2 + 1) * xy[i]
            + (t**3 - 2 * t**2 + t) * length[i] * tangent[i]
            + (3 * t**2 - 2 * t**3) * xy[i + 1]
            + (t**3 - t**2) * length[i] * tangent[i + 1]
        )
        curves.append(shapely.get_coordinates(shapely.simplify(shapely.linestrings(line), 0.25)))
    return curves
