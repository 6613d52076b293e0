"""Times written by a pattern of fixed width, such as `%d.%m.%Y %H:%M:%S`, read a whole column at a time."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.observations import BoolColumn, IntColumn

WIDTHS: Final = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "L": 3, "f": 6}
"""Digits of each directive, as in strptime; `%L` is milliseconds."""
_NEEDED: Final = ("m", "d", "H", "M")
_ZERO: Final = ord("0")
_NINE: Final = ord("9")
_LIMITS: Final = {"H": 23, "M": 59, "S": 59}  # a leap second has no place in microseconds since 1970


class TimePattern:
    """A compiled pattern. ValueError when it is none."""

    def __init__(self, pattern: str) -> None:
        self._digits: dict[str, slice] = {}
        self._literals: list[tuple[int, int]] = []
        at, characters = 0, iter(pattern)
        for character in characters:
            directive = next(characters, "") if character == "%" else ""
            if not directive:
                self._literals.append((at, ord(character)))
                at += 1
                continue
            if directive not in WIDTHS:
                known = " ".join(f"%{one}" for one in WIDTHS)
                raise ValueError(f"the directive %{directive} is not one of {known}")
            if directive in self._digits:
                raise ValueError(f"the directive %{directive} comes twice")
            self._digits[directive] = slice(at, at + WIDTHS[directive])
            at += WIDTHS[directive]
        self._length = at
        missing = [f"%{one}" for one in _NEEDED if one not in self._digits]
        if ("Y" in self._digits) == ("y" in self._digits):
            missing.append("%Y")
        if missing:
            raise ValueError(
                f"the pattern {pattern!r} needs {', '.join(missing)} (and of %Y and %y just one)"
            )

    def read(self, texts: Sequence[str]) -> tuple[IntColumn, BoolColumn]:
        """Return the wall clocks (n,) in microseconds since 1970 and which texts are none."""
        joined = "".join(texts)
        if joined.isascii() and {self._length}.issuperset(map(len, texts)):
            characters: NDArray[Any] = np.frombuffer(joined.encode(), np.uint8).reshape(
                len(texts), self._length
            )
            bad = np.zeros(len(texts), np.bool_)
        else:
            width = self._length + 1  # one more, to see what is too long
            characters = np.array(texts, f"U{width}").view(np.uint32).reshape(len(texts), width)
            bad = characters[:, -1] != 0
        columns = np.ascontiguousarray(characters.T)
        for place, literal in self._literals:
            bad |= columns[place] != literal
        numbers = {one: _number(columns[part], bad) for one, part in self._digits.items()}
        for one, limit in _LIMITS.items():
            if one in numbers:
                bad |= numbers[one] > limit
        year = numbers["Y"] if "Y" in numbers else numbers["y"] + 2000
        bad |= (numbers["m"] < 1) | (numbers["m"] > 12) | (year < 1970)
        month = np.where(bad, 0, (year - 1970) * 12 + numbers["m"] - 1).astype("M8[M]")
        day = month.astype("M8[D]") + (numbers["d"] - 1)
        bad |= day.astype("M8[M]") != month
        seconds = (numbers["H"] * 60 + numbers["M"]) * 60 + numbers.get("S", 0)
        micros = numbers.get("L", 0) * 1_000 + numbers.get("f", 0)
        return day.astype("M8[us]").astype(np.int64) + seconds * 1_000_000 + micros, bad


def _number(digits: NDArray[Any], bad: BoolColumn) -> IntColumn:
    """Return the number (n,) that rows of digits (digits, n) spell."""
    total: IntColumn = np.zeros(digits.shape[1], np.int64)
    for row in digits:
        bad |= (row < _ZERO) | (row > _NINE)
        total = total * 10 + row
    total -= _ZERO * (10 ** len(digits) // 9)
    return total
