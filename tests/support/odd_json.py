"""Hypothesis strategies for JSON as a broken sender would write it."""

from typing import Any

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 1e39, 1e308, -1, 2**63, 2**64, 10**400, 360, 1_768_194_672_123]),
)
TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("\0", "x" * 300, "x" * 64, "UP", "2026-01-12T05:11:12", "2026-01-12T05:11:12+01:00"),
            *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-12 05:11:12.1234567z"),
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=10,
)


def changed(value: Any, data: st.DataObject) -> Any:
    """Replace, or remove, something at a random place of `value`."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 3)):
        key = data.draw(st.sampled_from(sorted(value)))
        if data.draw(st.integers(0, 9)) == 0:
            return {name: part for name, part in value.items() if name != key}
        return {**value, key: changed(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        return [*value[:place], changed(value[place], data), *value[place + 1 :]]
    return data.draw(VALUES)


def corrupted(payload: bytes, data: st.DataObject) -> bytes:
    """Overwrite, insert or remove a few bytes at random places of `payload`."""
    spoiled = bytearray(payload)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(spoiled) - 1))
        spoiled[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    return bytes(spoiled)


HARD_PAYLOADS = (
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"[" * 5_000 + b"]" * 5_000,
    b'"\\ud800"',
    b'{"\xff": 1}',
    b"\xef\xbb\xbf{}",
    b"9" * 10_000,
    b"-",
    b" ",
    b"\0",
)
"""What no format can make anything of."""
