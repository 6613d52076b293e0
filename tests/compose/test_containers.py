"""The commands of compose.yaml, each as its container would run it: with its environment, its mounts, no capability, and asked for
its health as Compose asks; on the real parts."""

import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
import pytest

from certificates import DOCUMENT
from compose_file import FOLDER, SERVICES, WITH_KAFKA, Service, environment, variables
from container import Container
from postgres_programs import programs
from shipped_broker import INGEST_PASSWORD, OWN, SENT, Sender, ShippedBroker
from shipped_kafka import ShippedKafka
from vinterkoll.app.children import accepts_connections, free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.simulators.network_file import write_network

NIGHT: Final = "02:30"
"""When the timer of compose/systemd runs it."""


@dataclass
class Installation:
    """A database with streets, prepared by the services that run once; and what .env would say."""

    postgres: EmbeddedPostgres
    values: dict[str, str] = field(default_factory=dict)

    def container(self, service: Service, more: dict[str, str] | None = None, **mounts: Any) -> Container:
        return Container(service, environment(service, self.values) | (more or {}), **mounts)

    def asked(self, query: str) -> Any:
        with psycopg.connect(self.postgres.url("vinterkoll")) as connection:
            [(answer,)] = connection.execute(query.encode()).fetchall()
        return answer


def done(process: "subprocess.CompletedProcess[str]") -> str:
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    postgres = EmbeddedPostgres(folder / "postgres")
    postgres.start(durable=False)
    names = variables("compose.yaml", "compose.kafka.yaml")
    values = {name: f"{name}-of-a-test" for name, rule in names.items() if rule.startswith(":?")}
    values |= {"DB_PORT": str(postgres.port), "MQTT_INGEST_PASSWORD": INGEST_PASSWORD}
    found = Installation(postgres, values)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        password = values["DB_OWNER_PASSWORD"]
        connection.execute(f"CREATE ROLE vinterkoll_owner SUPERUSER LOGIN PASSWORD '{password}'".encode())
        connection.execute("CREATE DATABASE vinterkoll OWNER vinterkoll_owner")
    migrate, users = SERVICES["migrate"], SERVICES["db-users"]
    done(found.container(migrate).run("vinterkoll", *migrate["command"]))
    write_network(folder / "streets.geojson", 1)
    files = found.container(migrate, shown={folder: folder})
    assert "segments" in done(files.run("vinterkoll", "network", "import", str(folder / "streets.geojson")))
    psql = [str(programs() / "psql"), "--no-psqlrc", f"--file={FOLDER / 'postgres' / 'users.sql'}"]
    assert users["command"] == ["--no-psqlrc", "--file=/users.sql"]
    done(found.container(users).run(*psql))
    yield found
    postgres.remove()


@pytest.fixture
def broker(tmp_path: Path) -> ShippedBroker:
    """The files of a broker, which does not run. Where root's access.sh gave them away, the container's user has them back."""
    shipped = ShippedBroker(tmp_path)
    shipped.stop()
    for file in (tmp_path / "access", *(tmp_path / "access").iterdir()):
        os.chown(file, os.geteuid(), -1)
    return shipped


def housing(broker: ShippedBroker) -> Container:
    folder = broker.folder
    writable = [folder / "access", folder / "data"]
    return Container(SERVICES["broker"], shown={folder: folder}, writable=writable, directory=folder)


