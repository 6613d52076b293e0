"""Which devices' clocks are wrong by a constant, told from how late their fixes arrive. It is reported, never corrected.

A delivery can be late, not early. So the least delay of each ten minutes tells about the clock, as long as it is the same most
of the time: a dead zone, or a day that is sent again, makes some of them large, not most of them equally large.
"""

from typing import Final

import numpy as np

from vinterkoll.processing.observations import FloatColumn, IntColumn

BUCKET_S: Final = 600
"""Of receive time. Long enough to hold one delivery without a wait of any supplier that sends live."""
BUCKETS_MIN: Final = 6
"""Fewer, an hour's driving, say too little."""
SPREAD_MAX_S: Final = 30.0
"""Between the quartiles of a device's least delays: more is a network, not a clock."""
AHEAD_MIN_S: Final = 10.0
"""Arriving before it happened takes a wrong clock; whole seconds and the receiver's own clock explain a few."""
BEHIND_MIN_S: Final = 120.0
"""Less may be how often a supplier sends."""


def clock_offsets(device_id: IntColumn, delay_s: FloatColumn) -> tuple[IntColumn, FloatColumn]:
    """Find devices whose clock is off by a constant.

    Parameters
    ----------
    device_id, delay_s : (n,)
        The least delay from event to receipt in each `BUCKET_S` of receive time in which a device was heard.

    Returns
    -------
    device_id, offset_s : (m,)
        Positive: the clock is ahead. A device behind may as well deliver everything equally late: nobody can tell.
        Empty for empty input.

    Examples
    --------
    >>> clock_offsets(np.repeat([1, 2, 3], 8), np.concatenate([np.full(8, 0.5), np.full(8, -200.0), np.arange(8) * 900]))
    (array([2]), array([200.]))
    """
    order = np.lexsort((delay_s, device_id))
    devices, start, count = np.unique(device_id[order], return_index=True, return_counts=True)
    low, middle, high = (delay_s[order[start + (count - 1) * part // 4]] for part in (1, 2, 3))
    steady = (count >= BUCKETS_MIN) & (high - low <= SPREAD_MAX_S)
    wrong = steady & ((middle < -AHEAD_MIN_S) | (middle > BEHIND_MIN_S))
    return devices[wrong], -middle[wrong]
