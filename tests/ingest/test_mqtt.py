"""The MQTT source against a real mosquitto: nothing is acknowledged early, lost, or taken for something else."""

import contextlib
import itertools
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from broker import Broker
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.message import Message, Source
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession

pytestmark = pytest.mark.mosquitto

DEADLINE_S = 20.0
_names = itertools.count()


@pytest.fixture
def name() -> str:
    """A topic and client id of this test's own."""
    return f"source-{next(_names)}"


@pytest.fixture
def source_of(mosquitto: Broker) -> Iterator[Callable[..., MqttSource]]:
    """Makes connected sources on the shared broker and closes them after the test."""
    made: list[MqttSource] = []

    def make(name: str, **changes: Any) -> MqttSource:
        options = {key: changes.pop(key) for key in ("clock_us", "stall_max_s") if key in changes}
        session = {"host": mosquitto.host, "port": mosquitto.port, "client_id": name, "topics": [f"{name}/#"]}
        source = MqttSource(MqttSession(**{**session, **changes}), **options)
        made.append(source)
        source.wait_connected(DEADLINE_S)
        return source

    yield make
    for source in made:
        source.close()


def publish(broker: Broker, topic: str, payloads: Sequence[str], qos: int = 1) -> None:
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(broker.host, broker.port)
    client.loop_start()
    for info in [client.publish(topic, payload, qos) for payload in payloads]:
        info.wait_for_publish(DEADLINE_S)
    client.disconnect()
    client.loop_stop()


def numbers(count: int, start: int = 0) -> list[str]:
    return [str(number) for number in range(start, start + count)]


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.payload.decode() for message in messages]


def drain(source: MqttSource, wanted: set[str], acknowledge: bool = True) -> list[str]:
    """Receive, and acknowledge, until all of `wanted` came."""
    got: list[str] = []
    deadline_s = time.monotonic() + DEADLINE_S
    while not wanted <= set(got):
        assert time.monotonic() < deadline_s, f"{len(wanted - set(got))} of {len(wanted)} did not come"
        batch = source.receive(5_000, 0.25, 0.02)
        got += texts(batch)
        if acknowledge:
            source.acknowledge(batch)
    return got


