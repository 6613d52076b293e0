"""The real parts that tests share, each started once, on free ports of 127.0.0.1: PostgreSQL, mosquitto, Kafka."""

import itertools
import socket
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

import fuzzing
from broker import Broker
from kafka_server import KafkaServer
from vinterkoll.app.children import free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.storage.migrate import migrate

_names = itertools.count()

# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


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


@pytest.fixture(scope="session")
def _shared_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    server = KafkaServer(tmp_path_factory.mktemp("kafka"), free_port(), free_port())
    server.format()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def kafka(_shared_kafka: KafkaServer) -> KafkaServer:
    """The session's Kafka; started again if the last test left it stopped. Use topics and groups of your own."""
    if _shared_kafka.process is None:
        _shared_kafka.start()
    return _shared_kafka


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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what a long fuzz run made of its examples."""
    for line in fuzzing.report():
        terminalreporter.write_line(line)
