"""The database: is it there, current, in time, and not held up. All others that ask it go through here."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import psycopg

from vinterkoll.app.bisecting import first_line
from vinterkoll.app.database import COMMAND_IDLE_MAX_S, noticing
from vinterkoll.app.doctor.checking import contained
from vinterkoll.app.doctor.finding import Finding, fail, ok, warn
from vinterkoll.app.settings import Settings
from vinterkoll.storage import migrate
from vinterkoll.storage import policies as retention

Connection = psycopg.Connection[Any]

_STATEMENT_MS: Final = 3_000
"""A healthy database answers each of these in milliseconds."""
_VERSION_MIN: Final = 150_000
_ROLES: Final = ("vinterkoll_api", "vinterkoll_ingest", "vinterkoll_register")
_CLOCK_WARN_S: Final = 2.0
"""NTP keeps machines within milliseconds; lags in /metrics are told to the second."""
_CLOCK_FAIL_S: Final = 60.0
"""A minute of five that a vehicle's clock may be ahead, VINTERKOLL_FUTURE_MAX_S."""
_CONNECTIONS_LEFT_MIN: Final = 10
"""One worker, the API's pool and a migration at once."""
_IDLE_MAX_S: Final = 300
_WAIT_MAX_S: Final = 30
"""A batch takes seconds at worst, and waits for no more than another one."""


def ask(
    settings: Settings, *checks: Callable[[Connection, Settings], Iterable[Finding]]
) -> Iterator[Finding]:
    """Yield what `checks` find on one connection, each by itself; one finding where there is no database."""
    try:
        url = settings.database_url.get_secret_value()
        connection = noticing(url, idle_max_s=COMMAND_IDLE_MAX_S, application_name="vinterkoll doctor")
    except psycopg.OperationalError as error:
        yield fail("database-unreachable", f"not reachable: {first_line(error)}")
        return
    with connection:
        connection.execute(f"SET statement_timeout = {_STATEMENT_MS:d}")
        for check in checks:
            yield from contained(partial(check, connection, settings))


def server(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Which PostgreSQL, and how large the database is."""
    [(number, name, size)] = connection.execute(
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),"
        " pg_size_pretty(pg_database_size(current_database()))"
    )
    engine = "TimescaleDB" if migrate.has_timescale(connection) else "no TimescaleDB"
    what = f"PostgreSQL {name.partition(' ')[0]}, {engine}, {size}"
    yield ok(what) if number >= _VERSION_MIN else fail("database-old", what)


def schema(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether the migrations are this version's."""
    try:
        missing = migrate.pending(connection)
    except migrate.MigrationError as error:
        yield fail("schema-foreign", str(error))
        return
    if missing:
        yield fail(
            "schema-behind", f"{len(missing)} migrations are not applied, from {missing[0].version:04} on"
        )
    else:
        yield ok("the schema is current")


def rights(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether the group roles are there, and this user has what a worker needs and no more."""
    there = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    if missing := [role for role in _ROLES if role not in there]:
        yield fail("roles-missing", f"the server has no role {', '.join(missing)}")
        return
    [(user, is_super, member, creates)] = connection.execute(
        "SELECT current_user, rolsuper, pg_has_role('vinterkoll_ingest', 'MEMBER'),"
        " has_schema_privilege('public', 'CREATE') FROM pg_roles WHERE rolname = current_user"
    )
    if is_super or creates:
        yield warn("rights-too-many", f"{user} may {'do anything' if is_super else 'change the schema'}")
    elif not member:
        yield fail("rights-too-few", f"{user} is no member of vinterkoll_ingest")
    else:
        yield ok(f"{user} may store, and no more")


def clock(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether the server's clock agrees with this machine's."""
    before = time.time()
    [(theirs,)] = connection.execute("SELECT extract(epoch FROM clock_timestamp())::double precision")
    yield clock_finding(theirs - (before + time.time()) / 2)


def clock_finding(ahead_s: float) -> Finding:
    """Judge by how much the database's clock is ahead of ours."""
    what = f"the database's clock is {abs(ahead_s):.1f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine's"
    if abs(ahead_s) <= _CLOCK_WARN_S:
        return ok(what)
    return (fail if abs(ahead_s) > _CLOCK_FAIL_S else warn)("clock-skew", what)


def load(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether there are connections left, and nobody holds up the others."""
    [(most, used, idle, waiting)] = connection.execute(
        """
        SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer,
               count(*) FILTER (WHERE backend_type = 'client backend' OR backend_type IS NULL),
               array_agg(pid) FILTER (WHERE state LIKE 'idle in transaction%%' AND datname = current_database()
                                      AND now() - state_change > make_interval(secs => %(idle)s)),
               array_agg(pid) FILTER (WHERE wait_event_type = 'Lock' AND datname = current_database()
                                      AND now() - query_start > make_interval(secs => %(wait)s))
        FROM pg_stat_activity
        """,
        {"idle": _IDLE_MAX_S, "wait": _WAIT_MAX_S},
    )
    connections = f"{used} of {most} connections are used"
    if most - used < _CONNECTIONS_LEFT_MIN:
        yield warn("connections-few", connections)
    else:
        yield ok(connections)
    if idle:
        yield warn(
            "transaction-idle", f"in a transaction and idle for over {_IDLE_MAX_S} s: process {_pids(idle)}"
        )
    if waiting:
        yield warn("lock-waiting", f"waiting for a lock for over {_WAIT_MAX_S} s: process {_pids(waiting)}")


def renewal(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether something stored follows from earlier inputs or rules."""
    [(since,)] = connection.execute("SELECT min(due_since) FROM rederivation")
    if since is None:
        yield ok("all that is derived follows from the present rules and inputs")
    else:
        yield warn("rederivation-due", f"stored days wait since {since:%Y-%m-%d %H:%M} to be derived anew")


def policies(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether housekeeping and TimescaleDB's jobs do what they are for."""
    for one in retention.policies(connection):
        yield policy_finding(one)


def policy_finding(one: retention.Policy) -> Finding:
    """Judge what runs by itself by its last run."""
    ran = f"last run {one.last_run:%Y-%m-%d %H:%M}" if one.last_run else "not run yet"
    what = f"{one.name}: {ran}, to run every {one.schedule}, {one.what}"
    if one.failed:
        return fail("policy-failed", what)
    if one.overdue:
        return (
            warn("housekeeping-overdue", what) if one.name == "housekeeping" else fail("policy-overdue", what)
        )
    return ok(what)


def _pids(pids: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(pids)))


CHECKS: Final = (server, schema, rights, clock, load, renewal, policies)
