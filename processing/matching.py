"""Which street, how far along it and in which direction each fix is: by distance, heading and the vehicle's kinds.

A fix looks at `tracks.REACH` linked neighbours on each side and at nothing else, so its match is the same in every
batch. No trigonometry decides: SIMD variants of sin and cos differ in the last bit between machines and array lengths.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn
from vinterkoll.processing.tracks import Fixes

RADIUS_M: Final = 20.0
"""How far a fix may be from its street: 5 m of noise leaves 4 sigma, and half a wide street."""

ALONG_MIN_COSINE: Final = 0.7
"""A vehicle that heads more than about 45° off a street crosses it."""

CROOKED_M: Final = 15.0
"""What 45° off costs in the score, as metres of distance; straight along costs nothing."""

HEADING_MIN_KMH: Final = 3.0
"""Below a walking pace a receiver's heading is noise."""

CHORD_MIN_M: Final = 8.0
"""A chord between neighbours shorter than this says more about noise than about direction."""

_DEGREES: Final = np.radians(np.arange(360))
_UNIT_EAST: Final = np.sin(_DEGREES)
_UNIT_NORTH: Final = np.cos(_DEGREES)
"""Unit vectors of whole degrees: finer than any receiver's heading."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where n fixes are.

    `segment`: (n,) int64, its place in the network, -1 off it. `along_m`: (n,) from the segment's start. `direction`:
    (n,) int8, 1 along its geometry, -1 against it, 0 where the fix has no direction of travel.
    """

    segment: IntColumn
    along_m: FloatColumn
    direction: NDArray[np.int8]


def travel_direction(fixes: Fixes, linked: BoolColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return the unit vector (east, north), each (n,), in which each fix travels; 0, 0 where nobody knows.

    The receiver's heading counts above `HEADING_MIN_KMH` (or without a speed), else the chord between the linked
    neighbours.
    """
    count = len(fixes)
    before = np.arange(count)
    after = before.copy()
    before[1:] -= linked[:-1]
    after[:-1] += linked[:-1]
    chord_x, chord_y = fixes.x[after] - fixes.x[before], fixes.y[after] - fixes.y[before]
    chord_m = np.sqrt(chord_x**2 + chord_y**2)
    long_enough = chord_m >= CHORD_MIN_M
    divisor = np.where(long_enough, chord_m, 1.0)
    has_heading = ~np.isnan(fixes.heading_deg) & ~(fixes.speed_kmh < HEADING_MIN_KMH)
    degree = np.rint(np.where(has_heading, fixes.heading_deg, 0.0)).astype(np.int64) % 360
    east = np.where(has_heading, _UNIT_EAST[degree], np.where(long_enough, chord_x / divisor, 0.0))
    north = np.where(has_heading, _UNIT_NORTH[degree], np.where(long_enough, chord_y / divisor, 0.0))
    return east, north


def match(fixes: Fixes, linked: BoolColumn, network: StreetNetwork) -> Match:
    """Match each fix to the edge with the lowest score: distance plus a charge for heading off it.

    Parameters
    ----------
    fixes : n fixes
    linked : (n,) bool, as `tracks.linked_to_next` gives it
    network : the streets valid at the fixes' time

    Returns
    -------
    Match
        Segment -1, NaN and 0 for a fix that no street within `RADIUS_M` fits, and for NaN coordinates. Ties go to
        the lower segment id, then to the earlier edge.
    """
    count = len(fixes)
    segment, along, direction = np.full(count, -1), np.full(count, np.nan), np.zeros(count, np.int8)
    if not count or not len(network):
        return Match(segment, along, direction)
    east, north = travel_direction(fixes, linked)
    placed = np.flatnonzero(np.isfinite(fixes.x) & np.isfinite(fixes.y))
    points = shapely.points(fixes.x[placed], fixes.y[placed])
    fix, edge = network.tree.query(points, predicate="dwithin", distance=RADIUS_M)
    fix = placed[fix]
    edges = network.edges
    off_x, off_y = fixes.x[fix] - edges.x[edge], fixes.y[fix] - edges.y[edge]
    on_edge = np.clip(off_x * edges.dx[edge] + off_y * edges.dy[edge], 0.0, edges.length_m[edge])
    away_x, away_y = off_x - on_edge * edges.dx[edge], off_y - on_edge * edges.dy[edge]
    cosine = east[fix] * edges.dx[edge] + north[fix] * edges.dy[edge]
    moving = (east[fix] != 0) | (north[fix] != 0)
    crooked = np.where(moving, (1.0 - np.abs(cosine)) / (1.0 - ALONG_MIN_COSINE) * CROOKED_M, 0.0)
    score = np.sqrt(away_x**2 + away_y**2) + crooked
    fits = (~moving | (np.abs(cosine) >= ALONG_MIN_COSINE)) & (
        network.kind[edges.segment[edge]] & fixes.kinds[fix] != 0
    )
    order = np.lexsort((edge, score, fix))
    order = order[fits[order]]
    best = order[np.unique(fix[order], return_index=True)[1]]
    at, on = fix[best], edge[best]
    segment[at] = edges.segment[on]
    along[at] = edges.offset_m[on] + on_edge[best]
    direction[at] = np.where(moving[best], np.where(cosine[best] > 0, 1, -1), 0)
    return Match(segment, along, direction)
