"""Where a town can be: its built-up outline, water, hill, districts, and the main roads that join them.

Coordinates are metres east and north of the town's anchor.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from vinterkoll.simulators.towns import Town

Points = NDArray[np.float64]
"""Shape (n, 2): metres east, metres north."""
Links = NDArray[np.int64]
"""Shape (m, 2): places in a list of points."""

DISTRICT_SPACING_M: Final = 620.0
CENTRE_RADIUS_M: Final = 430.0
"""The town centre's grid of streets reaches at least so far."""
EXIT_ROAD_M: Final = 600.0
"""How far the country roads run on beyond the outline."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A town's shape before its streets."""

    land: BaseGeometry
    centres: Points
    """District centres first, the town's own centre at the origin first of all, then the ends of the exit roads."""
    districts: int
    links: Links
    """Pairs of `centres` that a main road joins."""
    cells: list[BaseGeometry]
    """One area a district."""


def bearing_vector(bearing_deg: float) -> Points:
    """Return the unit vector of a bearing clockwise from north, shape (2,)."""
    return np.array([np.sin(np.radians(bearing_deg)), np.cos(np.radians(bearing_deg))])


def _blob(radius_m: float, roughness: float, rng: np.random.Generator) -> Points:
    angle = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    radius = np.ones_like(angle)
    for wave in range(2, 7):
        radius += roughness / wave * rng.normal() * np.cos(wave * angle + rng.uniform(0, 2 * np.pi))
    return np.asarray(radius_m * np.clip(radius, 0.45, 1.7)[:, None] * np.c_[np.cos(angle), np.sin(angle)])


def _land(town: Town, radius_m: float, rng: np.random.Generator) -> BaseGeometry:
    along = bearing_vector(town.axis_deg)
    across = np.array([-along[1], along[0]])
    blob = _blob(radius_m, 0.28, rng) * [town.elongation**0.5, town.elongation**-0.5]
    land = shapely.Polygon(blob[:, :1] * along + blob[:, 1:] * across).buffer(0)

    # A bay or lake: a blob that begins at the shore and reaches out of the town.
    reach = 1.5 * radius_m
    shore = bearing_vector(town.water_deg) * (town.water_from_m + 0.62 * reach)
    water = shapely.Polygon(_blob(0.62 * reach, 0.25, rng) + shore).buffer(0)
    keep_clear = shapely.Point(0, 0).buffer(0.8 * town.water_from_m)
    hill_at = bearing_vector(town.hill_deg) * (town.hill_radius_m + 0.3 * radius_m)
    hill = shapely.Polygon(_blob(town.hill_radius_m, 0.3, rng) + hill_at)
    land = land.difference(water.difference(keep_clear)).difference(hill.buffer(0))
    return max(shapely.get_parts(land), key=lambda part: part.area)


def _spread(land: BaseGeometry, spacing_m: float, rng: np.random.Generator) -> Points:
    """Dart throwing: points no closer than the spacing, in random order, the origin first."""
    west, south, east, north = land.bounds
    darts = rng.uniform([west, south], [east, north], (4_000, 2))
    darts = darts[shapely.contains_xy(land.buffer(-90), darts[:, 0], darts[:, 1])]
    kept = np.zeros((1, 2))
    for dart in darts:
        # districts grow larger away from the centre
        near = spacing_m * (0.8 + 0.25 * np.hypot(*dart) / 1_500)
        if np.hypot(*(kept - dart).T).min() > near:
            kept = np.vstack([kept, dart])
    return kept


def delaunay_links(points: Points) -> Links:
    """Return the edges of the Delaunay triangulation of `points`, each once, smaller place first."""
    triangles = shapely.get_parts(shapely.delaunay_triangles(shapely.MultiPoint(points)))
    place = {(x, y): i for i, (x, y) in enumerate(points.tolist())}
    links: set[tuple[int, int]] = set()
    for ring in shapely.get_coordinates(triangles).reshape(-1, 4, 2).tolist():
        corner = [place[(x, y)] for x, y in ring[:3]]
        for a, b in ((0, 1), (1, 2), (2, 0)):
            links.add((min(corner[a], corner[b]), max(corner[a], corner[b])))
    return np.array(sorted(links), np.int64).reshape(-1, 2)


def relative_neighbours(points: Points, links: Links) -> NDArray[np.bool_]:
    """Mark the links with no third point nearer to both ends than they are to each other."""
    length = np.hypot(*(points[links[:, 0]] - points[links[:, 1]]).T)
    keep = np.ones(len(links), bool)
    for i, (a, b) in enumerate(links):
        farther = np.maximum(np.hypot(*(points - points[a]).T), np.hypot(*(points - points[b]).T))
        farther[[a, b]] = np.inf
        keep[i] = farther.min() >= length[i]
    return keep


def ground(town: Town, radius_m: float, rng: np.random.Generator) -> Ground:
    """Return the ground of `town` with an outline of about `radius_m`."""
    land = _land(town, radius_m, rng)
    centres = _spread(land, DISTRICT_SPACING_M, rng)
    links = delaunay_links(centres)
    lines = shapely.linestrings(centres[links])
    dry = shapely.length(shapely.intersection(lines, land)) > 0.8 * shapely.length(lines)
    links = links[dry]
    links = links[relative_neighbours(centres, links)]
    reached = _reachable(len(centres), links)
    renumber = np.cumsum(reached) - 1
    centres, links = centres[reached], renumber[links[reached[links].all(axis=1)]]

    ends: list[Points] = []
    roads: list[tuple[int, int]] = []
    for bearing in town.exits_deg:
        out = bearing_vector(bearing)
        gate = int(np.argmax(centres @ out - 0.6 * np.abs(centres @ [out[1], -out[0]])))
        roads.append((gate, len(centres) + len(ends)))
        ends.append(centres[gate] + out * (EXIT_ROAD_M + 0.2 * radius_m))
    cells = _cells(centres, land)
    return Ground(land, np.vstack([centres, ends]), len(centres), np.vstack([links, roads]), cells)


def _reachable(count: int, links: Links) -> NDArray[np.bool_]:
    reached = np.zeros(count, bool)
    reached[0] = True
    for _ in range(count):
        touching = reached[links].any(axis=1)
        reached[links[touching]] = True
    return reached


def _cells(centres: Points, land: BaseGeometry) -> list[BaseGeometry]:
    """Voronoi cells with rounded corners, apart from each other: green wedges run between the districts."""
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=land.envelope.buffer(500))
    polygons = shapely.get_parts(diagram)
    middle = shapely.Point(0, 0).buffer(CENTRE_RADIUS_M).intersection(land)
    cells = []
    for x, y in centres:
        cell = polygons[shapely.contains_xy(polygons, x, y)][0].intersection(land)
        cells.append(cell.buffer(-66).buffer(44).difference(middle.buffer(50)))
    cells[0] = shapely.union(cells[0], middle.buffer(-40))
    return cells
