"""The streets of one town as a graph: main roads along the district links, a warped lattice in each district."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from vinterkoll.simulators.ground import Ground, Links, Points, delaunay_links

MAIN, LOCAL = 1, 2
MAIN_STEP_M: Final = 92.0
CLEAR_OF_MAIN_M: Final = 48.0
"""No street node nearer to a main road: its frontage."""
CONNECTOR_MAX_M: Final = 190.0
JUNCTION_ANGLE_DEG: Final = 48.0
"""Streets that would meet at a sharper angle do not meet."""


@dataclass(slots=True)
class Graph:
    """Nodes and straight edges; `rank` is MAIN or LOCAL, `link` the main road's place in the ground's links or -1."""

    xy: Points
    edges: Links
    rank: NDArray[np.int64]
    link: NDArray[np.int64]


def main_roads(ground: Ground, rng: np.random.Generator) -> Graph:
    """Return the main roads: one curved chain of nodes a link, meeting at the district centres."""
    points = [ground.centres]
    edges: list[tuple[int, int]] = []
    link_of: list[int] = []
    count = len(ground.centres)
    for number, (a, b) in enumerate(ground.links):
        start, end = ground.centres[a], ground.centres[b]
        length = float(np.hypot(*(end - start)))
        pieces = max(2, round(length / MAIN_STEP_M))
        at = np.linspace(0, 1, pieces + 1)[1:-1]
        sideways = np.array([start[1] - end[1], end[0] - start[0]]) / length
        bow = length * (
            rng.normal(0, 0.05) * np.sin(np.pi * at) + rng.normal(0, 0.025) * np.sin(2 * np.pi * at)
        )
        points.append(start + at[:, None] * (end - start) + bow[:, None] * sideways)
        chain = [int(a), *range(count, count + pieces - 1), int(b)]
        count += pieces - 1
        edges += pairwise(chain)
        link_of += [number] * pieces
    links = np.array(edges, np.int64)
    return Graph(np.vstack(points), links, np.full(len(links), MAIN), np.array(link_of))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How a district's streets lie. Lengths in metres, shares 0-1."""

    along_m: float
    apart_m: float
    along_kept: float
    across_kept: float
    warp_m: float


_CENTRE: Final = _Pattern(84, 78, 0.98, 0.9, 5)
_PATTERNS: Final = (
    _Pattern(88, 66, 0.94, 0.30, 34),  # villas along curved streets
    _Pattern(82, 72, 0.92, 0.36, 26),
    _Pattern(94, 92, 0.90, 0.45, 18),  # blocks of flats
    _Pattern(90, 125, 0.85, 0.40, 8),  # works and warehouses
)


def _warp(xy: Points, size_m: float, rng: np.random.Generator) -> Points:
    wave, phase = rng.uniform(420, 760, 2), rng.uniform(0, 2 * np.pi, 2)
    bend = np.sin(2 * np.pi * xy[:, ::-1] / wave + phase)
    return xy + size_m * bend + rng.normal(0, 3.5, xy.shape)


def district(cell: BaseGeometry, centre: bool, rng: np.random.Generator) -> tuple[Points, Links]:
    """Return the nodes and edges of one district: long streets side by side, some of them joined across."""
    pattern = _CENTRE if centre else _PATTERNS[rng.choice(len(_PATTERNS), p=[0.42, 0.3, 0.18, 0.1])]
    if cell.is_empty:
        return np.empty((0, 2)), np.empty((0, 2), np.int64)
    middle = np.array(cell.centroid.coords[0])
    reach = shapely.minimum_bounding_radius(cell) + 150
    columns, rows = int(reach / pattern.along_m), int(reach / pattern.apart_m)
    i, j = np.meshgrid(np.arange(-columns, columns + 1), np.arange(-rows, rows + 1), indexing="ij")
    flat = np.c_[i.ravel() * pattern.along_m, j.ravel() * pattern.apart_m]
    turn = rng.uniform(0, np.pi)
    cos, sin = np.cos(turn), np.sin(turn)
    xy = _warp(flat, pattern.warp_m, rng) @ np.array([[cos, sin], [-sin, cos]]) + middle

    place = np.arange(i.size).reshape(i.shape)
    along = np.c_[place[:-1].ravel(), place[1:].ravel()]
    across = np.c_[place[:, :-1].ravel(), place[:, 1:].ravel()]
    # A cross street tends to go on: whole columns are open or closed, with exceptions.
    open_column = rng.random(len(place)) < pattern.across_kept
    p_across = np.where(np.repeat(open_column, place.shape[1] - 1), 0.85, 0.12)
    kept_along = along[rng.random(len(along)) < pattern.along_kept]
    kept_across = across[rng.random(len(across)) < p_across]
    edges = np.vstack([kept_along, kept_across])
    inside = shapely.contains_xy(cell, xy[:, 0], xy[:, 1])
    return xy, edges[inside[edges].all(axis=1)]


