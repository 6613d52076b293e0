"""The workers' own account of themselves, for /health/ready and /metrics."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import psycopg

SILENCE_MAX: Final = timedelta(seconds=30)
"""A worker that lives writes its status every 5 s, also without messages, and as often how far its partitions are behind."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one batch adds to a worker's account. Times in microseconds; 0 or None leaves the stored one."""

    messages: int = 0
    rows: int = 0
    duplicates: int = 0
    rejects: int = 0
    last_received_us: int = 0
    last_event_us: int = 0
    lag_s: float | None = None
    connected: bool | None = None


def record(connection: "psycopg.Connection[Any]", worker: str, progress: Progress) -> None:
    """Add `progress` to the row of `worker` and stamp it with the database's clock."""
    connection.execute(
        """
        INSERT INTO ingest_status AS s (worker, updated_at, last_received_at, last_event_at, lag_s,
                                        messages, rows, duplicates, rejects, connected)
        VALUES (%(worker)s, clock_timestamp(), to_timestamp(nullif(%(last_received_us)s, 0) / 1e6),
                to_timestamp(nullif(%(last_event_us)s, 0) / 1e6), %(lag_s)s,
                %(messages)s, %(rows)s, %(duplicates)s, %(rejects)s, %(connected)s)
        ON CONFLICT (worker) DO UPDATE
        SET updated_at = excluded.updated_at,
            last_received_at = coalesce(excluded.last_received_at, s.last_received_at),
            last_event_at = greatest(excluded.last_event_at, s.last_event_at),
            lag_s = coalesce(excluded.lag_s, s.lag_s),
            messages = s.messages + excluded.messages,
            rows = s.rows + excluded.rows,
            duplicates = s.duplicates + excluded.duplicates,
            rejects = s.rejects + excluded.rejects,
            connected = coalesce(excluded.connected, s.connected)
        """,
        {
            "worker": worker,
            "messages": progress.messages,
            "rows": progress.rows,
            "duplicates": progress.duplicates,
            "rejects": progress.rejects,
            "last_received_us": progress.last_received_us,
            "last_event_us": progress.last_event_us,
            "lag_s": progress.lag_s,
            "connected": progress.connected,
        },
    )


def all_workers(connection: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
    """Return each worker, when it was heard of, whether it had its broker then, messages, rows, duplicates and rejects."""
    return connection.execute(
        "SELECT worker, updated_at, connected, messages, rows, duplicates, rejects FROM ingest_status ORDER BY worker"
    ).fetchall()


def silence(connection: "psycopg.Connection[Any]", worker: str) -> timedelta | None:
    """Return how long ago `worker` was heard of, None where it never was."""
    row = connection.execute(
        "SELECT clock_timestamp() - updated_at FROM ingest_status WHERE worker = %s", [worker]
    ).fetchone()
    return row[0] if row else None


def forget(connection: "psycopg.Connection[Any]", worker: str) -> bool:
    """Delete the account of `worker`; return whether there was one."""
    return bool(connection.execute("DELETE FROM ingest_status WHERE worker = %s", [worker]).rowcount)
