"""The demo's parts: started in the order in which they need each other, stopped so that nothing is lost."""

import os
import secrets
import shlex
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import typer
from psycopg import sql

from vinterkoll.app.children import Child, accepts_connections
from vinterkoll.app.demo_broker import DemoBroker, start_broker
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.errors import ConfigurationError, PartFailedError
from vinterkoll.app.networks import import_network
from vinterkoll.app.register import store_register
from vinterkoll.app.settings import read_settings
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register
from vinterkoll.storage import migrate as migrations

_DATABASE: Final = "vinterkoll"
_ROLES: Final = ("ingest", "api", "register")
_SEED: Final = 1
_FAULTS: Final = "dead-zones,duplicates,reordering"
"""As everyday as snow; what is derived is the same without them. Devices in the demo report rightly."""
_START_TIMEOUT_S: Final = 60.0
_SIMULATOR_STOP_S: Final = 20.0
_WORKER_STOP_S: Final = 60.0
_API_STOP_S: Final = 6.0
_DRAIN_S: Final = 1.0
"""The simulator has the broker's word for all it sent when it ends; what is under way then takes milliseconds."""


class Demo:
    """Database, broker, worker, API and simulator, with their files below `directory`."""

    def __init__(self, directory: Path, port: int, speed: float, hours: float) -> None:
        self._directory = directory
        self._port = port
        self._speed = speed
        self._hours = hours
        self._postgres = EmbeddedPostgres(directory / "postgres")
        self._broker: DemoBroker | None = None
        self._children: dict[str, Child] = {}

    def start(self, stopping: threading.Event) -> str | None:
        """Start everything and return the map's URL, or None when `stopping` was set meanwhile."""
        for start in (self._start_database, self._start_broker, self._start_worker, self._start_api):
            if stopping.is_set():
                return None
            start()
        self._start_simulator()
        return f"http://127.0.0.1:{self._port}/"

    def check(self) -> None:
        """Raise PartFailedError when a part has died."""
        for name, child in self._running():
            if child.exit_code is not None:
                raise PartFailedError(f"the {name} ended with code {child.exit_code}: {child.last_words()}")
        if self._postgres.exit_code is not None:
            raise PartFailedError(f"PostgreSQL ended with code {self._postgres.exit_code}")

    def stop(self) -> Iterator[str]:
        """Stop in the order of the stream, so that what the simulator sent is stored; say what cannot be."""
        for name, timeout_s in (
            ("simulator", _SIMULATOR_STOP_S),
            ("worker", _WORKER_STOP_S),
            ("api", _API_STOP_S),
        ):
            child = self._children.pop(name, None)
            if child is not None and (code := child.stop(timeout_s)) != 0:
                yield f"the {name} ended with code {code}: {child.last_words()}"
        if self._broker is not None:
            self._broker.stop()
        self._postgres.stop()
        (self._directory / "env").unlink(missing_ok=True)

    def _running(self) -> Iterator[tuple[str, Child]]:
        yield from self._children.items()
        if self._broker is not None:
            yield self._broker.name, self._broker.child

    def _start_database(self) -> None:
        typer.echo("starting PostgreSQL …", err=True)
        self._postgres.start()
        with psycopg.connect(self._postgres.url(), autocommit=True) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_DATABASE)))
        with psycopg.connect(self._postgres.url(_DATABASE), autocommit=True) as connection:
            try:
                migrations.migrate(connection)
                write_network(self._directory / "network.geojson", _SEED)
                for line in import_network(connection, self._directory / "network.geojson", read_settings()):
                    typer.echo(line, err=True)
            except (migrations.MigrationError, ConfigurationError) as error:
                raise ConfigurationError(f"{error} (make demo RESET=1 forgets the old data)") from None
            for table, file in write_register(self._directory / "register", _SEED).items():
                store_register(connection, table, file)
            self._urls = {role: self._log_in(connection, role) for role in _ROLES}
            version = connection.info.parameter_status("server_version")
            engine = "with TimescaleDB" if migrations.has_timescale(connection) else "plain, no TimescaleDB"
        typer.echo(f"PostgreSQL {version} ({engine}) on port {self._postgres.port}", err=True)

    def _log_in(self, connection: "psycopg.Connection[Any]", role: str) -> str:
        """Make a log-in user for one of the group roles, with a new password, and return its URL."""
        user, password = f"demo_{role}", secrets.token_urlsafe(24)
        name = sql.Identifier(user)
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [user]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(f"vinterkoll_{role}"), name))
        return self._postgres.url(_DATABASE, user, password)

    def _start_broker(self) -> None:
        self._broker = start_broker(self._directory / "broker")
        typer.echo(f"MQTT broker {self._broker.name} on port {self._broker.port}", err=True)
        settings = self._settings() | {"VINTERKOLL_DATABASE_URL": self._postgres.url(_DATABASE)}
        file = self._directory / "env"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items()))

    def _settings(self) -> dict[str, str]:
        assert self._broker is not None, "the broker is started first"  # noqa: S101
        return {
            "VINTERKOLL_MQTT_HOST": "127.0.0.1",
            "VINTERKOLL_MQTT_PORT": str(self._broker.port),
            "VINTERKOLL_MQTT_RECEIVE_MAXIMUM": str(self._broker.receive_maximum),
            "VINTERKOLL_API_PORT": str(self._port),
            "VINTERKOLL_GENERATED_NOTE": "true",
        }

    def _start(
        self, name: str, role: str | None, *arguments: str, more: Mapping[str, str] | None = None
    ) -> Child:
        """Start a sub-command of our own with the rights of `role`, and `more` settings."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("VINTERKOLL_")}
        environment |= self._settings() | ({"VINTERKOLL_DATABASE_URL": self._urls[role]} if role else {})
        environment |= more or {}
        command = [sys.executable, "-m", "vinterkoll.app.cli", *arguments]
        log = self._directory / f"{name}.log"
        self._children[name] = Child(name, command, log, environment=environment, directory=self._directory)
        return self._children[name]

    def _start_worker(self) -> None:
        started_at = datetime.now(UTC)
        worker = self._start("worker", "ingest", "ingest", "--drain-s", str(_DRAIN_S))
        with psycopg.connect(self._postgres.url(_DATABASE), autocommit=True) as connection:

            def beats() -> bool:
                row = connection.execute(
                    "SELECT max(updated_at) > %s FROM ingest_status", [started_at]
                ).fetchone()
                return row is not None and bool(row[0])

            worker.wait_until(beats, _START_TIMEOUT_S)

    def _start_api(self) -> None:
        by_http = {
            "VINTERKOLL_INGEST_DATABASE_URL": self._urls["ingest"],
            "VINTERKOLL_REGISTER_DATABASE_URL": self._urls["register"],
        }
        server = self._start("api", "api", "api", "--port", str(self._port), more=by_http)
        server.wait_until(lambda: accepts_connections(self._port), _START_TIMEOUT_S)

    def _start_simulator(self) -> None:
        arguments = ["--seed", str(_SEED), "--speed", str(self._speed), "--hours", str(self._hours)]
        arguments += ["--faults", _FAULTS, "--truth", str(self._directory / "truth")]
        self._start("simulator", None, "simulate", *arguments, "--anchor", self._anchor())

    def _anchor(self) -> str:
        """The instant that counts as the morning's beginning, kept: a second start re-sends the same messages."""
        file = self._directory / "anchor"
        if not file.exists():
            begin = datetime.now(UTC) - timedelta(hours=self._hours)
            file.write_text(begin.replace(second=0, microsecond=0).isoformat())
        return file.read_text()