def test_a_container_of_these_tests_is_one() -> None:
    container = Container(SERVICES["ingest"])
    status = done(container.run("cat", "/proc/self/status"))
    for line in ("CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "Uid:\t10001"):
        assert line in status
    assert done(container.run("touch", "/tmp/x")) == ""
    for place in ("/x", "/var/tmp/x", str(FOLDER / "x")):
        refused = container.run("touch", place)
        assert (refused.returncode, "Read-only file system" in refused.stderr) == (1, True)


@pytest.mark.mosquitto
def test_the_broker_takes_users_and_messages_and_keeps_them(broker: ShippedBroker) -> None:
    container, here = housing(broker), {"mosquitto_pub": f"mosquitto_pub -p {broker.port}"}
    assert not container.healthy(here)
    with container.running(*SERVICES["broker"]["command"]) as process:
        process.wait(lambda: accepts_connections(broker.port))
        assert container.healthy(here)
        done(container.run("mosquitto_passwd", "access/passwords", "ny", given="ny\nny\n"))
        process.signal(signal.SIGHUP)
        process.wait(lambda: taken(broker, "ny"))
    assert (broker.folder / "data" / "mosquitto.db").stat().st_size > 0


def taken(broker: ShippedBroker, user: str) -> bool:
    sender = Sender(broker, user)
    sender.close()
    return sender.connected == SENT


@pytest.mark.postgres
@pytest.mark.mosquitto
def test_what_is_sent_is_stored_and_shown(installed: Installation, broker: ShippedBroker) -> None:
    ingest, api = SERVICES["ingest"], SERVICES["api"]
    port = str(free_port())
    worker = installed.container(
        ingest, {"VINTERKOLL_MQTT_PORT": str(broker.port), "VINTERKOLL_MAPPINGS": ""}
    )
    installed.values["API_PORT"] = port
    shown = installed.container(api, {"VINTERKOLL_MAPPINGS": ""})
    with (
        housing(broker).running(*SERVICES["broker"]["command"]) as mosquitto,
        worker.running("vinterkoll", *ingest["command"]) as working,
        shown.running("vinterkoll", *api["command"]) as serving,
    ):
        mosquitto.wait(lambda: accepts_connections(broker.port))
        before = installed.asked("SELECT count(*) FROM position")
        working.wait(lambda: installed.asked("SELECT bool_or(connected) FROM ingest_status"))
        send(broker)
        working.wait(lambda: installed.asked("SELECT count(*) FROM position") > before)
        assert worker.healthy({})
        serving.wait(lambda: accepts_connections(int(port)))
        assert shown.healthy({"${API_PORT:-8080}": port})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            assert orjson.loads(answer.read())["status"] == "ready"
    with psycopg.connect(installed.postgres.url("vinterkoll")) as connection:
        connection.execute("UPDATE ingest_status SET updated_at = now() - interval '1 minute'")
    assert not worker.healthy({}), "silent for a minute"


def send(broker: ShippedBroker) -> None:
    """Send what docs/production.md lets a contractor try."""
    [message] = [
        line for line in DOCUMENT.read_text("utf-8").splitlines() if "-t mip/v1/nordsno/AB12" in line
    ]
    payload = message.partition("-m ")[2]
    text = done(
        subprocess.run(["sh", "-c", f"printf %s {payload}"], capture_output=True, text=True, check=False)
    )
    sender = Sender(broker, "nordsno")
    assert sender.publish(OWN, text) == SENT
    sender.close()


@pytest.mark.postgres
@pytest.mark.mosquitto
@pytest.mark.kafka
def test_with_kafka_what_is_sent_goes_through_it(
    installed: Installation, broker: ShippedBroker, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kafka = ShippedKafka(tmp_path_factory.mktemp("kafka"))
    port = str(free_port())
    there = {kafka.folder: kafka.folder}
    at = {"VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.address}
    server = installed.container(
        WITH_KAFKA["kafka"], {"PATH": kafka.path}, shown=there, writable=[kafka.data]
    )
    access = installed.container(WITH_KAFKA["kafka-access"], {"PATH": kafka.path}, shown=there)
    bridge = installed.container(WITH_KAFKA["bridge"], at | {"VINTERKOLL_MQTT_PORT": str(broker.port)})
    workers = [
        installed.container(WITH_KAFKA[name], at | {"VINTERKOLL_MAPPINGS": ""})
        for name in ("ingest", "ingest-2")
    ]
    here = {"/127.0.0.1/9092": f"/127.0.0.1/{kafka.port}"}
    assert not server.healthy(here)
    with server.running("sh", str(kafka.config / "start.sh")) as process:
        process.wait(lambda: server.healthy(here))
        done(access.run("sh", str(kafka.config / "access.sh")))
        with (
            housing(broker).running(*SERVICES["broker"]["command"]) as mosquitto,
            workers[0].running("vinterkoll", *WITH_KAFKA["ingest"]["command"]) as working,
            workers[1].running("vinterkoll", *WITH_KAFKA["ingest-2"]["command"]),
        ):
            mosquitto.wait(lambda: accepts_connections(broker.port))
            command = [port if word == "9464" else word for word in WITH_KAFKA["bridge"]["command"]]
            before = installed.asked("SELECT count(*) FROM position")
            with bridge.running("vinterkoll", *command) as carrying:
                carrying.wait(lambda: accepts_connections(int(port)))
                assert bridge.healthy({":9464/": f":{port}/"})
                send(broker)
                working.wait(lambda: installed.asked("SELECT count(*) FROM position") > before)
            assert all(worker.healthy({}) for worker in workers)
    assert (
        installed.asked("SELECT count(DISTINCT worker) FROM ingest_status WHERE worker LIKE 'ingest%'") == 2
    )


@pytest.mark.postgres
def test_housekeeping_is_done_at_once_and_seen(installed: Installation, tmp_path: Path) -> None:
    service = SERVICES["housekeeping"]
    container = installed.container(service, temporary=tmp_path)
    assert not container.healthy({})
    before = installed.asked("SELECT kept_house_at FROM raw_horizon")
    with container.running("sh", str(FOLDER / "housekeeping.sh")) as process:
        process.wait(lambda: container.healthy({}))
    assert installed.asked("SELECT kept_house_at FROM raw_horizon") > before


@pytest.mark.parametrize(("code", "seconds"), [(0, range(1, 2 * 86_400)), (1, range(599, 602))])
def test_housekeeping_sleeps_until_the_night_or_comes_back_soon(
    tmp_path: Path, code: int, seconds: range
) -> None:
    (tmp_path / "vinterkoll").write_text(f"#!/bin/sh\nexit {code}\n")
    (tmp_path / "sleep").write_text('#!/bin/sh\necho "$1"; exit 7\n')
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "TZ": "UTC"}
    container = Container(SERVICES["housekeeping"], path, shown={tmp_path: tmp_path})
    ran = container.run("sh", str(FOLDER / "housekeeping.sh"))
    assert ran.returncode == 7
    slept = int(ran.stdout)
    assert slept in seconds
    if not code:
        woken = container.run("date", "--utc", "--date", f"{slept} seconds", "+%H:%M")
        assert woken.stdout.strip() in {NIGHT, "02:29"}
        timer = (FOLDER / "systemd" / "vinterkoll-housekeeping.timer").read_text()
        assert f"OnCalendar=*-*-* {NIGHT}:00" in timer


def test_prometheus_asks_api_and_bridge(tmp_path: Path) -> None:
    service = WITH_KAFKA["prometheus"]
    port = free_port()
    changes = {
        "/etc/prometheus/": f"{FOLDER / 'prometheus'}/",
        "path=/prometheus": f"path={tmp_path}",
        "127.0.0.1:9090": f"127.0.0.1:{port}",
    }
    command = list(service["command"])
    for shipped, here in changes.items():
        command = [word.replace(shipped, here) for word in command]
    bridges = {FOLDER / "prometheus" / "bridges": FOLDER / "kafka" / "metrics"}
    container = Container(service, shown=bridges, writable=[tmp_path])
    health = {"127.0.0.1:9090": f"127.0.0.1:{port}"}
    assert not container.healthy(health)
    with container.running("prometheus", *command) as process:
        process.wait(lambda: container.healthy(health))
        process.wait(lambda: pools(port) == {"vinterkoll": 1, "vinterkoll-bridge": 1})
    assert (tmp_path / "wal").is_dir()


def pools(port: int) -> dict[str, int]:
    """How many targets there are of each job."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/targets", timeout=5) as answer:
        targets = orjson.loads(answer.read())["data"]["activeTargets"]
    names = [target["scrapePool"] for target in targets]
    return {name: names.count(name) for name in names}
