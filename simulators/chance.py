"""Random numbers by address, not by history: each is a pure function of (seed, name of the series, index).

So a run may start and end anywhere and still make the same numbers for the same index.
"""

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEAR_ZERO: Final = 1 << 40
"""Added to every index, which may be negative, to make it a counter, which may not."""


def _key(seed: int, *series: str | int) -> int:
    text = "\x1f".join(str(part) for part in (seed, *series))
    return int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")


def stream(seed: int, *series: str | int) -> np.random.Generator:
    """Return a generator for what is made once and whole, such as the street network."""
    return np.random.Generator(np.random.Philox(key=_key(seed, *series)))


def uniform(seed: int, *series: str | int, start: int, stop: int) -> NDArray[np.float64]:
    """Return four numbers in [0, 1) for each index of `range(start, stop)`, shape (stop - start, 4).

    >>> whole = uniform(1, "plough-1", start=-5, stop=5)
    >>> bool((uniform(1, "plough-1", start=2, stop=4) == whole[7:9]).all())
    True
    """
    philox = np.random.Philox(key=_key(seed, *series), counter=_NEAR_ZERO + start)
    raw = philox.random_raw(4 * max(stop - start, 0))  # one counter step gives four numbers
    return np.asarray((np.asarray(raw, np.uint64) >> np.uint64(11)).reshape(-1, 4) * 2.0**-53, np.float64)


def normal(seed: int, *series: str | int, start: int, stop: int) -> NDArray[np.float64]:
    """Return a bell-shaped number, mean 0 and standard deviation 1, for each index, shape (stop - start,).

    The sum of four uniform numbers: never beyond ±3.5, and the same bits everywhere, which logarithms are not.
    """
    return np.asarray((uniform(seed, *series, start=start, stop=stop).sum(axis=1) - 2.0) * 3.0**0.5)


def smooth_normal(seed: int, *series: str | int, start: int, stop: int, memory: int) -> NDArray[np.float64]:
    """Return like `normal`, but each number shares all but one of `memory` terms with the one before."""
    white = normal(seed, *series, start=start - memory + 1, stop=stop)
    windows = (
        np.lib.stride_tricks.sliding_window_view(white, memory) if stop > start else np.empty((0, memory))
    )
    return np.asarray(windows.sum(axis=1) / memory**0.5)
