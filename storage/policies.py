"""What runs by itself to keep the store in order, and whether it does: TimescaleDB's jobs, or the housekeeping alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg

from vinterkoll.storage.migrate import has_timescale

# One run may be missed, and the next may take an hour. What never ran has so long from the newest migration on: nothing
# tells when a job was made.
_JOBS: Final = """
    SELECT 'job ' || j.job_id || ' ' || j.proc_name || ' of ' || coalesce(v.view_name, j.hypertable_name),
           j.schedule_interval::text,
           nullif(s.last_successful_finish, '-infinity'),
           NOT j.scheduled OR coalesce(s.last_run_status, 'Success') <> 'Success',
           coalesce(nullif(s.last_successful_finish, '-infinity'), (SELECT max(applied_at) FROM schema_migration))
               < now() - 2 * j.schedule_interval - interval '1 hour',
           concat_ws(', ', CASE WHEN NOT j.scheduled THEN 'switched off' END,
                     'next run ' || coalesce(nullif(j.next_start, '-infinity')::text, 'not known'),
                     coalesce(s.total_failures, 0) || ' failures of ' || coalesce(s.total_runs, 0))
    FROM timescaledb_information.jobs j
    LEFT JOIN timescaledb_information.job_stats s USING (job_id)
    LEFT JOIN timescaledb_information.continuous_aggregates v
           ON (v.materialization_hypertable_schema, v.materialization_hypertable_name)
            = (j.hypertable_schema, j.hypertable_name)
    WHERE j.hypertable_name IS NOT NULL
    ORDER BY j.job_id
"""

# Two days: one night may be missed.
_HOUSEKEEPING: Final = """
    SELECT 'housekeeping', '1 day', kept_house_at, false, kept_house_at < now() - interval '2 days',
           format('raw horizon %s, %s holds in force', time, (SELECT count(*) FROM hold WHERE ended_at IS NULL))
    FROM raw_horizon
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """One thing that runs again and again; `last_run`, the last that went well, None: never yet."""

    name: str
    schedule: str
    last_run: datetime | None
    failed: bool
    overdue: bool
    what: str


def policies(connection: "psycopg.Connection[Any]") -> list[Policy]:
    """Return what is to run: the housekeeping first, then the extension's jobs where there is one."""
    found = connection.execute(_HOUSEKEEPING).fetchall()
    if has_timescale(connection):
        found += connection.execute(_JOBS).fetchall()
    return [Policy(*row) for row in found]
