"""A server is lost while data comes in, and comes back by the very commands of docs/operations.md: nothing is missing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import kafka_worker
import small_installation
from broker import Broker
from command import vinterkoll
from compose_file import SERVICES, environment
from database_users import API, INGEST, PASSWORDS, login, make_users
from derived_tables import acceptance, derived, equals_reference
from guide import Reader, Step, section_of, steps_of
from kafka_records import create_topic, produce
from kafka_server import KafkaServer
from postgres_programs import programs, ran
from processes import running
from release_dump import RELEASES
from simulated_delivery import Rows, rows_of, set_up
from stretch_messages import RECEIVED_US
from supervised import Supervised
from timescale import timescale
from under_load import asked, counted, messages, sending, subscribed, until
from vinterkoll.app.database import bring_up_to_date
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.ingest.message import Message, wall_clock_us

pytestmark = [pytest.mark.postgres, pytest.mark.fault]

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BACKUPS: Final = "/var/backups/vinterkoll"
ARCHIVE: Final = "/srv/archive"
USERS: Final = "psql --no-psqlrc --file=compose/postgres/users.sql"
OWNER_PASSWORD: Final = "is-under-snö"
NINE_DAYS_S: Final = 9 * 86_400


def steps(heading: str, **places: str) -> list[Step]:
    """The commands below a heading, each of the guide's places replaced by one of this test's."""
    section = section_of(GUIDE, heading)
    for old, new in places.items():
        assert old in section
        section = section.replace(old, new)
    return steps_of(section)


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def shown(commands: str, folder: Path, programs_in: Path) -> tuple[int, str]:
    """What a shell that goes on after a failure ends with and shows."""
    path = f"{programs_in}:{os.environ['PATH']}"
    command = ["bash", "--noprofile", "--norc", "-c", commands]
    done = subprocess.run(
        command, cwd=folder, env={"PATH": path}, stdout=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stdout


def age(path: Path) -> None:
    now = path.stat().st_mtime
    os.utime(path, (now, now - NINE_DAYS_S))


@contextmanager
def machine(directory: Path) -> Iterator[EmbeddedPostgres]:
    """A server with an empty database of an owner that is no superuser, as docs/production.md has it."""
    server = EmbeddedPostgres(directory)
    server.start(durable=False)
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE vinterkoll_owner LOGIN CREATEROLE PASSWORD '{OWNER_PASSWORD}'")
            connection.execute("CREATE DATABASE vinterkoll OWNER vinterkoll_owner")
        yield server
    finally:
        server.remove()


def owner_url(server: EmbeddedPostgres) -> str:
    return server.url("vinterkoll", "vinterkoll_owner", OWNER_PASSWORD)


@contextmanager
def operator(folder: Path, **environment: str) -> Iterator[Reader]:
    """A shell in the repository's folder, with the programs of PostgreSQL and ours."""
    folder.mkdir()
    (folder / "compose").symlink_to(ROOT / "compose")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("VINTERKOLL_", "PG"))}
    own["PATH"] = f"{programs()}:{Path(sys.executable).parent}:{own['PATH']}"
    own |= {"DB_INGEST_PASSWORD": PASSWORDS[INGEST], "DB_API_PASSWORD": PASSWORDS[API]}
    with closing(Reader(folder, own | environment)) as reader:
        yield reader


def at(server: EmbeddedPostgres) -> dict[str, str]:
    return {"PGPORT": str(server.port), "PGPASSWORD": OWNER_PASSWORD}


def back_up(server: EmbeddedPostgres, folder: Path) -> None:
    with operator(folder.parent / "before", **at(server)) as reader:
        for step in steps("## Backup", **{BACKUPS: str(folder)}):
            reader.follow(step)


def worker(environment: dict[str, str], server: EmbeddedPostgres, *arguments: str) -> Supervised:
    url = login(owner_url(server), INGEST)
    return Supervised(
        environment | {"VINTERKOLL_DATABASE_URL": url, "VINTERKOLL_LOG_LEVEL": "ERROR"}, "ingest", *arguments
    )


