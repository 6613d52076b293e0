"""`vinterkoll bridge`: nothing that the MQTT broker confirmed is missing in Kafka, whatever dies."""

import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from broker import Broker
from command import SECRET, fails, vinterkoll
from kafka_records import count_of, create_topic, records_of
from kafka_server import PASSWORD, USER, KafkaServer
from processes import running
from vinterkoll.app.children import free_port
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.kafka_records import PAYLOAD_BYTES_MAX, RECORD_BYTES_MAX
from vinterkoll.simulators import stream
from vinterkoll.simulators.mqtt import MqttSink
from vinterkoll.simulators.scenario import Scenario

pytestmark = pytest.mark.kafka

DONE_S = 60
BATCH_ROWS = 200
WIDE = {"max.message.bytes": str(RECORD_BYTES_MAX)}
COMMAND = [sys.executable, "-m", "vinterkoll.app.cli", "bridge"]
SHARED = {f"$share/bridges/{topic}": name for topic, name in Settings().mqtt_topics.items()}


def environment(broker: Broker, kafka: KafkaServer, topic: str, client: str = "bridge") -> dict[str, str]:
    return os.environ | {
        "VINTERKOLL_MQTT_PORT": str(broker.port),
        "VINTERKOLL_MQTT_CLIENT_ID": client,
        "VINTERKOLL_MQTT_TOPICS": orjson.dumps(SHARED).decode(),
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.address,
        "VINTERKOLL_KAFKA_TOPICS": f'["{topic}"]',
        "VINTERKOLL_BATCH_ROWS": str(BATCH_ROWS),
        "VINTERKOLL_LOG_LEVEL": "ERROR",
    }


def morning(minutes: int = 20) -> list[stream.Message]:
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
    return list(Scenario(1, start).messages(start, start + timedelta(minutes=minutes)))


def publish(broker: Broker, messages: Sequence[stream.Message]) -> None:
    """Send at QoS 1, and return when the broker has confirmed all."""
    with closing(MqttSink("127.0.0.1", broker.port, threading.Event())) as sink:
        assert all(sink.send(message) for message in messages)
    assert sink.unacknowledged == sink.not_taken == 0


