"""The real parts that tests share: a PostgreSQL and a mosquitto, each started once, on free ports of 127.0.0.1."""

import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from vinterkoll.app.children import accepts_connections, free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.storage.migrate import migrate

_names = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL cluster of this test session."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "cluster")
    server.start(durable=False)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def _migrated_template(postgres: EmbeddedPostgres) -> str:
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    with psycopg.connect(postgres.url("migrated"), autocommit=True) as connection:
        migrate(connection)
    return "migrated"


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A new database without a schema."""
    yield from _database(postgres, "template1")


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, _migrated_template: str) -> Iterator[str]:
    """A new database with the current schema and no rows."""
    yield from _database(postgres, _migrated_template)


def _database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{next(_names)}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        yield postgres.url(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass
class Broker:
    """A mosquitto that can be stopped and started again on the same port, keeping its persistent sessions."""

    directory: Path
    port: int
    host: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self.directory / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {self.directory}/\nautosave_interval 1\n"
            "max_queued_messages 100000\nmax_inflight_messages 0\n"
        )
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        command = [program, "-c", str(config)]
        if Path("/proc/self").stat().st_uid == 0:  # mosquitto gives up root for a user who cannot write here
            config.write_text(config.read_text() + "user root\n")
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not accepts_connections(self.port):
            assert self.process.poll() is None, "mosquitto ended at start"
            assert time.monotonic() < deadline, "mosquitto did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@pytest.fixture(scope="session")
def _shared_mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("mosquitto"), free_port())
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def mosquitto(_shared_mosquitto: Broker) -> Broker:
    """The session's mosquitto; started again if the last test left it stopped. Use client ids and topics of your own."""
    if _shared_mosquitto.process is None:
        _shared_mosquitto.start()
    return _shared_mosquitto


@pytest.fixture
def port() -> int:
    """A free port of 127.0.0.1."""
    return free_port()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port of 127.0.0.1 that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
