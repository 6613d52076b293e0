"""`vinterkoll ingest` and `simulate` by TLS at the shipped broker, and what is said when they cannot or do not use it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from certificates import CERTIFIED_NAME
from command import SECRET, fails, vinterkoll
from processes import ended_well
from shipped_broker import INGEST_PASSWORD, OWN, SENT, Sender, ShippedBroker, wait
from vinterkoll.app.broker_trust import broker_trust, kafka_trust
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import wall_clock_us


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[ShippedBroker]:
    running = ShippedBroker(tmp_path)
    yield running
    running.stop()


def by_tls(broker: ShippedBroker, user: str, password: str) -> dict[str, str]:
    """The settings of docs/production.md, TLS."""
    return {
        "VINTERKOLL_MQTT_HOST": CERTIFIED_NAME,
        "VINTERKOLL_MQTT_PORT": str(broker.tls_port),
        "VINTERKOLL_MQTT_TLS": "true",
        "VINTERKOLL_MQTT_CA_FILE": str(broker.ca_file),
        "VINTERKOLL_MQTT_USER": user,
        "VINTERKOLL_MQTT_PASSWORD": password,
    }


@pytest.mark.postgres
@pytest.mark.mosquitto
def test_what_a_contractor_sends_is_stored_and_its_payload_cannot_name_another(
    town_url: str, broker: ShippedBroker
) -> None:
    environment = by_tls(broker, "ingest", INGEST_PASSWORD) | {"VINTERKOLL_DATABASE_URL": town_url}
    command = [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--drain-s", "1"]
    worker = subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.PIPE, text=True)
    good = {"time": wall_clock_us() // 1000, "lon": 18.7153, "lat": 63.2909, "actions": ["PLOUGHING"]}
    vehicle = Sender(broker, "nordsno")
    wait(lambda: vehicle.publish(OWN, orjson.dumps(good).decode()) == SENT)  # once the worker has subscribed
    for lie in ({"vehicle": "CD2"}, {"contractor": "vagservice", "seq": 1}):
        assert vehicle.publish(OWN, orjson.dumps(good | lie).decode()) == SENT
    vehicle.close()
    worker.send_signal(signal.SIGTERM)
    ended_well(worker)
    with psycopg.connect(town_url) as connection:
        stored = connection.execute(
            "SELECT owner, name FROM position JOIN device USING (device_id)"
        ).fetchall()
        rejects = connection.execute("SELECT code, field FROM reject").fetchall()
    assert stored == [("nordsno", "AB1")] * 2, "whose it is says the topic"
    assert rejects == [("topic_mismatch", "vehicle")]


@pytest.mark.mosquitto
def test_the_simulator_publishes_by_tls(broker: ShippedBroker) -> None:
    environment = by_tls(broker, "chirpstack", "chirpstack")
    done = vinterkoll("simulate", "--only", "snow", "--duration", "0.1", "--speed", "9999", **environment)
    assert done.returncode == 0, done.stderr
    assert "connected to the MQTT broker" in done.stderr
    assert "refused" not in done.stderr


@pytest.mark.mosquitto
def test_a_certificate_of_another_name_ends_the_simulator(broker: ShippedBroker) -> None:
    environment = by_tls(broker, "chirpstack", SECRET)
    said = fails(vinterkoll("simulate", "--mqtt-host", "127.0.0.1", **environment), 2)
    assert "not valid for '127.0.0.1'. It must be valid now, for the name in VINTERKOLL_MQTT_HOST" in said


@pytest.mark.postgres
@pytest.mark.mosquitto
def test_a_certificate_of_an_unknown_ca_ends_the_worker(town_url: str, broker: ShippedBroker) -> None:
    environment = by_tls(broker, "ingest", SECRET) | {"VINTERKOLL_DATABASE_URL": town_url}
    said = fails(vinterkoll("ingest", **environment | {"VINTERKOLL_MQTT_CA_FILE": ""}), 2)
    assert "is not accepted: " in said
    assert "VINTERKOLL_MQTT_CA_FILE" in said


@pytest.mark.parametrize("command", ["ingest", "simulate"])
@pytest.mark.parametrize(
    ("ca_file", "fault"),
    [
        ("nowhere.pem", "No such file or directory"),
        ("/", "Is a directory"),
        (__file__, "no certificate in PEM form is in that file"),
    ],
)
def test_an_unusable_ca_file_is_one_line(command: str, ca_file: str, fault: str) -> None:
    done = vinterkoll(command, VINTERKOLL_MQTT_TLS="true", VINTERKOLL_MQTT_CA_FILE=ca_file)
    assert fails(done, 2) == f"vinterkoll: VINTERKOLL_MQTT_CA_FILE: {fault}\n"


def test_a_ca_file_that_would_not_be_used_is_refused() -> None:
    said = fails(vinterkoll("simulate", VINTERKOLL_MQTT_CA_FILE="ca.pem"), 2)
    assert "VINTERKOLL_MQTT_CA_FILE" in said
    assert "VINTERKOLL_MQTT_TLS=true" in said


@pytest.mark.parametrize(
    ("host", "user", "warned"),
    [
        ("mqtt.example.org", "ingest", True),
        ("192.0.2.7", "ingest", True),
        ("mqtt.example.org", "", False),
        ("127.0.0.1", "ingest", False),
        ("::1", "ingest", False),
        ("localhost", "ingest", False),
    ],
)
def test_a_password_in_clear_is_warned_about(
    host: str, user: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert broker_trust(Settings(mqtt_tls=False, mqtt_ca_file=""), host, user) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"] * warned
    assert ("VINTERKOLL_MQTT_TLS=true" in caplog.text) == warned


@pytest.mark.parametrize(
    ("servers", "warned"),
    [("127.0.0.1:9092,[::1]:9092", False), ("localhost:9092, k.example.org:9092", True)],
)
def test_a_password_for_kafka_in_clear_is_warned_about(
    servers: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        kafka_tls=False, kafka_ca_file="", kafka_user="ingest", kafka_bootstrap_servers=servers
    )
    assert kafka_trust(settings) is None
    assert ("VINTERKOLL_KAFKA_TLS=true" in caplog.text) == warned
