"""Every way to spoil a good message so that it is one reject, and to spoil an item so that it alone is one."""

import json
from collections.abc import Callable
from itertools import cycle
from typing import Any, Final

NESTED_DEEP: Final = 10_000
NO_NUMBER: Final = 10**400


def _members(payload: bytes) -> list[str]:
    value = json.loads(payload)
    return list(value[0] if isinstance(value, list) else value)


def _nested(payload: bytes) -> bytes:
    return b'{"a":' * NESTED_DEEP + b"1" + b"}" * NESTED_DEEP


WAYS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "truncated": lambda payload: payload[: len(payload) // 2],
    "wrong UTF-8": lambda payload: payload.replace(b'"', b'"\xff', 1),
    "NaN": lambda payload: payload.replace(b"{", b'{"x": NaN, ', 1),
    "missing fields": lambda payload: b'{"padding": "%s"}' % (b"x" * len(payload)),
    "nested": _nested,
    "wrong types": lambda payload: json.dumps({name: [[]] for name in _members(payload)}).encode(),
    "huge numbers": lambda payload: json.dumps(dict.fromkeys(_members(payload), NO_NUMBER)).encode(),
    "empty": lambda payload: b"",  # noqa: ARG005
    "binary": lambda payload: bytes(255 - byte for byte in payload),
}
"""Of a message whose payload is one item, or an array of one."""

BAD_ITEMS: Final[tuple[Any, ...]] = (None, {}, [], 7, "x", {"time": NO_NUMBER}, [[]] * 20)


def with_bad_items(good: list[Any], every: int) -> tuple[list[Any], set[int]]:
    """`good` with a bad item before each `every` - 1 of them, and the places of those."""
    bad = cycle(BAD_ITEMS)
    mixed: list[Any] = []
    places: set[int] = set()
    for item in good:
        if len(mixed) % every == 0:
            places.add(len(mixed))
            mixed.append(next(bad))
        mixed.append(item)
    return mixed, places
