"""Databases of earlier versions, tests/data/releases/, are brought up to date as an operator does it, and go on."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

import httpx
import psycopg
import pytest
from psycopg import sql

from api_server import serving
from command import vinterkoll
from database_users import API, INGEST, login, make_users
from derived_tables import acceptance, derived, equals_reference
from postgres_programs import ran
from release_dump import RELEASES, dump_of
from small_installation import messages
from stretch_messages import RECEIVED_US
from timescale import timescale
from vinterkoll.api.application import create_app
from vinterkoll.storage import migrate as migrations
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres

DUMPS: Final = sorted(RELEASES.glob("*.sql"))
FOLLOWING: Final = {"fix_flag", "stretch", "treatment", "flow_window", "area_segment"}
"""What follows from the other tables, or did as long as these had their rows."""
OF_ITS_OWN: Final = {"input_version", "raw_horizon", "rederivation"}
"""What an upgrade is to change."""
DROPPED: Final = {"device": {"first_seen"}}
"""Columns that an upgrade does away with: when a pseudonym began told whose it was."""
KEPT: Final = {"VINTERKOLL_RAW_DAYS": "20000", "VINTERKOLL_HISTORY_DAYS": "20001"}
"""So that the dumps' days are no day too old."""

Contents = dict[str, list[dict[str, Any]]]


def restore(dump: Path, url: str) -> None:
    ran("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={dump}", url)


def contents(url: str) -> Contents:
    """Every row that an upgrade has to leave as it is, by table."""
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {}
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT to_jsonb(t) FROM {} t").format(sql.Identifier(table)))
            found[table] = [row for (row,) in rows]
    frozen_before = found["raw_horizon"][0]["time"] if "raw_horizon" in found else ""
    return {
        table: [row for row in rows if table not in FOLLOWING or row.get("time", "~") < frozen_before]
        for table, rows in found.items()
        if table not in OF_ITS_OWN
    }


def is_all_there(before: Contents, now: Contents) -> None:
    """Expect every row of then among those of now, in the columns of then."""
    for table, rows in before.items():
        columns = [name for name in (rows[0] if rows else ()) if name not in DROPPED.get(table, set())]
        of_then, of_now = (
            Counter(json.dumps({name: row[name] for name in columns}) for row in some)
            for some in (rows, now[table])
        )
        lost = of_then - of_now
        assert not lost, f"{table}: {lost}"


def upgrade(url: str) -> str:
    """Do what docs/operations.md says, and what `migrate` says; return what it said."""
    migrated = vinterkoll("migrate", VINTERKOLL_DATABASE_URL=url, **KEPT)
    assert migrated.returncode == 0, migrated.stderr
    if "vinterkoll rederive" in migrated.stdout:
        derived_anew = vinterkoll("rederive", VINTERKOLL_DATABASE_URL=url)
        assert derived_anew.returncode == 0, derived_anew.stderr
    return migrated.stdout


def schema(url: str) -> str:
    """Tables, views, triggers and everybody's rights. PostgreSQL puts other brackets around what it has restored."""
    return dump_of(url, "--schema-only").translate(dict.fromkeys(map(ord, "()")))


def follows_from_raw(url: str) -> None:
    """Expect that what was derived, but for what is frozen, is what the raw rows give by the rules of now."""
    with psycopg.connect(url) as connection:
        frozen_before = connection.execute("SELECT time FROM raw_horizon").fetchall()[0][0]
        time_at = {"fix_flag": 2, "stretch": 2, "treatment": 3, "flow_window": 2}
        found = {
            table: [row for row in rows if row[time_at[table]] >= frozen_before]
            for table, rows in derived(connection).items()
        }
        assert all(found.values())
        equals_reference(found, connection)


def goes_on(url: str) -> None:
    """Expect that a worker stores what comes, knows what it has, and that the API tells of it, each with its own rights."""
    make_users(url)
    first, later = messages()
    connection, accepting = acceptance(login(url, INGEST), lambda: RECEIVED_US)
    with connection:
        accepted = accepting.accept(later)
        assert accepted.rows > 20
        assert accepted.rejected == []
        # lines are not stored by the oldest, and under other keys by those before 0012
        known = [message for message in first if not message.topic.startswith("harja/")]
        assert accepting.accept([*known, *later]).rows == 0
    follows_from_raw(url)
    app = create_app(reading_pool(login(url, API)))
    with serving(app) as address, httpx.Client(base_url=address) as client:
        assert client.get("/api/v1/treatments?since=2026-01-14T00:00:00Z").json()["features"]


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_a_database_of_then_is_one_of_now(dump: Path, empty_database_url: str, database_url: str) -> None:
    url = empty_database_url  # the other's migrations have made the roles
    restore(dump, url)
    before = contents(url)
    assert all(before[table] for table in ("position", "flow", "snow", "reject", "vehicle", "api_key"))
    upgrade(url)
    is_all_there(before, contents(url))
    assert schema(url) == schema(database_url)
    follows_from_raw(url)
    whole = dump_of(url)
    assert "applied" not in upgrade(url)
    assert dump_of(url) == whole
    goes_on(url)


def inserted(url: str, *options: str) -> bytes:
    """A dump as statements that psycopg runs: without COPY, and without what is psql's own."""
    dump = dump_of(url, "--inserts", "--rows-per-insert=50", *options)
    return re.sub(r"^\\.*$", "", dump, flags=re.MULTILINE).encode()


def move_to_timescale(url: str, plain_url: str) -> None:
    """Put what a plain database holds into a TimescaleDB that has had the same migrations."""
    with psycopg.connect(plain_url) as plain, psycopg.connect(url, autocommit=True) as connection:
        had = {version for (version,) in plain.execute("SELECT version FROM schema_migration")}
        connection.execute("CREATE EXTENSION timescaledb")
        for migration in migrations.packaged():
            if migration.version in had:
                connection.execute(migration.statements.encode())
        connection.execute("SET session_replication_role = replica")  # no trigger is to note it
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = sql.SQL(", ").join(sql.Identifier(one) for (one,) in tables)
        connection.execute(sql.SQL("TRUNCATE {}").format(names))
        connection.execute(inserted(plain_url, "--data-only", "--exclude-table=schema_migration"))
        connection.execute(inserted(plain_url, "--table=schema_migration"))


@pytest.mark.timescale
@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_with_timescale_it_is_the_same(
    dump: Path, empty_database_url: str, database_url: str, tmp_path: Path
) -> None:
    """From any version on, an operator may have either engine."""
    restore(dump, empty_database_url)
    with timescale(tmp_path / "log") as url:
        move_to_timescale(url, empty_database_url)
        before = contents(url)
        upgrade(url)
        upgrade(empty_database_url)
        is_all_there(before, contents(url))
        with psycopg.connect(url) as connection, psycopg.connect(empty_database_url) as plain:
            assert derived(connection) == derived(plain)
        assert "applied" not in upgrade(url)
