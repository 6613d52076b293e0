"""How long things are kept: whether housekeeping runs, and what TimescaleDB's own jobs do."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import psycopg

from vinterkoll.app.doctor.finding import Finding, fail, ok, warn
from vinterkoll.app.settings import Settings
from vinterkoll.storage import horizon, migrate

_LATE: Final = timedelta(days=1)
"""Housekeeping runs every night: one that was missed is no alarm yet."""


class Policy(NamedTuple):
    """A job of TimescaleDB's, and how its last run ended: None before the first."""

    job: int
    what: str
    table: str
    status: str | None
    next_start: datetime | None


def housekeeping(connection: "psycopg.Connection[Any]", settings: Settings) -> Iterator[Finding]:
    """Whether the raw horizon follows the clock."""
    [(since,)] = connection.execute("SELECT time FROM raw_horizon")
    kept_from = since - horizon.LEAD
    what = f"positions are kept from {kept_from:%Y-%m-%d} on, VINTERKOLL_RAW_DAYS is {settings.raw_days}"
    due = horizon.due(datetime.now(UTC), settings.raw_days)
    yield ok(what) if due - kept_from <= _LATE else warn("housekeeping-overdue", what)


def policies(connection: "psycopg.Connection[Any]", _: Settings) -> Iterator[Finding]:
    """What TimescaleDB's jobs on our tables do; nothing without it."""
    if migrate.has_timescale(connection):
        rows = connection.execute("""
            SELECT job_id, j.proc_name, j.hypertable_name, s.last_run_status, s.next_start
            FROM timescaledb_information.jobs j LEFT JOIN timescaledb_information.job_stats s USING (job_id)
            WHERE j.hypertable_name IS NOT NULL ORDER BY j.hypertable_name, job_id
        """)
        yield from policy_findings([Policy._make(row) for row in rows])


def policy_findings(found: Iterable[Policy]) -> Iterator[Finding]:
    """Judge each policy by its last run."""
    for one in found:
        what = f"job {one.job}, {one.what} of {one.table}"
        if one.status == "Failed":
            yield fail("policy-failed", f"{what}, failed at its last run")
        else:
            yield ok(f"{what}, next {one.next_start:%Y-%m-%d %H:%M}" if one.next_start else what)


CHECKS: Final = (housekeeping, policies)
