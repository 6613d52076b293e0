"""Table `kafka_offset`: the next offset of each partition, kept beside the rows that came from those before it."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

import psycopg

Partition = tuple[str, int]
"""Topic and number."""


def starts(
    connection: "psycopg.Connection[Any]", group: str, firsts: Mapping[Partition, int]
) -> dict[Partition, int]:
    """Return where `group` goes on; a partition that is new to it begins at its first offset.

    It waits for nobody who is moving an offset on: even an INSERT that has a conflict would.
    """
    stored = _stored(connection, group)
    if missing := sorted(firsts.keys() - stored.keys()):
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO kafka_offset (group_id, topic, partition, next_offset) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [(group, *partition, firsts[partition]) for partition in missing],
            )
        stored = _stored(connection, group)  # another may have been faster, and be further
    return {partition: stored[partition] for partition in firsts}


def _stored(connection: "psycopg.Connection[Any]", group: str) -> dict[Partition, int]:
    rows = connection.execute(
        "SELECT topic, partition, next_offset FROM kafka_offset WHERE group_id = %s", [group]
    )
    return {(topic, number): next_offset for topic, number, next_offset in rows}


def advance(
    connection: "psycopg.Connection[Any]", group: str, spans: Collection[tuple[str, int, int, int]]
) -> bool:
    """Move each partition (topic, number, from, to) on; return whether all stood where they should.

    If not, somebody else has moved them: the caller must roll back. Rows are locked in order, until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE kafka_offset SET next_offset = %s"
            " WHERE group_id = %s AND topic = %s AND partition = %s AND next_offset = %s",
            [(end, group, topic, number, start) for topic, number, start, end in sorted(spans)],
        )
        return cursor.rowcount == len(spans)


def note_ends(connection: "psycopg.Connection[Any]", group: str, ends: Mapping[Partition, int]) -> None:
    """Note how far each partition of `ends` is behind its end now. Rows are locked in the order that `advance` has."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE kafka_offset SET lag = greatest(%s - next_offset, 0), lag_at = clock_timestamp()"
            " WHERE group_id = %s AND topic = %s AND partition = %s",
            [(end, group, *partition) for partition, end in sorted(ends.items())],
        )


def all_groups(connection: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
    """Return group, topic, number of partitions, records behind, and when a worker last looked at all of them."""
    return connection.execute(
        "SELECT group_id, topic, count(*), sum(lag), min(lag_at) FROM kafka_offset GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def silence(connection: "psycopg.Connection[Any]", group: str) -> timedelta | None:
    """Return how long ago a worker of `group` last looked at any partition, None where none did."""
    row = connection.execute(
        "SELECT clock_timestamp() - max(lag_at) FROM kafka_offset WHERE group_id = %s", [group]
    ).fetchone()
    return row[0] if row else None


def forget(connection: "psycopg.Connection[Any]", group: str) -> bool:
    """Delete how far `group` came; return whether it was known."""
    return bool(connection.execute("DELETE FROM kafka_offset WHERE group_id = %s", [group]).rowcount)
