"""A 64-bit digest of what a row observed, the last part of the raw key.

It covers the payload's version and every observed column that was sent. A column that was not sent adds nothing, so
a column that a later version of the schema adds leaves the digests of today's messages as they are.
"""

import hashlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.processing.observations import IntColumn, Rows, number_fields, text_fields

_Words = NDArray[np.uint64]

_MULTIPLIER_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLIER_2: Final = np.uint64(0x94D049BB133111EB)
"""splitmix64's finalizer (Steele, Lea, Flood 2014): a bijection that spreads every bit over all others."""


def _mix(words: _Words) -> _Words:
    words = (words ^ (words >> np.uint64(30))) * _MULTIPLIER_1
    words = (words ^ (words >> np.uint64(27))) * _MULTIPLIER_2
    return words ^ (words >> np.uint64(31))


def _word(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _number_words(column: NDArray[np.generic]) -> tuple[_Words, NDArray[np.bool_]]:
    """Return the bits of each number as a word, and where there is one. -0.0 and 0.0 are one number."""
    if column.dtype.kind == "f":
        values = column.astype(np.float64) + 0.0
        return values.view(np.uint64), ~np.isnan(values)
    if column.dtype.kind == "u":
        return column.astype(np.uint64), column != 0
    return column.astype(np.int64).view(np.uint64), np.ones(len(column), bool)


def _text_words(column: NDArray[np.object_]) -> tuple[_Words, NDArray[np.bool_]]:
    words = {text: _word(text) for text in set(column.tolist())}
    values = np.fromiter((words[text] for text in column.tolist()), np.uint64, len(column))
    return values, column != ""


def row_digest(rows: Rows) -> NDArray[np.int64]:
    """Digest each row's observed columns and version.

    Parameters
    ----------
    rows : (n,) structured array
        Of any dtype in `processing.observations`. Key columns (device, time, seq) and origin do not count.

    Returns
    -------
    (n,) int64
        Equal for equal observations whatever batch they are in. Empty for empty input; NaN means "not sent".

    Examples
    --------
    >>> from vinterkoll.processing.observations import SNOW
    >>> rows = np.zeros(2, SNOW)
    >>> rows["depth_m"] = [0.25, 0.5]
    >>> first, second = row_digest(rows)
    >>> bool(first == second), bool(first == row_digest(rows[:1])[0])
    (False, True)
    """
    digest = np.zeros(len(rows), np.uint64)
    for name in ("version_us", *number_fields(rows.dtype)):
        digest = _add(digest, name, *_number_words(np.ascontiguousarray(rows[name])))
    for name in text_fields(rows.dtype):
        digest = _add(digest, name, *_text_words(rows[name]))
    return digest.view(np.int64)


def line_digest(rows: Rows, starts: IntColumn) -> NDArray[np.uint64]:
    """Digest lines: all that is said of their vertices, and in which order.

    Parameters
    ----------
    rows : (n,) POSITION
        Vertices, one line after the other, `seq` their index, `line` still 0.
    starts : (m,) int64, ascending
        The place of each line's first vertex; the first is 0.

    Returns
    -------
    (m,) uint64
        From 1 to 2**63 - 1, so that a signed column holds it. Empty for empty input.

    Examples
    --------
    >>> from vinterkoll.processing.observations import SNOW
    >>> rows = np.zeros(6, SNOW)  # any dtype will do
    >>> rows["seq"], rows["lat"] = [0, 1, 0, 1, 0, 1], [5, 6, 6, 5, 5, 6]
    >>> there, back, again = line_digest(rows, np.array([0, 2, 4]))
    >>> bool(there == back), bool(there == again)
    (False, True)
    """
    if not len(rows):
        return np.empty(0, np.uint64)
    words = _mix(row_digest(rows).view(np.uint64) ^ _mix(rows["seq"].astype(np.uint64)))
    lines: _Words = np.add.reduceat(words, starts) >> np.uint64(1)
    return np.maximum(lines, np.uint64(1))


def _add(digest: _Words, name: str, words: _Words, sent: NDArray[np.bool_]) -> _Words:
    return np.where(sent, _mix(digest + np.uint64(_word(name)) ^ _mix(words)), digest)
