"""What a batch reads does not grow with the days that are stored: counted in rows and pages, which no other load changes."""

import random
from typing import Any, NamedTuple

import psycopg
import pytest

from derived_tables import acceptance
from histories import Batch, Town
from stretch_messages import RECEIVED_US, fix
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.postgres

FIXES = 400
"""Of a day: more than a planner would rather read whole."""


class Touched(NamedTuple):
    """What a connection's transactions have read since the server began to count."""

    rows: int
    pages: int


def touched(connection: "psycopg.Connection[Any]", worker: "psycopg.Connection[Any]") -> Touched:
    worker.execute("SELECT pg_stat_force_next_flush()")
    worker.execute("SELECT")  # flushed at the end of a statement
    rows = connection.execute("""
        SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables)::bigint,
               (SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0))
                FROM pg_statio_user_tables)::bigint
    """)
    return Touched._make(rows.fetchone() or (0, 0))


def day(number: int) -> list[Message]:
    """What a vehicle sends on the last day, 0, or so many days before."""
    noise = random.Random(number)
    return [fix("v0", 5.0 * at - 86_400 * number, 40.0 * at, noise) for at in range(FIXES)]


def read_by_a_batch(url: str, days: int) -> Touched:
    """Store some days, then all of the last but one stretch of fixes, and count what that batch reads."""
    latest = day(0)
    with Town(url) as town:
        for number in range(days, 0, -1):
            town.play([Batch(0, day(number))])
        town.play([Batch(0, latest[:200] + latest[240:])])
        town.operator.execute("VACUUM ANALYZE")
        connection, accepting = acceptance(url, lambda: RECEIVED_US)
        with connection:
            accepting.accept([])
            before = touched(town.operator, connection)
            assert accepting.accept(latest[200:240]).rows == 40
            after = touched(town.operator, connection)
    return Touched(*(late - early for late, early in zip(after, before, strict=True)))


def test_a_batch_reads_as_much_after_a_month_as_after_a_day(database_url: str) -> None:
    short, long = read_by_a_batch(database_url, 1), read_by_a_batch(database_url, 28)
    assert short.rows > 80  # the neighbours, at the least
    assert long.rows <= 1.15 * short.rows
    assert long.pages <= 1.5 * short.pages  # an index of a month is a level deeper
