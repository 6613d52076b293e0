"""The texts that a message's bytes hold: as they are, and with the escapes of JSON in JSON undone, level by level.

Nothing is parsed, so it works on what is no JSON; and every byte is known by where it came from.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int32]
Mask = NDArray[np.bool_]

LEVELS_MAX: Final = 8
"""JSON in JSON in JSON … so deep needs 255 backslashes before a quote, and no supplier does it."""

_QUOTE, _APOSTROPHE, _BACKSLASH, _U = b"\"'\\u"
_BORDER: Final = 0
"""Stands for a quote of the level above: no value goes on beyond it."""
_NUL: Final = 1
"""Stands for an escaped U+0000."""


def _table(characters: bytes, values: list[int], default: Any) -> Any:
    default[list(characters)] = values
    return default


_MEANING: Final = _table(b"bfnrt", [ord(" ")] * 5, np.arange(256, dtype=np.uint8))
"""What the byte after a backslash means. Of the control characters only that they are white is of interest."""
_DIGITS: Final = b"0123456789abcdefABCDEF"
_VALUE: Final = _table(_DIGITS, [int(chr(digit), 16) for digit in _DIGITS], np.full(256, -1, np.int32))


class Level(NamedTuple):
    """A text, and where each of its bytes ends in the message: that of an escape where the whole escape does."""

    text: bytes
    ends: Places


def levels(payload: bytes) -> Iterator[Level]:
    r"""Yield the text of a message, then what its strings hold, then what strings in those hold, and so on.

    In each, characters written as backslash, u and four digits are themselves, but for quotes and backslashes. Zero bytes are
    passed over, so UTF-16 and UTF-32 read as their ASCII. Takes time proportional to the bytes.

    >>> [level.text for level in levels(rb'{"x": "{\"a\u0062\": 1}"}')]
    [b'{"x": "{\\"ab\\": 1}"}', b'{\x00x\x00: \x00{"ab": 1}\x00}']

    Where the last has backslashes before its last byte, there are more than `LEVELS_MAX`.
    """
    text = np.frombuffer(payload, np.uint8)
    ends = np.arange(1, len(text) + 1, dtype=np.int32)
    if b"\0" in payload:
        text, ends = text[text != 0], ends[text != 0]
    for _ in range(LEVELS_MAX):
        begins = _escapes(text)
        if (begins[:-1] & (text[1:] == _U)).any():
            text, ends = _spelled_out(text, ends, begins)
            begins = _escapes(text)
        yield Level(text.tobytes(), ends)
        if not begins.any():
            return
        text, ends = _unescaped(text, ends, begins)


def _escapes(text: Bytes) -> Mask:
    """Where escapes begin: at each second backslash of a run, unless nothing follows."""
    begins: Mask = np.frombuffer(text.tobytes().replace(b"\\\\", b"\\ "), np.uint8) == _BACKSLASH
    begins[-1:] = False
    return begins


def _spelled_out(text: Bytes, ends: Places, begins: Mask) -> tuple[Bytes, Places]:
    """Write the characters of the escapes backslash, u, four digits as UTF-8, in the places of their last digits."""
    first = np.flatnonzero(begins[:-5] & (text[1:-4] == _U)).astype(np.int32)
    digits = [_VALUE[text[first + place]] for place in range(2, 6)]
    valid = np.minimum.reduce(digits) >= 0
    first = first[valid]
    code = sum(digit[valid] << shift for digit, shift in zip(digits, (12, 8, 4, 0), strict=True))
    code = np.where(code == 0, _NUL, code)
    found, kept = text.copy(), np.ones(len(text), bool)
    for place in range(5):
        kept[first + place] = False
    found[first + 5] = np.where(code < 0x80, code, 0x80 | code & 0x3F)
    signs, two, three = np.isin(code, (_QUOTE, _APOSTROPHE, _BACKSLASH)), code >= 0x80, code >= 0x800
    found[first[two] + 4] = np.where(three, 0x80 | code >> 6 & 0x3F, 0xC0 | code >> 6)[two]
    found[first[three] + 3] = 0xE0 | code[three] >> 12
    found[first[signs] + 4] = _BACKSLASH  # they are no quotes of this level
    kept[first[two | signs] + 4] = True
    kept[first[three] + 3] = True
    return found[kept], ends[kept]


def _unescaped(text: Bytes, ends: Places, begins: Mask) -> tuple[Bytes, Places]:
    """Undo the escapes of one level; quotes that are not escaped become borders."""
    found = np.where(text == _QUOTE, np.uint8(_BORDER), text)
    found[1:][begins[:-1]] = _MEANING[text[1:][begins[:-1]]]
    return found[~begins], ends[~begins]
