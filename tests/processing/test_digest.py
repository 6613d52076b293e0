"""The digest: equal to a twin in plain integers, blind to batches, sharp on content."""

import hashlib
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vinterkoll.processing.digest import line_digest, row_digest
from vinterkoll.processing.observations import FLOW, POSITION, SNOW, Rows, number_fields, text_fields

_MASK = 2**64 - 1


def _naive_word(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _naive_mix(word: int) -> int:
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & _MASK
    return word ^ (word >> 31)


def _naive(row: np.void) -> int:
    digest = 0
    for name in ("version_us", *number_fields(row.dtype), *text_fields(row.dtype)):
        value = row[name]
        if isinstance(value, str):
            if value == "":
                continue
            word = _naive_word(value)
        elif isinstance(value, np.floating):
            if np.isnan(value):
                continue
            word = struct.unpack("<Q", struct.pack("<d", float(value) + 0.0))[0]
        elif isinstance(value, np.unsignedinteger) and not value:
            continue
        else:
            word = int(value) & _MASK
        digest = _naive_mix((digest + _naive_word(name)) & _MASK ^ _naive_mix(word))
    return digest - 2**64 if digest >= 2**63 else digest


def _rows(dtype: np.dtype[np.void], values: list[list[float]], texts: list[list[str]]) -> Rows:
    rows = np.zeros(len(values), dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for at, name in enumerate(number_fields(dtype)):
            column = np.array([one[at % len(one)] for one in values])
            lowest = 0 if rows.dtype[name].kind == "u" else -100
            rows[name] = (
                column if rows.dtype[name].kind == "f" else np.nan_to_num(np.clip(column, lowest, 100))
            )
    for at, name in enumerate(text_fields(dtype)):
        rows[name] = [one[at % len(one)] for one in texts]
    return rows


numbers = st.lists(st.floats(width=32) | st.sampled_from([0.0, -0.0, float("nan")]), min_size=1, max_size=9)
words = st.lists(st.text(max_size=4), min_size=1, max_size=4)


@given(st.sampled_from([POSITION, FLOW, SNOW]), st.lists(st.tuples(numbers, words), max_size=6))
def test_equals_the_naive_twin(dtype: np.dtype[np.void], drawn: list[tuple[list[float], list[str]]]) -> None:
    rows = _rows(dtype, [one[0] for one in drawn], [one[1] for one in drawn])
    assert row_digest(rows).tolist() == [_naive(row) for row in rows]


@given(hnp.arrays(np.float32, (7, 5), elements=st.floats(width=32)), st.permutations(range(7)))
def test_does_not_depend_on_the_batch(values: np.ndarray, order: list[int]) -> None:
    rows = _rows(SNOW, values.tolist(), [[""]] * 7)
    whole = row_digest(rows)
    assert row_digest(rows[order]).tolist() == whole[order].tolist()
    assert [int(row_digest(rows[at : at + 1])[0]) for at in range(7)] == whole.tolist()


def test_every_observed_column_counts_and_the_key_does_not() -> None:
    plain = np.zeros(1, POSITION)
    for name in text_fields(POSITION):
        plain[name] = "a"
    digest = int(row_digest(plain)[0])
    for name in ("version_us", *number_fields(POSITION), *text_fields(POSITION)):
        other = plain.copy()
        other[name] = "b" if other.dtype[name].kind == "O" else 1
        assert int(row_digest(other)[0]) != digest, name
    for name in ("message", "item", "time_us", "seq"):
        other = plain.copy()
        other[name] = 1
        assert int(row_digest(other)[0]) == digest, name


def test_negative_zero_is_zero_and_every_nan_is_absent() -> None:
    rows = np.zeros(4, SNOW)
    rows["lon"] = [0.0, -0.0, np.nan, np.frombuffer(b"\x01\0\0\0\0\0\xf8\xff")[0]]
    first, second, third, fourth = row_digest(rows).tolist()
    assert first == second != third == fourth


@given(st.lists(st.lists(st.floats(width=32), min_size=2, max_size=5), max_size=4))
def test_lines_equal_the_naive_twin(drawn: list[list[float]]) -> None:
    rows = _rows(SNOW, [[depth] for one in drawn for depth in one], [[""] for one in drawn for _ in one])
    rows["seq"] = [at for one in drawn for at in range(len(one))]
    starts = np.cumsum([0, *(len(one) for one in drawn)])[:-1]
    words = [_naive_mix((_naive(row) & _MASK) ^ _naive_mix(int(row["seq"]))) for row in rows]
    expected = [
        max((sum(words[at : at + len(one)]) & _MASK) >> 1, 1) for at, one in zip(starts, drawn, strict=True)
    ]
    assert line_digest(rows, starts).tolist() == expected


def test_empty() -> None:
    assert row_digest(np.zeros(0, FLOW)).tolist() == []
