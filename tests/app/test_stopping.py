"""Told to stop, every part ends by itself within five seconds, whatever it waits for, and nothing is lost by it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest

from broker import Broker
from http_ingest import MIP, SENDER, add_keys, item
from kafka_records import create_topic
from kafka_server import KafkaServer
from kafka_worker import environment as kafka_environment
from link import Link
from under_load import asked, subscribed, until, waiting
from vinterkoll.app.children import accepts_connections, free_port
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.simulators import stream
from vinterkoll.simulators.mqtt import MqttSink

pytestmark = pytest.mark.postgres

STOP_S: Final = 5.0
"""What is promised to whoever sends SIGTERM."""
DONE_S: Final = 30
SILENT_S: Final = 60.0
TOPIC: Final = "mip/v1/snow/v1/position"


@contextmanager
def stopped(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `vinterkoll`; when the block ends, tell it to stop, and expect that it ends well and in time."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vinterkoll.app.cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=STOP_S)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, said
    assert "Traceback" not in said


def rejected(url: str) -> bool:
    return asked(url, "SELECT count(*) FROM reject_message") == 1


def worker_environment(url: str, port: int) -> dict[str, str]:
    return os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_MQTT_PORT": str(port),
        "VINTERKOLL_MQTT_CLIENT_ID": "stopping",
        "VINTERKOLL_MQTT_RECEIVE_MAXIMUM": "1",  # what is in hand can be told by what is asked for
    }


def send(broker: Broker) -> None:
    """Send what can only be rejected, and so changes nothing but the account of it."""
    sink = MqttSink("127.0.0.1", broker.port, threading.Event())
    sink.send(stream.Message(0, TOPIC, b"no position"))
    sink.close()


def comes_again(url: str, broker: Broker) -> None:
    """The next worker is given what the last one did not store."""
    assert not rejected(url)
    with stopped(worker_environment(url, broker.port), "ingest"):
        until(lambda: rejected(url), "the message is lost")


@pytest.mark.mosquitto
@pytest.mark.parametrize("trouble", ["away", "silent", "silent to whoever connects"])
def test_a_worker_whose_database_does_not_answer(trouble: str, town_url: str, broker: Broker) -> None:
    port = psycopg.conninfo.conninfo_to_dict(town_url)["port"]
    with Link(int(str(port))) as link:
        through = town_url.replace(f":{port}/", f":{link.port}/")
        with stopped(worker_environment(through, broker.port), "ingest"):
            until(lambda: subscribed(town_url), "the worker did not start")
            if trouble != "silent":
                link.cut()
            if trouble != "away":
                link.delay_s = SILENT_S
            if trouble == "silent to whoever connects":
                link.mend()
            send(broker)
            time.sleep(1)  # until it has the message in hand
        link.cut()
    comes_again(town_url, broker)


@pytest.mark.mosquitto
def test_a_worker_that_waits_for_a_lock(town_url: str, broker: Broker) -> None:
    with psycopg.connect(town_url) as locking:
        with stopped(worker_environment(town_url, broker.port), "ingest"):
            until(lambda: subscribed(town_url), "the worker did not start")
            locking.execute("LOCK TABLE reject_message")
            send(broker)
            until(lambda: waiting(town_url) == 1, "it does not wait")
        assert waiting(town_url) == 0, "the server goes on waiting for who has gone"
    comes_again(town_url, broker)


def says(process: "subprocess.Popen[str]", part: str) -> None:
    """Read on until it says that, or ends."""
    assert process.stderr is not None
    impatient = threading.Timer(DONE_S, process.kill)
    impatient.start()
    assert any(part in line for line in process.stderr), f"it never said {part!r}"
    impatient.cancel()


@pytest.mark.parametrize("command", ["ingest", "record"])
def test_whoever_waits_for_the_mqtt_broker(command: str, town_url: str, tmp_path: Path) -> None:
    arguments = [str(tmp_path / "recording.ndjson")] if command == "record" else []
    with stopped(worker_environment(town_url, free_port()), command, *arguments) as process:
        says(process, "no connection to the MQTT broker")


@pytest.mark.kafka
def test_a_bridge_that_waits_for_the_mqtt_broker(kafka: KafkaServer, town_url: str) -> None:
    create_topic(kafka, "stopping-bridge", 1, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    environment = worker_environment(town_url, free_port()) | kafka_environment(
        kafka, town_url, "stopping-bridge", "stopping-bridge"
    )
    with stopped(environment, "bridge") as process:
        says(process, "no connection to the MQTT broker")


def test_a_worker_that_waits_for_kafka(town_url: str) -> None:
    environment = worker_environment(town_url, 1883) | {
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}"
    }
    with stopped(environment, "ingest", "--source", "kafka") as process:
        says(process, "Kafka at 127.0.0.1")


@pytest.mark.kafka
def test_a_worker_without_kafka_and_database(kafka: KafkaServer, town_url: str) -> None:
    create_topic(kafka, "stopping", 2)
    port = str(psycopg.conninfo.conninfo_to_dict(town_url)["port"])
    with Link(int(port)) as link:
        through = town_url.replace(f":{port}/", f":{link.port}/")
        with stopped(
            kafka_environment(kafka, through, "stopping", "stopping"), "ingest", "--source", "kafka"
        ) as process:
            until(lambda: subscribed(town_url), "the worker did not start")
            link.delay_s = SILENT_S
            kafka.kill()
            says(process, "Kafka")
    kafka.start()


def test_an_api_whose_request_waits_for_a_lock(town_url: str) -> None:
    add_keys(town_url)
    port = free_port()
    environment = os.environ | {
        "VINTERKOLL_DATABASE_URL": town_url,
        "VINTERKOLL_INGEST_DATABASE_URL": town_url,
    }
    answers: list[int] = []

    def post() -> None:
        with suppress(httpx.TransportError):
            headers = {"Authorization": f"Bearer {SENDER}"}
            answer = httpx.post(
                f"http://127.0.0.1:{port}{MIP}", json=[item()], headers=headers, timeout=DONE_S
            )
            answers.append(answer.status_code)

    sender = threading.Thread(target=post)
    with psycopg.connect(town_url) as locking:
        with stopped(environment, "api", "--port", str(port)):
            until(lambda: accepts_connections(port), "the API did not start")
            locking.execute("LOCK TABLE position")
            sender.start()
            until(lambda: waiting(town_url) == 1, "nothing waits")
        assert waiting(town_url) == 0, "the server goes on waiting for who has gone"
        sender.join()
    assert answers in ([], [503]), "it was told that its data is stored"
    assert asked(town_url, "SELECT count(*) FROM position") == 0