@contextmanager
def doomed(tmp_path: Path, environment: dict[str, str], *arguments: str) -> Iterator[EmbeddedPostgres]:
    """An installation with a worker; when the block ends, its server is lost with all it has."""
    with machine(tmp_path / "old") as server:
        set_up(owner_url(server), tmp_path)
        make_users(owner_url(server))
        with worker(environment, server, *arguments):
            until(lambda: subscribed(owner_url(server)), "the worker did not start")
            yield server
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)


def raw_rows(server: EmbeddedPostgres) -> int:
    counts = (
        "SELECT (SELECT count(*) FROM position) + (SELECT count(*) FROM flow) + (SELECT count(*) FROM snow)"
    )
    return asked(owner_url(server), counts)


def recorded() -> list[Message]:
    return [Message(one.topic, one.payload, one.time_us) for one in messages()]


def accept(url: str, some: list[Message]) -> None:
    connection, accepting = acceptance(url, wall_clock_us)
    with connection:
        assert accepting.accept(some).rejected == []


def rows_at(url: str) -> Rows:
    with psycopg.connect(url) as connection:
        return rows_of(connection)


@pytest.fixture
def clean(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """What the database holds where nothing is lost."""
    set_up(database_url, tmp_path_factory.mktemp("streets"))
    accept(database_url, recorded())
    return rows_at(database_url)


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.mark.kafka
def test_by_the_offsets_in_the_dump(clean: Rows, kafka: KafkaServer, backups: Path, tmp_path: Path) -> None:
    topic, sent, total = "backup", recorded(), sum(clean.raw.values())
    first, second, third = (sent[at::3] for at in range(3))
    create_topic(kafka, topic, 3, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    environment = kafka_worker.environment(kafka, "", topic, topic)
    with doomed(tmp_path, environment, "--source", "kafka") as old:
        produce(kafka, topic, [*first, *second])
        until(lambda: raw_rows(old) > 0, "nothing is stored")
        back_up(old, backups)
        until(lambda: raw_rows(old) == len(first) + len(second), "not all of the first is stored")
    produce(kafka, topic, third)
    with machine(tmp_path / "new") as new, operator(tmp_path / "after", **at(new)) as reader:
        reader.follow(steps("## Restore", **{BACKUPS: str(backups)})[0])
        assert 0 < raw_rows(new) < len(first) + len(second), "the dump was not made in the middle"
        with worker(environment, new, "--source", "kafka"):
            until(lambda: raw_rows(new) == total, "not all rows came")
        assert rows_at(owner_url(new)) == clean
        assert counted(owner_url(new)) == len(sent), "it did not read on from where the dump was made"


@pytest.mark.mosquitto
def test_by_a_recording(clean: Rows, mosquitto: Broker, backups: Path, tmp_path: Path) -> None:
    total = sum(clean.raw.values())
    environment = os.environ | {
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_CLIENT_ID": "backup",
    }
    with running(environment, "record", str(backups / "today.ndjson.gz")) as recorder:
        assert recorder.stderr
        assert "recording into" in recorder.stderr.readline()
        with doomed(tmp_path, environment) as old:
            with sending(mosquitto):
                until(lambda: raw_rows(old) > 0, "nothing is stored")
                back_up(old, backups)
            until(lambda: raw_rows(old) == total, "not all is stored")
    with machine(tmp_path / "new") as new, operator(tmp_path / "after", **at(new)) as reader:
        restore, replay = steps("## Restore", **{BACKUPS: str(backups)})
        reader.follow(restore)
        assert 0 < raw_rows(new) < total, "the dump was not made in the middle"
        with worker(environment, new):
            until(lambda: subscribed(owner_url(new)), "the worker did not start")
            reader.follow(replay)
        assert rows_at(owner_url(new)) == clean


@pytest.fixture
def archive() -> Iterator[Path]:
    """A folder that the server's user may write, who may not pass tmp_path."""
    folder = Path(tempfile.mkdtemp(prefix="vinterkoll-archive-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


NIGHTS: Final = {
    "dump": ("## Backup", 0, BACKUPS, "pg_dump", ("2026-01-01T033000Z.dump", "2026-01-01T03.ndjson.gz")),
    "base": ("### To the minute", 1, ARCHIVE, "pg_basebackup", ("base-2026-01-01T033000Z", "1.backup")),
}


@pytest.mark.parametrize("kind", NIGHTS)
@pytest.mark.parametrize("there", [True, False])
def test_a_night_that_fails_deletes_nothing(kind: str, there: bool, tmp_path: Path) -> None:
    heading, at, place, name, old = NIGHTS[kind]
    program(tmp_path / "bin", name, "exit 1")
    step = steps(heading, **{place: str(tmp_path if there else tmp_path / "unmounted")})[at]
    for one in old:
        (tmp_path / one).touch()
        age(tmp_path / one)
    assert shown(step.commands, tmp_path, tmp_path / "bin")[0] != 0
    assert all((tmp_path / one).exists() for one in old)


def test_a_night_that_succeeds_deletes_what_is_older_than_a_week(tmp_path: Path) -> None:
    heading, at, place, name, old = NIGHTS["dump"]
    program(tmp_path / "bin", name, ": > unfinished")
    for one in ("young.dump", "young.ndjson.gz", *old):
        (tmp_path / one).touch()
    for one in old:
        age(tmp_path / one)
    assert shown(steps(heading, **{place: str(tmp_path)})[at].commands, tmp_path, tmp_path / "bin")[0] == 0
    assert not any((tmp_path / one).exists() for one in old)
    assert len(list(tmp_path.glob("*.dump"))) == 2
    assert (tmp_path / "young.ndjson.gz").exists()


def test_a_command_is_run_with_the_settings_of_whom_it_says(tmp_path: Path) -> None:
    for user in ("ingest", "owner"):
        (tmp_path / f"{user}.env").write_text(f"VINTERKOLL_DATABASE_URL=postgresql://{user}@127.0.0.1/v\n")
    program(tmp_path / "bin", "vinterkoll", 'echo "$VINTERKOLL_DATABASE_URL" "$@"')
    program(tmp_path / "bin", "docker", 'echo docker "$@"')
    places = {"/etc/vinterkoll": str(tmp_path), "/opt/vinterkoll/bin": str(tmp_path / "bin")}
    [step] = steps("## How to run `vinterkoll` here", **places)
    ended, said = shown(step.commands, tmp_path, tmp_path / "bin")
    assert ended == 0
    assert said.splitlines() == [
        "docker compose exec ingest vinterkoll doctor",
        "docker compose run --rm migrate workers list",
        "postgresql://ingest@127.0.0.1/v doctor",
        "postgresql://owner@127.0.0.1/v workers list",
    ]
    users = {
        name: environment(SERVICES[name], {})["VINTERKOLL_DATABASE_URL"] for name in ("ingest", "migrate")
    }
    assert f"//{INGEST}@" in users["ingest"]
    assert "//vinterkoll_owner@" in users["migrate"]


def hand_over(folder: Path, to: Path) -> None:
    """Give a folder to the owner of another, as if that user had run the commands."""
    owner = to.stat().st_uid
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner, -1, follow_symlinks=False)


def archived(archive: Path) -> set[str]:
    return {one.name for one in archive.iterdir() if len(one.name) == 24}


def begin(base: Path) -> str:
    """The first file of changes that a base needs."""
    [found] = re.findall(
        r"^START WAL LOCATION.*file (\w+)", (base / "backup_label").read_text(), re.MULTILINE
    )
    return str(found)


def switched(url: str, archive: Path) -> str:
    """Write something, and wait until all that was written is archived; return the last file."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_create_restore_point('here')")
        [(last,)] = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
    until((archive / last).exists, "the last change was not archived")
    return str(last)


def forget_that_it_is_archived(data: Path, file: str) -> None:
    """As if the server had died between the command and its note of it: the file comes again."""
    note = data / "pg_wal" / "archive_status" / f"{file}.done"
    until(note.exists, "it is not noted")
    note.rename(note.with_suffix(".ready"))


def test_by_the_archive(clean: Rows, archive: Path, tmp_path: Path) -> None:
    sent = recorded()
    settings, night, restore = steps("### To the minute", **{ARCHIVE: str(archive)})
    with machine(tmp_path / "server") as server:
        url = server.url("vinterkoll")
        with psycopg.connect(url) as connection:
            data = Path(connection.execute("SHOW data_directory").fetchall()[0][0])
        hand_over(archive, data)
        environment = {
            "PGHOST": "127.0.0.1",
            "PGUSER": "postgres",
            "PGPASSWORD": server.password,
            "PGDATA": str(data),
        }
        with operator(tmp_path / "operator", PGPORT=str(server.port), **environment) as reader:
            reader.follow(settings)
            server.stop()
            server.start(durable=False, port=server.port)
            set_up(owner_url(server), tmp_path)
            accept(url, sent[::3])
            reader.follow(night)
            [first] = archive.glob("base-*")
            age(first.rename(archive / "base-2026-01-01T033000Z"))
            accept(url, sent[1::3])
            before = archived(archive)
            reader.follow(night)
            [base] = archive.glob("base-*")
            assert min(before) < begin(base)
            assert all(one >= begin(base) for one in archived(archive))
            accept(url, sent[2::3])
            forget_that_it_is_archived(data, switched(url, archive))
            switched(url, archive)
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            until(lambda: server.exit_code is not None, "it does not die")
            shutil.rmtree(data)
            data.mkdir(0o700)
            reader.follow(restore)
        hand_over(data, data.parent)
        server.start(durable=False, port=server.port)
        until(lambda: asked(url, "SELECT (NOT pg_is_in_recovery())::int") == 1, "it does not recover")
        assert rows_at(url) == clean


def test_what_should_be_gone_by_now_goes(empty_database_url: str, database_url: str) -> None:
    """A backup from last winter, after the last two commands that touch a restored database."""
    url = empty_database_url  # the other's migrations have made the roles
    ran("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={RELEASES / '0.1.0.sql'}", url)
    named = "SELECT count(*) FROM device WHERE kind = 'stretch' AND name IS NOT NULL"
    gone = ("SELECT count(*) FROM position", "SELECT count(*) FROM reject_message", named)
    assert all(asked(url, query) for query in gone)
    treated = asked(url, "SELECT count(*) FROM stretch")
    for command in ("migrate", "housekeeping"):
        done = vinterkoll(command, VINTERKOLL_DATABASE_URL=url, VINTERKOLL_HISTORY_DAYS="36500")
        assert done.returncode == 0, done.stderr
    assert [asked(url, query) for query in gone] == [0, 0, 0]
    assert asked(url, "SELECT count(*) FROM stretch") == treated


def take(url: str, some: list[Message]) -> None:
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        assert accepting.accept(some).rows > len(some) // 2


@pytest.mark.timescale
def test_with_timescale(backups: Path, tmp_path: Path) -> None:
    """What it cannot do: COPY, so the dump is made of INSERTs; users, and rights to its one database."""
    places = {
        BACKUPS: str(backups),
        "vinterkoll_owner": "postgres",
        "PGDATABASE=vinterkoll": "PGDATABASE=template1",
    }
    [dump] = steps("## Backup", **places, **{"pg_dump ": "pg_dump --inserts --rows-per-insert=50 "})
    places |= {"--dbname=vinterkoll": "--dbname=template1", "# with TimescaleDB: ": "", USERS: ""}
    [restore, _] = steps("## Restore", **places)
    jobs = "SELECT count(*) FROM timescaledb_information.jobs"
    first, later = small_installation.messages()
    with timescale(tmp_path / "old log") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            list(bring_up_to_date(connection, small_installation.SETTINGS.raw_days, small_installation.NOW))
            small_installation.furnish(connection)
        take(url, first)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT compress_chunk(one) FROM show_chunks('position') AS one ORDER BY 1 LIMIT 1"
            )
            before = derived(connection)
        policies = asked(url, jobs)
        with operator(tmp_path / "before", PGPORT=str(port_of(url))) as reader:
            reader.follow(dump)
    with timescale(tmp_path / "new log") as url:
        days = {"VINTERKOLL_RAW_DAYS": "20000", "VINTERKOLL_HISTORY_DAYS": "20001"}
        with operator(tmp_path / "after", PGPORT=str(port_of(url)), **days) as reader:
            reader.follow(restore)
        with psycopg.connect(url) as connection:
            assert derived(connection) == before
        assert asked(url, jobs) == policies > 5
        take(url, later)
        with psycopg.connect(url) as connection:
            equals_reference(derived(connection), connection)


def port_of(url: str) -> object:
    return conninfo_to_dict(url)["port"]
