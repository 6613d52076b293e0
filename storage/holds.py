"""Tables `hold` and `evidence`: whose positions are kept when their day is dropped, and these positions.

Every change of `hold` is noted in the register's log.
"""

from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg

# Positions that name no contract are of the one that the register's row of their time says.
_UNDER: Final = """
    FROM hold h
    JOIN device d ON d.kind = 'position' AND d.owner = h.contractor
    JOIN position p ON p.device_id = d.device_id AND p.time >= h.from_time AND p.time < h.until_time
    LEFT JOIN vehicle v ON v.contractor = d.owner AND v.vehicle = d.name
                       AND v.valid_from <= p.time AND p.time < v.valid_to
    WHERE h.ended_at IS NULL
          AND coalesce(p.contract, v.contract) = h.contract AND (h.event IS NULL OR p.event = h.event)
"""


class Hold(NamedTuple):
    """Positions of a contractor's contract, of one event or (None) of all, from when to when (None: open)."""

    contractor: str
    contract: str
    event: str | None
    from_time: datetime | None
    until_time: datetime | None
    reason: str


def add(connection: "psycopg.Connection[Any]", hold: Hold) -> int:
    """Keep what a hold says from now on, and return its number.

    Raises
    ------
    psycopg.errors.CheckViolation
        When it ends before it begins, or has no reason.
    """
    row = connection.execute(
        """
        INSERT INTO hold (contractor, contract, event, from_time, until_time, reason)
        VALUES (%s, %s, %s, coalesce(%s, '-infinity'::timestamptz), coalesce(%s, 'infinity'::timestamptz), %s)
        RETURNING hold_id
        """,
        hold,
    ).fetchone()
    assert row is not None, "INSERT … RETURNING gives the row"  # noqa: S101
    return int(row[0])


def end(connection: "psycopg.Connection[Any]", hold_id: int) -> int | None:
    """End a hold and delete its evidence; return how many positions these were, None where no such hold is in force."""
    with connection.transaction():
        ended = connection.execute(
            "UPDATE hold SET ended_at = now() WHERE hold_id = %s AND ended_at IS NULL", [hold_id]
        )
        if not ended.rowcount:
            return None
        return connection.execute("DELETE FROM evidence WHERE hold_id = %s", [hold_id]).rowcount


def all_holds(connection: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
    """Return number, contractor, contract, event, from, until, evidence, added, ended and reason of every hold."""
    return connection.execute(
        """
        SELECT hold_id, contractor, contract, event, nullif(from_time, '-infinity'), nullif(until_time, 'infinity'),
               (SELECT count(*) FROM evidence e WHERE e.hold_id = h.hold_id), added_at, ended_at, reason
        FROM hold h ORDER BY hold_id
        """
    ).fetchall()


def keep(connection: "psycopg.Connection[Any]", before: datetime) -> int:
    """Copy the positions older than an instant that are under a hold to the evidence; return how many were new there."""
    return connection.execute(
        f"""
        INSERT INTO evidence (hold_id, contractor, vehicle, device_id, time, seq, digest, observation)
        SELECT h.hold_id, d.owner, d.name, p.device_id, p.time, p.seq, p.digest, to_jsonb(p)
        {_UNDER} AND p.time < %s
        ON CONFLICT DO NOTHING
        """,
        [before],
    ).rowcount


def covered(connection: "psycopg.Connection[Any]", hold_id: int) -> int:
    """Return how many positions that are stored now are under a hold."""
    row = connection.execute(f"SELECT count(*) {_UNDER} AND h.hold_id = %s", [hold_id]).fetchone()
    assert row is not None, "count(*) gives a row"  # noqa: S101
    return int(row[0])