def street_graph(ground: Ground, rng: np.random.Generator) -> Graph:
    """Return the connected street graph of a town: main roads, districts, and what joins the two."""
    graph = main_roads(ground, rng)
    roads = shapely.union_all(shapely.linestrings(graph.xy[graph.edges]))
    clear = roads.buffer(CLEAR_OF_MAIN_M)
    for number, cell in enumerate(ground.cells):
        xy, edges = district(cell.difference(clear), number == 0, rng)
        lines = shapely.linestrings(xy[edges])
        edges = edges[~shapely.intersects(lines, roads)]
        used, edges = np.unique(edges, return_inverse=True)
        _append(graph, xy[used], edges.reshape(-1, 2))
    _join(graph, rng)
    return _largest_part(graph)


def _append(graph: Graph, xy: Points, edges: Links) -> None:
    graph.edges = np.vstack([graph.edges, edges + len(graph.xy)])
    graph.xy = np.vstack([graph.xy, xy])
    graph.rank = np.r_[graph.rank, np.full(len(edges), LOCAL)]
    graph.link = np.r_[graph.link, np.full(len(edges), -1)]


def _join(graph: Graph, rng: np.random.Generator) -> None:
    """Add short links between parts that are not joined yet, and some between parts that are, where nothing crosses."""
    links = delaunay_links(graph.xy)
    length = np.hypot(*(graph.xy[links[:, 0]] - graph.xy[links[:, 1]]).T)
    known = {tuple(sorted(edge)) for edge in graph.edges.tolist()}
    neighbours: list[list[int]] = [[] for _ in graph.xy]
    for a, b in graph.edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    part = _parts(len(graph.xy), graph.edges)
    lines = shapely.STRtree(shapely.linestrings(graph.xy[graph.edges]))
    wanted = rng.random(len(links)) < 0.55
    main = np.zeros(len(graph.xy), bool)
    main[graph.edges[graph.rank == MAIN]] = True
    added: list[tuple[int, int]] = []
    for i in np.argsort(length, kind="stable"):
        a, b = (int(node) for node in links[i])
        joined = part[a] == part[b]
        to_main = bool(main[a] != main[b]) and length[i] < CONNECTOR_MAX_M and wanted[i]
        if (a, b) in known or (main[a] and main[b]) or length[i] > 420 or (joined and not to_main):
            continue
        if len(neighbours[a]) > 3 or len(neighbours[b]) > 3:
            continue
        angle = JUNCTION_ANGLE_DEG if joined else JUNCTION_ANGLE_DEG - 10
        if min(_clearance(graph.xy, neighbours, a, b), _clearance(graph.xy, neighbours, b, a)) < angle:
            continue
        line = shapely.linestrings(graph.xy[[a, b]])
        if lines.query(line, predicate="crosses").size or lines.query(line, predicate="contains").size:
            continue
        added.append((a, b))
        neighbours[a].append(b)
        neighbours[b].append(a)
        part[part == part[b]] = part[a]
    if added:
        graph.edges = np.vstack([graph.edges, added])
        graph.rank = np.r_[graph.rank, np.full(len(added), LOCAL)]
        graph.link = np.r_[graph.link, np.full(len(added), -1)]


def _clearance(xy: Points, neighbours: list[list[int]], node: int, to: int) -> float:
    """Smallest angle, degrees, between a new edge node→to and the edges the node has."""
    new = xy[to] - xy[node]
    angles = [180.0]
    for other in neighbours[node]:
        old = xy[other] - xy[node]
        angles.append(abs(float(np.degrees(np.arctan2(new[0] * old[1] - new[1] * old[0], new @ old)))))
    return min(angles)


def _parts(count: int, edges: Links) -> NDArray[np.int64]:
    """Label the connected parts of a graph by their smallest node."""
    label = np.arange(count)
    while True:
        lowest = np.minimum(label[edges[:, 0]], label[edges[:, 1]])
        new = label.copy()
        np.minimum.at(new, edges[:, 0], lowest)
        np.minimum.at(new, edges[:, 1], lowest)
        new = new[new]
        if (new == label).all():
            return label
        label = new


def _largest_part(graph: Graph) -> Graph:
    part = _parts(len(graph.xy), graph.edges)
    keep = part[graph.edges[:, 0]] == np.bincount(part).argmax()
    used, edges = np.unique(graph.edges[keep], return_inverse=True)
    return Graph(graph.xy[used], edges.reshape(-1, 2), graph.rank[keep], graph.link[keep])