def test_a_message_says_where_and_when_it_came(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    source = source_of(name, clock_us=lambda: 42)
    as_source: Source = source
    publish(mosquitto, f"{name}/a", ["x"])
    (message,) = as_source.receive(10, 5, 0.02)
    assert (message.topic, message.payload, message.received_us) == (f"{name}/a", b"x", 42)
    assert message.source == "mqtt"
    assert source.connected


def test_what_was_not_acknowledged_comes_again_and_the_rest_does_not(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    first = source_of(name)
    publish(mosquitto, f"{name}/a", numbers(20))
    batch = first.receive(20, 5, 1)
    assert texts(batch) == numbers(20)
    first.acknowledge(batch[:12])
    first.close()
    publish(mosquitto, f"{name}/a", ["while away"])
    second = source_of(name)
    assert drain(second, {*numbers(8, 12), "while away"}) == [*numbers(8, 12), "while away"]
    assert second.receive(10, 0.2, 0.02) == []


def test_the_receive_maximum_holds_the_broker_back(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    source = source_of(name, receive_maximum=10)
    publish(mosquitto, f"{name}/a", numbers(1_000))
    batch = source.receive(5_000, 1, 0.3)
    assert texts(batch) == numbers(10)
    assert source.receive(5_000, 0.3, 0.02) == []
    source.acknowledge(batch)
    assert sorted(drain(source, set(numbers(990, 10))), key=int) == numbers(990, 10)


def test_a_full_queue_leaves_the_broker_and_loses_nothing(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    """mosquitto 2.0.11 sends past the receive maximum once something was acknowledged."""
    source = source_of(name, receive_maximum=10, stall_max_s=0.05)
    publish(mosquitto, f"{name}/a", numbers(200))
    batch = source.receive(5, 1, 0.3)
    source.acknowledge(batch)
    time.sleep(0.5)
    assert {*texts(batch), *drain(source, set(numbers(195, 5)))} == set(numbers(200))


def test_a_broker_that_restarts_is_found_again_and_old_receipts_are_void(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    source = source_of(name)
    publish(mosquitto, f"{name}/a", numbers(10))
    batch = source.receive(10, 5, 1)
    assert texts(batch) == numbers(10)
    mosquitto.stop()
    deadline_s = time.monotonic() + DEADLINE_S
    while source.connected and time.monotonic() < deadline_s:
        time.sleep(0.01)
    source.acknowledge(batch[:2])
    assert source.receive(10, 0.05, 0.02) == []
    mosquitto.start()
    source.wait_connected(DEADLINE_S)
    source.acknowledge(batch[2:4])
    publish(mosquitto, f"{name}/a", numbers(5, 10))
    assert sorted(drain(source, set(numbers(15))), key=int) == numbers(15)


def test_a_changed_list_of_topics_reaches_an_old_session(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    source_of(name, topics=[f"{name}/a"]).close()
    source = source_of(name, topics=[f"{name}/a", f"{name}/b"])
    publish(mosquitto, f"{name}/b", ["new"])
    assert drain(source, {"new"}) == ["new"]


def test_qos_0_needs_no_acknowledgement(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    source = source_of(name)
    publish(mosquitto, f"{name}/a", ["x"], qos=0)
    assert drain(source, {"x"}) == ["x"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_network_thread_is_replaced(
    mosquitto: Broker, source_of: Callable[..., MqttSource], name: str
) -> None:
    ticks = iter([1, None])

    def clock_us() -> int:
        tick = next(ticks, 3)
        if tick is None:
            raise RuntimeError("dies in the network thread")
        return tick

    source = source_of(name, clock_us=clock_us)
    publish(mosquitto, f"{name}/a", numbers(3))
    assert set(drain(source, set(numbers(3)))) == set(numbers(3))


def test_no_broker_is_unavailable_not_fatal(port: int) -> None:
    source = MqttSource(MqttSession("127.0.0.1", port, "nobody", ["a"]))
    with pytest.raises(BrokerUnavailableError, match=str(port)) as caught:
        source.wait_connected(0.1)
    assert isinstance(caught.value, ConnectionError)
    assert source.receive(10, 0.05, 0.02) == []
    assert not source.connected
    source.close()
    source.close()


@contextlib.contextmanager
def strict_broker(directory: Path, port: int, *lines: str) -> Iterator[None]:
    """A mosquitto of this test's own, with `lines` in its configuration."""
    config = directory / "mosquitto.conf"
    user = "user root\n" if Path("/proc/self").stat().st_uid == 0 else ""
    config.write_text(f"listener {port} 127.0.0.1\n{user}" + "\n".join(lines) + "\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    process = subprocess.Popen(
        [program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield
    process.terminate()
    process.wait(10)


def test_a_refused_connection_is_a_clear_error(tmp_path: Path, port: int) -> None:
    with strict_broker(tmp_path, port, "allow_anonymous false"):
        source = MqttSource(MqttSession("127.0.0.1", port, "stranger", ["a"], user="eve", password="secret"))
        with pytest.raises(BrokerRefusedError, match=r"'stranger': (Not authorized|Bad user name)"):
            source.wait_connected(DEADLINE_S)
        with pytest.raises(BrokerRefusedError):
            source.receive(10, 1, 0.02)
        source.close()
        assert "secret" not in repr(MqttSession("h", 1, "c", [], password="secret"))


def test_a_refused_subscription_is_a_clear_error(tmp_path: Path, port: int) -> None:
    """The broker's plain access lists refuse messages, not subscriptions; its security plugin refuses both."""
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"), None)
    assert plugin, "this test needs mosquitto's dynamic security plugin, which Debian's package has"
    rules = tmp_path / "rules.json"
    rules.write_text(
        json.dumps({"defaultACLAccess": {"subscribe": False}, "clients": [], "groups": [], "roles": []})
    )
    lines = ("allow_anonymous true", f"plugin {plugin}", f"plugin_opt_config_file {rules}")
    with strict_broker(tmp_path, port, *lines):
        source = MqttSource(MqttSession("127.0.0.1", port, "reader", ["theirs/b"]))
        with pytest.raises(BrokerRefusedError, match="'theirs/b': Not authorized"):
            source.wait_connected(DEADLINE_S)
        source.close()


@pytest.mark.parametrize("topic", ["a/#/b", "a+", "", "a\0"])
def test_what_is_no_topic_filter_is_a_clear_error(topic: str, port: int) -> None:
    with pytest.raises(BrokerRefusedError, match="not an MQTT topic filter"):
        MqttSource(MqttSession("127.0.0.1", port, "reader", [topic]))
