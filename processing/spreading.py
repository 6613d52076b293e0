"""What a spreader gives, as whole numbers: products and sums of them are the same bits in any order."""

from typing import Final

import numpy as np

from vinterkoll.processing.actions import SPREADING_ACTIONS
from vinterkoll.processing.observations import BoolColumn, FloatColumn, IntColumn, Rows

UNKNOWN: Final = -1
"""Not sent, or not to be believed, or of a step that spreads nothing."""

RATE_MAX_PER_M2: Final = 10_000.0
"""g or ml: twenty times what a sander gives. More is a fault of the unit, and would make every sum worthless."""
WIDTH_MAX_M: Final = 50.0
"""Wider than any road. A width of 0 is not believed either: a spreader that is on covers some."""

SPREAD: Final = np.dtype(
    [
        ("material_id", "i8"),
        ("mg_per_m2", "i8"),
        ("ul_per_m2", "i8"),
        ("width_mm", "i8"),
    ]
)
"""The setting of a spreader; `UNKNOWN` where nobody knows."""


def spread_of(
    actions: IntColumn,
    material_id: IntColumn,
    g_per_m2: FloatColumn,
    ml_per_m2: FloatColumn,
    width_m: FloatColumn,
) -> Rows:
    """Return the settings of spreaders, in thousandths of the units sent.

    Parameters
    ----------
    actions : (n,) int64, what is really done (`treatment.effective_actions`)
    material_id : (n,) int64, `UNKNOWN` where not sent
    g_per_m2, ml_per_m2, width_m : (n,) float, NaN where not sent

    Returns
    -------
    (n,) SPREAD
        All of a row `UNKNOWN` where no action spreads. Empty for empty input.

    Examples
    --------
    >>> nan, sanding = np.nan, SPREADING_ACTIONS
    >>> spread_of(np.array([sanding, sanding, 0]), np.array([7, -1, 7]), np.array([150, nan, 150]),
    ...           np.array([0, nan, 0]), np.array([4.0, 0, 4])).tolist()
    [(7, 150000, 0, 4000), (-1, -1, -1, -1), (-1, -1, -1, -1)]
    """
    spreads = actions & SPREADING_ACTIONS != 0
    rows = nothing_spread(len(actions))
    rows["material_id"][spreads] = material_id[spreads]
    rows["mg_per_m2"] = _thousandths(g_per_m2, spreads & (g_per_m2 >= 0) & (g_per_m2 <= RATE_MAX_PER_M2))
    rows["ul_per_m2"] = _thousandths(ml_per_m2, spreads & (ml_per_m2 >= 0) & (ml_per_m2 <= RATE_MAX_PER_M2))
    rows["width_mm"] = _thousandths(width_m, spreads & (width_m > 0) & (width_m <= WIDTH_MAX_M))
    return rows


def nothing_spread(count: int) -> Rows:
    """Return the settings (n,) of vehicles that spread nothing."""
    rows = np.empty(count, SPREAD)
    rows[:] = UNKNOWN
    return rows


def _thousandths(values: FloatColumn, known: BoolColumn) -> IntColumn:
    found = np.full(len(values), UNKNOWN)
    found[known] = np.rint(values[known] * 1000.0)
    return found
