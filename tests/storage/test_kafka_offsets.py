"""Offsets that are kept beside the rows: moved only by who knows where they are."""

import psycopg
import pytest

from vinterkoll.storage import kafka_offsets

pytestmark = pytest.mark.postgres


def test_a_new_partition_begins_at_its_first_offset_and_an_old_one_goes_on(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert kafka_offsets.starts(connection, "g", {("t", 0): 5}) == {("t", 0): 5}
        assert kafka_offsets.advance(connection, "g", [("t", 0, 5, 9)])
        firsts = {("t", 0): 7, ("t", 1): 3}
        assert kafka_offsets.starts(connection, "g", firsts) == {("t", 0): 9, ("t", 1): 3}
        assert kafka_offsets.starts(connection, "another", firsts) == firsts
        assert kafka_offsets.starts(connection, "g", {}) == {}


def test_who_comes_too_late_moves_nothing(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        kafka_offsets.starts(connection, "g", {("t", 0): 0, ("t", 1): 0})
        assert kafka_offsets.advance(connection, "g", [("t", 1, 0, 4), ("t", 0, 0, 4)])
        with connection.transaction(force_rollback=True):
            assert not kafka_offsets.advance(connection, "g", [("t", 0, 4, 8), ("t", 1, 0, 8)])
        assert kafka_offsets.starts(connection, "g", {("t", 0): 0, ("t", 1): 0}) == {("t", 0): 4, ("t", 1): 4}


def test_the_lag_is_what_lies_between_the_offset_and_the_end(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        kafka_offsets.starts(connection, "g", {("t", 0): 4, ("t", 1): 4, ("t", 2): 4})
        kafka_offsets.note_ends(
            connection, "g", {("t", 1): 9, ("t", 0): 3}
        )  # the end was asked before the offset moved
        kafka_offsets.note_ends(connection, "another", {("t", 1): 99})
        kafka_offsets.note_ends(connection, "g", {})
        query = "SELECT partition, lag, lag_at IS NULL FROM kafka_offset ORDER BY partition"
        assert connection.execute(query).fetchall() == [(0, 0, False), (1, 5, False), (2, None, True)]


def test_a_start_waits_for_nobody(database_url: str) -> None:
    """A worker that is stopped in mid-transaction holds its offsets; who takes over has to know where to begin."""
    with (
        psycopg.connect(database_url, autocommit=True) as connection,
        psycopg.connect(database_url) as stopped,
    ):
        kafka_offsets.starts(connection, "g", {("t", 0): 0})
        assert kafka_offsets.advance(stopped, "g", [("t", 0, 0, 4)])
        connection.execute("SET lock_timeout = '1s'")
        assert kafka_offsets.starts(connection, "g", {("t", 0): 0, ("t", 1): 0}) == {("t", 0): 0, ("t", 1): 0}
