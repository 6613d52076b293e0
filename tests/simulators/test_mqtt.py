"""The publishing sink against a real mosquitto: nothing is lost, nothing waits for ever."""

import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker import Broker
from vinterkoll.app.children import accepts_connections
from vinterkoll.simulators.mqtt import IN_FLIGHT, MqttSink, RefusedError
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.simulators.stream import Message

pytestmark = pytest.mark.mosquitto

DEADLINE_S = 15.0


@contextmanager
def _subscribed(broker: Broker, topic: str) -> Iterator["Counter[tuple[str, bytes]]"]:
    """Count what arrives below `topic`."""
    got: Counter[tuple[str, bytes]] = Counter()
    ready = threading.Event()
    name = f"watching-{topic.replace('/', '-')}" if topic != "#" else "watching-all"
    client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
    session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    session.SessionExpiryInterval = 60  # what comes while the broker restarts is kept for us

    def message(_: Client, __: Any, received: Any) -> None:
        got[received.topic, received.payload] += 1

    def connect(connected: Client, *_: Any) -> None:
        connected.subscribe(topic, options=SubscribeOptions(qos=1))

    client.on_connect = connect
    client.on_message = message
    client.on_subscribe = lambda *_: ready.set()
    client.reconnect_delay_set(1, 1)
    client.connect(broker.host, broker.port, clean_start=False, properties=session)
    client.loop_start()
    assert ready.wait(DEADLINE_S)
    yield got
    client.disconnect()
    client.loop_stop()


def _wait_for(got: "Counter[tuple[str, bytes]]", count: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while len(got) < count and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_quarter_of_an_hour_arrives_whole(mosquitto: Broker, scenario: Scenario, anchor: datetime) -> None:
    messages = list(scenario.messages(anchor, anchor + timedelta(minutes=15)))
    with _subscribed(mosquitto, "#") as got:
        sink = MqttSink(mosquitto.host, mosquitto.port, threading.Event())
        assert all(sink.send(message) for message in messages)
        sink.close()
        assert sink.unacknowledged == 0
        _wait_for(got, len(messages))
        sent = {(message.topic, message.payload) for message in messages}
        assert sent <= set(got)


def test_a_broker_that_goes_away_loses_nothing(mosquitto: Broker) -> None:
    messages = [Message(0, "simulator/restart", str(i).encode()) for i in range(3 * IN_FLIGHT)]
    with _subscribed(mosquitto, "simulator/restart") as got:
        sink = MqttSink(mosquitto.host, mosquitto.port, threading.Event())
        for message in messages[:IN_FLIGHT]:
            sink.send(message)
        mosquitto.stop()
        rest = threading.Thread(target=lambda: [sink.send(message) for message in messages[IN_FLIGHT:]])
        rest.start()
        time.sleep(0.3)
        assert rest.is_alive(), "it waits for room while nobody acknowledges"
        assert sink.unacknowledged <= IN_FLIGHT
        mosquitto.start()
        rest.join(DEADLINE_S)
        sink.close()
        assert sink.unacknowledged == 0
        _wait_for(got, len(messages))
    assert {payload for _, payload in got} == {message.payload for message in messages}


def test_it_ends_in_time_without_a_broker(port: int) -> None:
    stopping = threading.Event()
    sink = MqttSink("127.0.0.1", port, stopping)
    threading.Timer(0.3, stopping.set).start()
    began = time.monotonic()
    assert sink.send(Message(0, "t", b"")) is False
    sink.close()
    assert time.monotonic() - began < 5


def test_a_broker_that_refuses_is_an_error_at_once(port: int, tmp_path: Path) -> None:
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = subprocess.Popen(
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not accepts_connections(port):
            time.sleep(0.02)
        sink = MqttSink("127.0.0.1", port, threading.Event(), user="nobody", password="wrong")
        with pytest.raises(RefusedError, match="Not authorized"):
            sink.send(Message(0, "t", b""))
        sink.close()
    finally:
        process.terminate()
        process.wait(DEADLINE_S)
