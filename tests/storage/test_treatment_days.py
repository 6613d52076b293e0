"""Treatment per area and Swedish day: what the views say is what loops over the stretches find."""

import random
from typing import Any

import psycopg
import pytest

from slow_days import slow_days, viewed
from town_days import add_stretches, add_town

pytestmark = pytest.mark.postgres


def test_days_are_those_of_the_stretches(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        add_town(connection)
        assert viewed(connection) == ([], [])
        add_stretches(connection, 400, random.Random(4))
        days, spreads = slow_days(connection)
        assert viewed(connection) == (days, spreads)
    assert {(until - time).total_seconds() / 3600 for _, time, until, *_ in days} == {23, 24}
    lengths = {(row[0], row[1].day): row[5] for row in days if row[3] == "carriageway"}
    assert len(set(lengths.values())) == 2  # centrum without its side street
    assert None in {row[5] for row in spreads} != {None}


def test_a_day_is_found_without_reading_the_winter(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        add_town(connection)
        connection.execute("""
            INSERT INTO stretch (device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions)
            SELECT 1, time, 0, 0, time, 1, 1, 0, 9, 1
            FROM generate_series('2025-11-01'::timestamptz, '2026-04-01', interval '1 minute') AS time
        """)
        connection.execute("VACUUM ANALYZE stretch")
        scans = nodes_of(
            connection,
            "SELECT * FROM treatment_day WHERE area = 'kommunen' AND time >= '2026-03-30T00:00+02:00'",
            "stretch",
        )
    [(kind, index, passed)] = scans
    assert (kind, index) == ("Bitmap Heap Scan", "stretch_day")
    assert passed < 40_000


def nodes_of(connection: psycopg.Connection[Any], query: str, table: str) -> list[tuple[str, str, int]]:
    """How a query reads a table: node, index, and rows that were read."""
    row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}".encode()).fetchone()
    assert row is not None
    found: list[tuple[str, str, int]] = []

    def walk(node: dict[str, Any]) -> None:
        if node.get("Relation Name") == table:
            below = node.get("Plans", [{}])[0].get("Index Name", "")
            removed = node.get("Rows Removed by Index Recheck", 0) + node.get("Rows Removed by Filter", 0)
            found.append((node["Node Type"], below, round(node["Actual Rows"]) + removed))
        for one in node.get("Plans", []):
            walk(one)

    walk(row[0][0]["Plan"])
    return found
