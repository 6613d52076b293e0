"""How far a new fix is felt along its track: what it may change, and how much of the track that takes to derive.

Flags change up to `FLAG_REACH` fixes away. Steps change where a fix is new or its flags changed, up to 1 + `REACH` links
before it and `REACH` after, and look at `REACH` links on each side themselves; a link spans 1 + `SKIP_MAX` fixes at most.
"""

from typing import Final

import numpy as np

from vinterkoll.processing.hygiene import FLAG_REACH
from vinterkoll.processing.observations import BoolColumn
from vinterkoll.processing.tracks import GAP_MAX_S, REACH, SKIP_MAX, Fixes

_STEP_REACH: Final = 1 + 2 * REACH

NEAR: Final = FLAG_REACH + _STEP_REACH + FLAG_REACH
"""Fixes to read on each side of what is new: whose flags it changes, whose steps these change, and their flags' support.
They do where none of them is flagged."""

MARGIN: Final = FLAG_REACH + _STEP_REACH * (1 + SKIP_MAX) + FLAG_REACH
"""The same where flagged ones lie between, as many as a step may pass over at each."""


def flags_changed(fixes: Fixes, new: BoolColumn) -> BoolColumn:
    """Tell which fixes (n,) have flags that the `new` ones (n,) may have changed.

    Examples
    --------
    >>> count, nan = 41, np.full(41, np.nan)
    >>> none, place = np.zeros(count, np.int64), np.arange(count)
    >>> fixes = Fixes(none, place, none, nan, nan, nan, nan, none, none, nan, nan, nan, place, none)
    >>> np.flatnonzero(flags_changed(fixes, place == 20))
    array([16, 17, 18, 19, 20, 21, 22, 23, 24])
    """
    return _felt(fixes, new, FLAG_REACH, FLAG_REACH)


def steps_changed(fixes: Fixes, believed: BoolColumn, touched: BoolColumn) -> tuple[BoolColumn, BoolColumn]:
    """Tell which steps the `touched` fixes may have changed, and which fixes it takes to derive these.

    Parameters
    ----------
    fixes : n fixes, none left out
    believed : (n,) bool, those without a flag
    touched : (n,) bool, those that are new, or whose flags changed

    Returns
    -------
    owned, needed : (n,) bool
        The fixes that start such a step, or did; all of `needed` are believed.

    Examples
    --------
    >>> count, nan = 41, np.full(41, np.nan)
    >>> none, place = np.zeros(count, np.int64), np.arange(count)
    >>> fixes = Fixes(none, place, none, nan, nan, nan, nan, none, none, nan, nan, nan, place, none)
    >>> [np.flatnonzero(found).tolist() for found in steps_changed(fixes, place != 19, place == 20)]
    [[15, 16, 17, 18, 20, 21, 22, 23], [12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27]]
    """
    at = np.flatnonzero(believed | touched)
    track = fixes.only(at)
    owned, needed = np.zeros((2, len(fixes)), bool)
    owned[at] = _felt(track, touched[at], 1 + REACH, REACH)
    needed[at] = _felt(track, touched[at], _STEP_REACH, _STEP_REACH)
    return owned, needed & believed


def _felt(fixes: Fixes, chosen: BoolColumn, before: int, after: int) -> BoolColumn:
    """Tell which fixes lie up to so many before, or after, a chosen one, with nothing between that no step crosses.

    Beyond it not even what a fix looks at may have been read.
    """
    count = len(fixes)
    place = np.arange(count)
    apart = (np.diff(fixes.group) != 0) | (np.diff(fixes.time_us) > GAP_MAX_S * 1e6)
    apart |= np.diff(fixes.place) > 1 + SKIP_MAX
    first = np.maximum.accumulate(np.where(np.append(True, apart)[:count], place, 0))
    last = np.minimum.accumulate(np.where(np.append(apart, True)[:count], place, count)[::-1])[::-1]
    latest = np.maximum.accumulate(np.where(chosen, place, -1))
    next_one = np.minimum.accumulate(np.where(chosen, place, count)[::-1])[::-1]
    felt: BoolColumn = (latest >= np.maximum(first, place - after)) | (
        next_one <= np.minimum(last, place + before)
    )
    return felt
