"""`vinterkoll record` and `replay` on real parts."""

import os
import signal
import stat
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from broker import Broker
from command import fails, vinterkoll
from kafka_records import create_topic, records_of
from kafka_server import KafkaServer
from position_messages import NOW_US, position
from processes import ended_well
from shipped_broker import wait
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.recording import Recordings, line_of

TOPIC = "mip/v1/snow/v1/position"


def at_broker(broker: Broker, **more: str) -> dict[str, str]:
    return {"VINTERKOLL_MQTT_PORT": str(broker.port)} | more


@contextmanager
def recorder(environment: dict[str, str], file: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `vinterkoll record` from where it listens until Ctrl-C."""
    command = [sys.executable, "-m", "vinterkoll.app.cli", "record", str(file), *arguments]
    process = subprocess.Popen(
        command, env=os.environ | environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert process.stderr
    assert "recording into" in process.stderr.readline()
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        ended_well(process)


@contextmanager
def client(broker: Broker, name: str = "") -> Iterator[Client]:
    """A client that is connected; `user_data` gets what comes to it."""
    got: list[bytes] = []
    one = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5, userdata=got)
    one.on_message = lambda _client, data, message: data.append(message.payload)
    one.connect(broker.host, broker.port)
    one.loop_start()
    yield one
    one.disconnect()
    one.loop_stop()
    one.on_message = None


def lines_in(recording: Path) -> int:
    """How many lines are on the disk by now."""
    there = recording.read_bytes()
    return (zlib.decompressobj(31).decompress(there) if recording.suffix == ".gz" else there).count(b"\n")


def write(path: Path, messages: list[Message]) -> None:
    path.write_bytes(b"".join(line_of(one.received_us, one.topic, one.payload) for one in messages))


def stored(url: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT owner, name, time, extract(epoch FROM received_at) * 1e6 FROM position JOIN device USING (device_id) ORDER BY time"
        ).fetchall()


@pytest.mark.mosquitto
@pytest.mark.parametrize("name", ["day.ndjson", "day.ndjson.gz"])
def test_what_was_recorded_is_sent_again_byte_for_byte(mosquitto: Broker, tmp_path: Path, name: str) -> None:
    payloads = [b'{"lon": 18.7}', b"[1", b"\xff\x00", b'{\n"lon":1}', b""]
    topic = f"recorded/{name}"
    file = tmp_path / name
    with client(mosquitto) as sender, recorder(at_broker(mosquitto), file, "--topic", topic):
        for payload in payloads:
            sender.publish(topic, payload, qos=1).wait_for_publish(10)
        wait(lambda: lines_in(file) == len(payloads))
    assert [one.payload for one in Recordings([file])] == payloads
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with client(mosquitto) as listener:
        listener.subscribe(topic, 1)
        wait(lambda: listener.publish(topic, b"there?", 1).is_published() or bool(listener.user_data_get()))
        listener.user_data_get().clear()
        done = vinterkoll("replay", str(file), "--to", "mqtt", "--speed", "max", **at_broker(mosquitto))
        assert (done.returncode, done.stdout) == (0, "5 messages sent\n"), done.stderr
        wait(lambda: len([one for one in listener.user_data_get() if one != b"there?"]) == len(payloads))
        assert [one for one in listener.user_data_get() if one != b"there?"] == payloads


@pytest.mark.mosquitto
def test_a_recorder_takes_nothing_from_a_group_of_workers_and_leaves_no_session(
    mosquitto: Broker, tmp_path: Path
) -> None:
    file = tmp_path / "group"
    with client(mosquitto, "a-worker") as worker, client(mosquitto) as sender:
        worker.subscribe("$share/workers/shared/+", 1)
        with recorder(at_broker(mosquitto), file, "--topic", "$share/workers/shared/+"):
            for number in range(20):
                sender.publish("shared/t", b"%d" % number, qos=1).wait_for_publish(10)
            wait(lambda: len(worker.user_data_get()) == lines_in(file) == 20)
    assert len(list(Recordings([file]))) == 20


def test_a_broker_that_is_away_is_named_and_leaves_no_file(port: int, tmp_path: Path) -> None:
    recording = tmp_path / "one.ndjson"
    quiet = {"VINTERKOLL_MQTT_PORT": str(port), "VINTERKOLL_LOG_LEVEL": "ERROR"}
    assert f"127.0.0.1:{port}" in fails(vinterkoll("record", str(recording), **quiet), 1)
    assert not recording.exists()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "day").write_text("precious")
    assert "is there already" in fails(vinterkoll("record", str(tmp_path / "day")), 2)
    assert (tmp_path / "day").read_text() == "precious"


@pytest.mark.postgres
def test_into_the_database_messages_keep_their_receive_time_and_are_stored_once(
    town_url: str, tmp_path: Path
) -> None:
    write(tmp_path / "day", [position(at, lon=18.71 + at * 1e-5) for at in range(10)])
    arguments = ("replay", str(tmp_path / "day"), "--to", "database", "--speed", "max")
    environment = {"VINTERKOLL_DATABASE_URL": town_url}
    for _ in range(2):
        done = vinterkoll(*arguments, **environment)
        assert (done.returncode, done.stdout) == (0, "10 messages sent\n"), done.stderr
    rows = stored(town_url)
    assert len(rows) == 10
    assert {int(row[3]) for row in rows} == {NOW_US}
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT count(*) FROM reject").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM ingest_status").fetchone() == (0,)


@pytest.mark.postgres
def test_a_broken_file_says_where_and_what_was_sent_before(town_url: str, tmp_path: Path) -> None:
    file = tmp_path / "day"
    write(file, [position(at) for at in range(3)])
    file.write_bytes(file.read_bytes() + b'{"time":')
    said = fails(
        vinterkoll(
            *("replay", str(file), "--to", "database", "--speed", "max"),
            VINTERKOLL_DATABASE_URL=town_url,
            VINTERKOLL_LOG_LEVEL="ERROR",
        ),
        2,
    )
    assert f"{file}, line 4: " in said
    assert said.endswith("3 messages were sent before; `--skip 3` goes on from there\n")
    assert len(stored(town_url)) == 3


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "inf"])
def test_a_speed_that_is_none(tmp_path: Path, speed: str) -> None:
    write(tmp_path / "day", [])
    arguments = ("replay", str(tmp_path / "day"), "--to", "mqtt", f"--speed={speed}")
    assert f"--speed {speed}: write original, max" in fails(vinterkoll(*arguments), 2)


@pytest.mark.mosquitto
def test_ctrl_c_ends_a_replay_that_waits(mosquitto: Broker, tmp_path: Path) -> None:
    first = Message("waiting/t", b"1", 0)
    write(tmp_path / "day", [first, Message("waiting/t", b"2", 3_600_000_000)])
    command = [sys.executable, "-m", "vinterkoll.app.cli", "replay", str(tmp_path / "day"), "--to", "mqtt"]
    with client(mosquitto) as listener:
        listener.subscribe("waiting/#", 1)
        process = subprocess.Popen(
            command,
            env=os.environ | at_broker(mosquitto),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        wait(lambda: listener.user_data_get() == [b"1"])
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert (process.returncode, said) == (0, "stopped after 1 messages; `--skip 1` goes on from there\n")


@pytest.mark.kafka
def test_into_kafka_each_message_once_and_from_where_it_was_broken_off(
    kafka: KafkaServer, tmp_path: Path
) -> None:
    file, sent = tmp_path / "day.ndjson", [position(at) for at in range(700)]
    lines = [line_of(one.received_us, one.topic, one.payload) for one in sent]
    file.write_bytes(b"".join(lines[:500]) + b"broken\n" + b"".join(lines[500:]))
    create_topic(kafka, "replayed", 3, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    at = {"VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.address, "VINTERKOLL_KAFKA_TOPICS": '["replayed"]'}

    stopped = vinterkoll("replay", str(file), "--to", "kafka", "--speed", "max", **at)
    assert stopped.returncode == 2
    assert "500 messages were sent before; `--skip 500` goes on" in stopped.stderr
    rest = vinterkoll("replay", str(file), "--to", "kafka", "--speed", "max", "--skip", "501", **at)
    assert (rest.returncode, rest.stdout) == (0, "200 messages sent\n")
    found = {(r.key.decode(), r.value, r.timestamp) for r in records_of(kafka, "replayed")}
    assert len(found) == len(records_of(kafka, "replayed")) == 700
    assert found == {(one.topic, one.payload, one.received_us // 1_000) for one in sent}

    nowhere = vinterkoll(
        "replay", str(file), "--to", "kafka", **at | {"VINTERKOLL_KAFKA_TOPICS": '["nowhere"]'}
    )
    assert nowhere.returncode == 2
    assert "has no topic nowhere" in nowhere.stderr