def until(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DONE_S
    while not reached():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def missing(kafka: KafkaServer, topic: str, sent: Sequence[stream.Message]) -> Counter[tuple[bytes, bytes]]:
    """What was confirmed and is in no record."""
    found = Counter((record.key, record.value) for record in records_of(kafka, topic))
    return Counter((one.topic.encode(), one.payload) for one in sent) - found


def works(metrics: int) -> bool:
    """Whether the bridge that serves its metrics here has both its brokers."""
    try:
        return "vinterkoll_bridge_received_messages_total" in measured(metrics)
    except OSError:
        return False


def measured(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {line.split()[0]: float(line.split()[1]) for line in lines if not line.startswith("#")}


def with_sessions(broker: Broker, kafka: KafkaServer, topic: str, *clients: str) -> None:
    """Let each bridge subscribe once: from then on the broker keeps what is theirs."""
    for client in clients:
        port = free_port()
        with running(environment(broker, kafka, topic, client), "bridge", "--metrics-port", str(port)):
            before = count_of(kafka, topic)

            def arrived(before: int = before) -> bool:
                publish(broker, [stream.Message(0, "mip/v1/probe/v1/position", b"probe")])
                return count_of(kafka, topic) > before

            until(arrived, f"{client} carries nothing")


@pytest.mark.fault
def test_two_bridges_share_the_load_and_one_that_is_killed_loses_nothing(
    broker: Broker, kafka: KafkaServer
) -> None:
    create_topic(kafka, "bridge-shared", 3, WIDE)
    with_sessions(broker, kafka, "bridge-shared", "one", "two")
    sent = morning()
    ports = [free_port(), free_port()]
    with running(
        environment(broker, kafka, "bridge-shared", "two"), "bridge", "--metrics-port", str(ports[1])
    ):
        begun = count_of(kafka, "bridge-shared")
        first = subprocess.Popen(
            [*COMMAND, "--metrics-port", str(ports[0])],
            env=environment(broker, kafka, "bridge-shared", "one"),
        )
        publishing = threading.Thread(target=publish, args=[broker, sent])
        publishing.start()
        until(lambda: count_of(kafka, "bridge-shared") > begun + len(sent) // 4, "nothing was carried")
        first.kill()
        first.wait()
        publishing.join()
        with running(
            environment(broker, kafka, "bridge-shared", "one"), "bridge", "--metrics-port", str(ports[0])
        ):
            until(lambda: not missing(kafka, "bridge-shared", sent), "not all was carried")
            shares = [measured(port)["vinterkoll_bridge_written_messages_total"] for port in ports]
    assert min(shares) > 0
    wanted = Counter((one.topic.encode(), one.payload) for one in sent)
    found = Counter((record.key, record.value) for record in records_of(kafka, "bridge-shared"))
    again = sum((found - wanted)[one] for one in wanted)
    # what was under way when it was killed comes twice: a batch that was being written, and one whose acknowledgements were
    assert again <= 2 * BATCH_ROWS


@pytest.mark.fault
def test_kafka_killed_under_it_is_waited_for_and_has_each_message_once(
    broker: Broker, kafka: KafkaServer
) -> None:
    create_topic(kafka, "bridge-restarted", 3, WIDE)
    with_sessions(broker, kafka, "bridge-restarted", "bridge")
    probes = count_of(kafka, "bridge-restarted")
    sent = morning()
    half, port = len(sent) // 2, free_port()
    with running(environment(broker, kafka, "bridge-restarted"), "bridge", "--metrics-port", str(port)):
        until(lambda: works(port), "it does not run")
        publish(broker, sent[:half])
        kafka.kill()
        publish(broker, sent[half:])
        kafka.start()
        until(lambda: not missing(kafka, "bridge-restarted", sent), "not all was carried")
    assert count_of(kafka, "bridge-restarted") == probes + len(sent)


@pytest.mark.fault
def test_told_to_stop_while_kafka_is_away_it_leaves_what_it_has_with_the_broker(
    broker: Broker, kafka: KafkaServer
) -> None:
    create_topic(kafka, "bridge-away", 1, WIDE)
    with_sessions(broker, kafka, "bridge-away", "bridge")
    sent, port = morning(1), free_port()
    with running(environment(broker, kafka, "bridge-away"), "bridge", "--metrics-port", str(port)):
        until(lambda: works(port), "it does not run")
        kafka.kill()
        publish(broker, sent)
        until(lambda: measured(port)["vinterkoll_bridge_waiting_messages"] > 0, "it has nothing in hand")
    kafka.start()
    with running(environment(broker, kafka, "bridge-away"), "bridge"):
        until(lambda: not missing(kafka, "bridge-away", sent), "not all was carried")


def test_a_message_too_long_for_kafka_blocks_nothing_and_stays_too_long(
    broker: Broker, kafka: KafkaServer
) -> None:
    create_topic(kafka, "bridge-long", 1, WIDE)
    with_sessions(broker, kafka, "bridge-long", "bridge")
    topic = "mip/v1/snow/v1/position"
    long, longest_topic = (
        os.urandom(PAYLOAD_BYTES_MAX + 1_000_000),
        "mip/v1/snow/" + "v" * 65_000 + "/position",
    )
    sent = [
        stream.Message(0, topic, long),
        stream.Message(0, longest_topic, long),
        stream.Message(0, topic, b"after"),
    ]
    with running(environment(broker, kafka, "bridge-long"), "bridge"):
        publish(broker, sent)
        cut = [replace(one, payload=one.payload[:PAYLOAD_BYTES_MAX]) for one in sent]
        until(lambda: not missing(kafka, "bridge-long", cut), "not all was carried")


@pytest.mark.parametrize(
    ("changed", "said", "code"),
    [
        ({"VINTERKOLL_KAFKA_TOPICS": '["bridge-narrow"]'}, "set its max.message.bytes", 2),
        ({"VINTERKOLL_KAFKA_TOPICS": '["nowhere"]'}, "has no topic nowhere", 2),
        ({"VINTERKOLL_KAFKA_TOPICS": '["bridge-narrow", "bridge-wide"]'}, "name the one to write to", 2),
        ({"VINTERKOLL_MESSAGE_BYTES_MAX": "2000000"}, "VINTERKOLL_MESSAGE_BYTES_MAX must be less", 2),
        ({"VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9"}, "127.0.0.1:9", 1),
    ],
)
def test_what_it_cannot_work_with_ends_it_with_one_line(
    broker: Broker, narrow: KafkaServer, changed: dict[str, str], said: str, code: int
) -> None:
    settings = environment(broker, narrow, "bridge-narrow") | changed
    assert said in fails(vinterkoll("bridge", **settings), code)


@pytest.fixture(scope="module")
def narrow(_shared_kafka: KafkaServer) -> KafkaServer:
    if _shared_kafka.process is None:
        _shared_kafka.start()
    create_topic(_shared_kafka, "bridge-narrow", 1)
    return _shared_kafka


def test_a_refused_log_in_does_not_repeat_the_password(broker: Broker, kafka: KafkaServer) -> None:
    settings = environment(broker, kafka, "any") | {
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.secure_address,
        "VINTERKOLL_KAFKA_TLS": "true",
        "VINTERKOLL_KAFKA_CA_FILE": str(kafka.ca_file),
        "VINTERKOLL_KAFKA_USER": USER,
        "VINTERKOLL_KAFKA_PASSWORD": SECRET,
    }
    assert PASSWORD != SECRET
    assert "refused the log-in" in fails(vinterkoll("bridge", **settings), 2)
