"""Binary arrays: what numpy sends, PostgreSQL understands, and gives back to the bit."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vinterkoll.storage import columns

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def connection(postgres: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres.url(), autocommit=True) as opened:
        columns.register(opened)
        yield opened


there_and_back = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    ("column", "kind", "low", "high"),
    [
        (columns.Smallints, "smallint", -(2**15), 2**15 - 1),
        (columns.Integers, "integer", -(2**31), 2**31 - 1),
        (columns.Bigints, "bigint", -(2**63), 2**63 - 1),
        (columns.Instants, "timestamptz", 0, 4_102_444_800_000_000),
    ],
)
def test_integers(
    connection: psycopg.Connection[Any], column: type[columns.Column], kind: str, low: int, high: int
) -> None:
    @there_and_back
    @given(st.lists(st.integers(low, high)))
    def check(values: list[int]) -> None:
        row = connection.execute(
            f"SELECT %b::{kind}[]", [column(np.array(values, np.int64))], binary=True
        ).fetchone()
        assert row is not None
        assert row[0].tolist() == values

    check()


@there_and_back
@given(st.lists(st.floats()))
def test_doubles(connection: psycopg.Connection[Any], values: list[float]) -> None:
    row = connection.execute(
        "SELECT %b::float8[]", [columns.Doubles(np.array(values))], binary=True
    ).fetchone()
    assert row is not None
    assert [repr(value) for value in row[0].tolist()] == [repr(value) for value in values]


@there_and_back
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_texts(connection: psycopg.Connection[Any], values: list[str]) -> None:
    row = connection.execute("SELECT %b::text[]", [columns.Texts(np.array(values, object))]).fetchone()
    assert row is not None
    assert row[0] == [value or None for value in values]


def test_an_instant_is_the_same_for_both_sides(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "SELECT (%b::timestamptz[])[1]::text", [columns.Instants(np.array([1]))]
    ).fetchone()
    assert row == ("1970-01-01 00:00:00.000001+00",)


def test_real_keeps_nan(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "SELECT %b::real[]", [columns.Reals(np.array([1.5, math.nan], np.float32))], binary=True
    ).fetchone()
    assert row is not None
    assert str(row[0].tolist()) == "[1.5, nan]"


def test_null_in_a_column_is_an_error(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.DataError, match="coalesce"):
        connection.execute("SELECT ARRAY[1, NULL]::bigint[]", binary=True).fetchone()


def test_fetch_columns_of_nothing(connection: psycopg.Connection[Any]) -> None:
    found = columns.fetch_columns(
        connection, "SELECT 1::bigint AS a, 2::float8 AS b WHERE false", {}, ["a", "b"]
    )
    assert [len(column) for column in found.values()] == [0, 0]
