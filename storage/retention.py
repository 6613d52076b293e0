"""Rows go when they have been kept long enough: whole chunks where a table has them, else row by row."""

from datetime import datetime
from typing import Any, Final, Literal

import psycopg
from psycopg import sql

from vinterkoll.storage.migrate import has_timescale

Table = Literal["position", "fix_flag", "flow", "snow", "stretch", "flow_window"]

HISTORY: Final[tuple[Table, ...]] = ("flow", "snow", "stretch", "flow_window")
"""What is kept for years: what was derived, and readings that name nobody."""


def oldest_position(connection: "psycopg.Connection[Any]", since: datetime | None) -> datetime | None:
    """Return the time of the first position at or after `since` (None: ever): one index look-up a vehicle."""
    row = connection.execute(
        """
        SELECT min(o.time) FROM device d
        CROSS JOIN LATERAL (
            SELECT time FROM position
            WHERE device_id = d.device_id AND time >= coalesce(%s, '-infinity'::timestamptz)
            ORDER BY time LIMIT 1
        ) AS o
        WHERE d.kind = 'position'
        """,
        [since],
    ).fetchone()
    return None if row is None else row[0]


def drop(connection: "psycopg.Connection[Any]", table: Table, before: datetime) -> None:
    """Delete the rows of a table that are older than an instant; a chunk goes when all of it is."""
    if _is_hypertable(connection, table):
        connection.execute("SELECT drop_chunks(%s::regclass, older_than => %s)", [table, before])
        return
    # the devices' ids lead to the primary key; there is no index on time alone
    statement = "DELETE FROM {} WHERE device_id = ANY (ARRAY(SELECT device_id FROM device)) AND time < %s"
    connection.execute(sql.SQL(statement).format(sql.Identifier(table)), [before])


def _is_hypertable(connection: "psycopg.Connection[Any]", table: Table) -> bool:
    if not has_timescale(connection):
        return False
    query = "SELECT FROM timescaledb_information.hypertables WHERE hypertable_name = %s"
    return connection.execute(query, [table]).fetchone() is not None
