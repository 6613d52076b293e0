"""Which way each fix heads, by what its receiver sent, and where the chords of its own track say that this cannot be.

No trigonometry decides: SIMD variants of sin and cos differ in the last bit between machines and array lengths.
"""

from typing import Final

import numpy as np

from vinterkoll.processing.observations import BoolColumn, FloatColumn
from vinterkoll.processing.tracks import REACH, Fixes

HEADING_MIN_KMH: Final = 3.0
"""Below a walking pace a receiver's heading is noise."""

CHORD_MIN_M: Final = 20.0
"""A window whose ends are nearer has no direction: 5 m of noise on each axis turn it by 20°. Longer is safer with 10 m of noise
each second, and then a unit that sends a fix a second in a town is hardly ever found out; measured in ADR 21."""

AGREEING_SHARE: Final = 0.7
"""Of a window's chord that its headings must lead along: the cosine of 45°. True ones lead along all of it."""

_DEGREES: Final = np.radians(np.arange(360))
_UNIT_EAST: Final = np.sin(_DEGREES)
_UNIT_NORTH: Final = np.cos(_DEGREES)
"""Unit vectors of whole degrees: finer than any receiver's heading."""


def heading_of(fixes: Fixes) -> tuple[FloatColumn, FloatColumn]:
    """Return the unit vector (east, north), each (n,), in which each fix heads; 0, 0 where its receiver can't know."""
    known = np.isfinite(fixes.heading_deg) & ~(fixes.speed_kmh < HEADING_MIN_KMH)
    degree = np.rint(np.where(known, fixes.heading_deg, 0.0)).astype(np.int64) % 360
    return np.where(known, _UNIT_EAST[degree], 0.0), np.where(known, _UNIT_NORTH[degree], 0.0)


def headings_doubted(fixes: Fixes, linked: BoolColumn) -> BoolColumn:
    """Tell around which fixes the headings sent contradict the way that the vehicle went.

    In the window of up to `REACH` links on each side of a fix, the links with a heading at one end or both are added up: the
    metres that they lead along it (the better one of two, as a turn may lie between), and their chord. Over 20 m or more,
    headings that lead along less than 0.7 of the chord are not those of this way.

    Parameters
    ----------
    fixes : n fixes
    linked : (n,) bool, which of them say something of the next one

    Returns
    -------
    (n,) bool
        False where no heading is sent, or nothing is linked; a NaN coordinate is not linked. Empty for empty input.

    Examples
    --------
    >>> none, nan = np.zeros(3, np.int64), np.full(3, np.nan)
    >>> fixes = Fixes(none, np.arange(3) * 10**6, none, np.array([0.0, 15, 30]), np.zeros(3),
    ...               nan, np.zeros(3), none, none, nan, nan, nan, none, none)
    >>> headings_doubted(fixes, np.array([True, True, False])), headings_doubted(fixes, np.array([True, False, False]))
    (array([ True,  True,  True]), array([False, False, False]))
    """
    east, north = heading_of(fixes)
    heads: BoolColumn = (east != 0) | (north != 0)
    if not heads.any():
        return heads
    joined = linked[:-1]
    link = np.zeros((3, len(fixes) - 1))  # east, north, along the heading
    told = np.flatnonzero(joined & (heads[:-1] | heads[1:]))
    dx, dy = fixes.x[told + 1] - fixes.x[told], fixes.y[told + 1] - fixes.y[told]
    along = [np.where(heads[end], east[end] * dx + north[end] * dy, -np.inf) for end in (told, told + 1)]
    link[:, told] = dx, dy, np.maximum(*along)
    after, before = np.zeros((2, 3, len(fixes)))
    for _ in range(REACH):
        after[:, :-1] = link + after[:, 1:] * joined
        before[:, 1:] = link + before[:, :-1] * joined
    sum_x, sum_y, sum_along = after + before
    chord_m = np.sqrt(sum_x * sum_x + sum_y * sum_y)
    doubted: BoolColumn = (chord_m >= CHORD_MIN_M) & (sum_along < AGREEING_SHARE * chord_m)
    return doubted
