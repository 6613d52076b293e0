"""compose/postgres/users.sql on a real PostgreSQL: each log-in user can do its work, and no more."""

import contextlib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import typer.main
from psycopg.conninfo import make_conninfo

from api_server import serving
from command import vinterkoll
from database_users import API, INGEST, PASSWORDS, login, make_users, run_script
from derived_tables import acceptance, derived
from guide import section_of
from http_ingest import READER, REGISTRAR, add_keys
from small_town import town_segments
from stretch_messages import RECEIVED_US, flow, stretch, uplink
from vinterkoll.api.application import create_app
from vinterkoll.app.cli import application
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.registering import change
from vinterkoll.ingest.message import Message
from vinterkoll.storage import migrate, register_log
from vinterkoll.storage import network as networks
from vinterkoll.storage.reading import reading_pool
from vinterkoll.storage.register import put

pytestmark = pytest.mark.postgres

PRODUCTION = Path(__file__).parents[2] / "docs" / "production.md"


@pytest.fixture
def installed_url(database_url: str) -> str:
    """A database with the small town, after the script ran twice."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    for ingest_password in ("old", PASSWORDS[INGEST]):
        make_users(database_url, ingest_password)
    return database_url


def morning() -> list[Message]:
    """Vehicles, a counter, a sensor, and a message that is none."""
    sent = [flow("E4", 1), uplink("0004a30b001c0530", 1, 1234, 7)]
    return [
        *stretch([20, 20], random.Random(3)),
        *sent,
        Message("mip/v1/snow/v1/position", b"rubbish", RECEIVED_US),
    ]


def refused(connection: "psycopg.Connection[tuple[object, ...]]", statement: str) -> bool:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_the_ingest_login_stores_and_derives_a_batch(installed_url: str) -> None:
    connection, accepting = acceptance(login(installed_url, INGEST), lambda: RECEIVED_US)
    with connection:
        assert migrate.pending(connection) == []
        accepted = accepting.accept(morning())
        assert accepted.rows > 40
        assert len(accepted.rejected) == 1
        assert all(derived(connection).values())
        again = accepting.accept(morning())
        assert (again.rows, again.duplicates) == (0, accepted.rows)


def test_the_list_of_who_may_do_what_has_every_command() -> None:
    section = section_of(PRODUCTION.read_text(encoding="utf-8"), "## Who may do what")
    commands = set(typer.main.get_group(application).commands)
    assert commands - set(re.findall(r"`([a-z]+)[^`]*`", section)) == {"demo"}


@pytest.mark.parametrize("command", ["clocks", "rejects list", "doctor --part=database --part=streams"])
def test_the_ingest_login_runs_the_commands_of_that_list(installed_url: str, command: str) -> None:
    connection, accepting = acceptance(login(installed_url, INGEST), lambda: RECEIVED_US)
    with connection:
        accepting.accept(morning())
    done = vinterkoll(*command.split(), VINTERKOLL_DATABASE_URL=login(installed_url, INGEST))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM position",
        "UPDATE position SET lon = 0",
        "TRUNCATE treatment",
        "DELETE FROM reject",
        "UPDATE segment SET name = 'x'",
        "UPDATE device SET owner = 'x'",
        "UPDATE reject SET code = 'x'",
        "SELECT hash FROM api_key",
        "INSERT INTO contractor VALUES ('a', 'b')",
        "INSERT INTO network (name, generated, digest) VALUES ('a', true, 'b')",
        "CREATE TABLE mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        "SET ROLE postgres",
    ],
)
def test_the_ingest_login_does_nothing_else(installed_url: str, statement: str) -> None:
    with psycopg.connect(login(installed_url, INGEST)) as connection:
        assert refused(connection, statement)


def test_the_api_login_answers_every_question_of_the_api(installed_url: str) -> None:
    connection, accepting = acceptance(login(installed_url, INGEST), lambda: RECEIVED_US)
    with connection:
        accepting.accept(morning())
    app = create_app(reading_pool(login(installed_url, API)))
    paths = [path for path, verbs in app.openapi()["paths"].items() if "get" in verbs]
    assert len(paths) > 6
    add_keys(installed_url)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        client.headers["Authorization"] = f"Bearer {READER}"
        for path in paths:
            key = REGISTRAR if "/register/" in path else READER
            answer = client.get(path.format(table="vehicle"), headers={"Authorization": f"Bearer {key}"})
            assert answer.status_code == httpx.codes.OK, f"{path}: {answer.text}"
        assert len(client.get("/api/v1/rejects").json()["rejects"]) == 1
    with psycopg.connect(installed_url) as owner:
        noted = owner.execute("SELECT count(*) FROM api_key WHERE last_used_on IS NOT NULL").fetchone()
    assert noted == (2,)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_key SET revoked_at = NULL",
        "UPDATE api_key SET scope = 'ingest'",
        "INSERT INTO api_key (owner, scope, hash) VALUES ('snow', 'ingest', sha256('x'))",
        "DELETE FROM api_key",
        "SELECT payload FROM reject_message",
    ],
)
def test_the_api_login_makes_no_keys(installed_url: str, statement: str) -> None:
    with psycopg.connect(login(installed_url, API)) as connection:
        assert refused(connection, statement)


def test_the_api_login_writes_nothing_and_reads_no_more_than_is_shown(installed_url: str) -> None:
    with psycopg.connect(login(installed_url, API), autocommit=True) as connection:
        writable = connection.execute(
            """
            SELECT relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'p')
              AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
            """
        ).fetchall()
        assert writable == []
        hidden = connection.execute(
            """
            SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relname IN ('position', 'reject', 'reject_message') AND attnum > 0
              AND NOT has_column_privilege(attrelid, attnum, 'SELECT')
            """
        ).fetchall()
        assert {("position", name) for name in ("area", "contract", "event", "odometer_m")} <= set(hidden)
        assert ("reject_message", "payload") in hidden
        for statement in (
            "CREATE TABLE mine ()",
            "CREATE TEMPORARY TABLE mine ()",
            "SET ROLE vinterkoll_ingest",
        ):
            assert refused(connection, statement)


def test_the_register_login_is_made_where_its_password_is_given(installed_url: str) -> None:
    user = "vinterkoll_register_login"
    for _ in range(2):
        done = run_script(
            installed_url, DB_INGEST_PASSWORD="salt", DB_API_PASSWORD="grus", DB_REGISTER_PASSWORD="plog"
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with psycopg.connect(
        make_conninfo(installed_url, user=user, password="plog"), autocommit=True
    ) as connection:
        change(connection, lambda opened: put(opened, "contractor", {"contractor": "a", "name": "A"}))
        assert register_log.recent(connection, 1)[0].login == user
        for statement in (
            "DELETE FROM register_change",
            "INSERT INTO position (device_id) VALUES (1)",
            "SELECT hash FROM api_key",
            "SELECT payload FROM reject_message",
            "CREATE TABLE mine ()",
        ):
            assert refused(connection, statement)


@pytest.mark.parametrize(
    "table", ["area", "contract", "register_change", "api_key", "evidence", "flow_hour", "segment_day"]
)
def test_the_worker_does_not_read_what_it_does_not_need(installed_url: str, table: str) -> None:
    with psycopg.connect(
        make_conninfo(installed_url, user=INGEST, password=PASSWORDS[INGEST]), autocommit=True
    ) as connection:
        assert refused(connection, f"SELECT count(*) FROM {table}")


@pytest.fixture
def stranger(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Another user of the same server."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection, contextlib.ExitStack() as stack:
        connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'snow'")
        stack.callback(connection.execute, "DROP ROLE stranger")
        yield "stranger"


def test_other_users_of_the_server_stay_outside(installed_url: str, stranger: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(make_conninfo(installed_url, user=stranger, password="snow"))


def test_the_script_asks_for_both_passwords(database_url: str) -> None:
    done = run_script(database_url, DB_API_PASSWORD="grus")
    assert done.returncode == 3
    assert "DB_INGEST_PASSWORD and DB_API_PASSWORD must be set" in done.stderr
