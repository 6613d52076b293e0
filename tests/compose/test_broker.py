"""compose/mosquitto on a real mosquitto: who may connect, send and receive, and what the limits do.

The configuration runs as it is but for the port; and root stays root, since mosquitto would become a user who cannot
write to the test's folder.
"""

import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from vinterkoll.app.children import accepts_connections, free_port
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import BrokerRefusedError
from vinterkoll.ingest.mqtt import MqttSession, MqttSource

pytestmark = pytest.mark.mosquitto

SHIPPED = Path(__file__).parents[2] / "compose" / "mosquitto"
SETTINGS: Any = Settings.model_construct()  # the defaults, whatever the environment says
ENVIRONMENT = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"}
DEADLINE_S = 20.0
MOSQUITTO_QUEUE = 1000
"""What mosquitto keeps for a client by default: a worker that is away for a minute would lose the rest."""
OWN, OTHERS = "mip/v1/nordsno/AB1/position", "mip/v1/vagservice/CD2/position"
REFUSED, SENT = "Not authorized", "Success"
USERS = ("nordsno", "vagservice", "traffic", "chirpstack")
INGEST_PASSWORD = "salt-och-grus"


def wait(arrived: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not arrived():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class ShippedBroker:
    """A mosquitto with the shipped configuration, in a folder laid out like the container's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        config = shutil.copytree(SHIPPED, folder / "config") / "mosquitto.conf"
        (folder / "data").mkdir()
        text = config.read_text(encoding="utf-8").replace("listener 1883 127", f"listener {self.port} 127")
        config.write_text(text + ("user root\n" if os.geteuid() == 0 else ""), encoding="utf-8")
        assert self.set_access(INGEST_PASSWORD).returncode == 0
        for user in USERS:
            self.add_user(user)
        self.start()

    def set_access(self, ingest_password: str) -> subprocess.CompletedProcess[str]:
        """Run what the service broker-access runs."""
        return subprocess.run(
            ["sh", "config/access.sh"],
            cwd=self.folder,
            env=ENVIRONMENT | {"MQTT_INGEST_PASSWORD": ingest_password},
            capture_output=True,
            text=True,
            check=False,
        )

    def add_user(self, user: str) -> None:
        """Add a user whose password is the name, by the command of docs/production.md and its two prompts."""
        program = shutil.which("mosquitto_passwd", path=ENVIRONMENT["PATH"])
        assert program
        subprocess.run(
            [program, "access/passwords", user],
            cwd=self.folder,
            input=f"{user}\n{user}\n",
            capture_output=True,
            text=True,
            check=True,
        )

    def start(self) -> None:
        program = shutil.which("mosquitto", path=ENVIRONMENT["PATH"])
        assert program
        self.process = subprocess.Popen(
            [program, "-c", "config/mosquitto.conf"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait(lambda: self.process.poll() is not None or accepts_connections(self.port))
        assert self.process.poll() is None, "mosquitto ended at start"

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)
        self.process.wait(DEADLINE_S)


class Sender:
    """A client that says what became of its connection and of each message."""

    def __init__(self, port: int, user: str, version: MQTTProtocolVersion) -> None:
        self.connected = ""
        self.packet_bytes_max = 0
        self.got: list[str] = []
        self._answers: dict[int, str] = {}
        self.client = Client(CallbackAPIVersion.VERSION2, protocol=version, reconnect_on_failure=False)
        if user:
            self.client.username_pw_set(user, INGEST_PASSWORD if user == "ingest" else user)
        self.client.on_connect = self._on_connect
        self.client.on_message = lambda _client, _data, message: self.got.append(message.topic)
        self.client.on_publish = lambda _client, _data, mid, reason, _: self._answers.update(
            {mid: str(reason)}
        )
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        wait(lambda: self.connected != "")

    def _on_connect(self, _client: Client, _data: object, _flags: object, reason: object, more: Any) -> None:
        self.packet_bytes_max = getattr(more, "MaximumPacketSize", 0)
        self.connected = str(reason)

    def publish(self, topic: str, payload: str, qos: int = 1) -> str:
        """Send and return the broker's answer, "" where it cut the connection instead."""
        mid = self.client.publish(topic, payload, qos).mid
        wait(lambda: mid in self._answers or not self.client.is_connected())
        return self._answers.get(mid, "")

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedBroker]:
    running = ShippedBroker(tmp_path_factory.mktemp("broker"))
    yield running
    running.stop()


@pytest.fixture
def sender(broker: ShippedBroker) -> Iterator[Callable[..., Sender]]:
    made: list[Sender] = []

    def make(user: str, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5) -> Sender:
        made.append(Sender(broker.port, user, version))
        return made[-1]

    yield make
    for one in made:
        one.close()


def source(broker: ShippedBroker, password: str = INGEST_PASSWORD, expiry_s: int = 0) -> MqttSource:
    """The worker's own source, with the settings' topics and what compose.yaml sets."""
    worker = MqttSession(
        "127.0.0.1",
        broker.port,
        "test-ingest",
        list(SETTINGS.mqtt_topics),
        SETTINGS.mqtt_receive_maximum,
        expiry_s,
        "ingest",
        password,
    )
    connected = MqttSource(worker)
    connected.wait_connected(DEADLINE_S)
    return connected


@pytest.fixture
def ingest(broker: ShippedBroker) -> Iterator[MqttSource]:
    connected = source(broker)
    yield connected
    connected.close()


def received(worker: MqttSource, last: str) -> list[str]:
    """Payloads up to and with `last`, acknowledged."""
    found: list[str] = []
    deadline = time.monotonic() + DEADLINE_S
    while last not in found:
        assert time.monotonic() < deadline
        messages = worker.receive(5_000, 0.25, 0.02)
        assert all(message.receipt for message in messages), "QoS 0 needs no acknowledgement"
        found += [message.payload.decode() for message in messages]
        worker.acknowledge(messages)
    return found


def test_nobody_connects_without_the_right_password(
    broker: ShippedBroker, sender: Callable[..., Sender]
) -> None:
    assert sender("").connected == REFUSED
    assert sender("nobody").connected == REFUSED
    assert sender("nordsno").connected == SENT
    with pytest.raises(BrokerRefusedError, match=REFUSED):
        source(broker, "wrong")


def test_the_worker_receives_what_each_sender_may_send(
    ingest: MqttSource, sender: Callable[..., Sender]
) -> None:
    sent = {
        OWN: "nordsno",
        "mip/v1/nordsno/positions": "nordsno",
        "traffic/v1/trafikverket/flow": "traffic",
        "application/3e5d/device/0004a30b001c0530/event/up": "chirpstack",
    }
    for topic, user in sent.items():
        assert sender(user).publish(topic, topic) == SENT
    assert set(received(ingest, list(sent)[-1])) == set(sent)


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("nordsno", OTHERS),
        ("nordsno", "mip/v1/vagservice/positions"),
        ("nordsno", "traffic/v1/nordsno/flow"),
        ("nordsno", "application/nordsno/device/0004a30b001c0530/event/up"),
        ("traffic", OWN),
        ("ingest", OWN),
    ],
)
def test_nobody_sends_in_anothers_name(
    ingest: MqttSource, sender: Callable[..., Sender], user: str, topic: str
) -> None:
    sender(user, MQTTProtocolVersion.MQTTv311).publish(
        topic, "forged"
    )  # and is not told: 3.1.1 has no words for it
    assert sender(user).publish(topic, "forged") == REFUSED
    sender("nordsno").publish(OWN, "last")
    assert received(ingest, "last") == ["last"]


@pytest.mark.parametrize("topic", ["#", OTHERS, OWN, "$SYS/#"])
def test_senders_read_nothing(ingest: MqttSource, sender: Callable[..., Sender], topic: str) -> None:
    listener = sender("nordsno")
    listener.client.subscribe(topic, 1)
    listener.publish(OWN, "first")  # answered after the subscription
    sender("vagservice").publish(OTHERS, "theirs")
    sender("nordsno").publish(OWN, "last")
    assert received(ingest, "last") == ["first", "theirs", "last"]
    listener.publish(OWN, "after")  # its answer comes after whatever was sent to it before
    assert listener.got == []


def test_a_message_over_the_setting_reaches_the_worker_to_be_rejected_in_public(
    ingest: MqttSource, sender: Callable[..., Sender]
) -> None:
    payload = "x" * (SETTINGS.message_bytes_max + 1)
    assert sender("nordsno").publish(OWN, payload) == SENT
    assert received(ingest, payload) == [payload]


def test_a_packet_over_the_limit_costs_the_connection(
    ingest: MqttSource, sender: Callable[..., Sender]
) -> None:
    limit = 2 * SETTINGS.message_bytes_max
    assert sender("nordsno").packet_bytes_max == limit, "clients of MQTT 5 are told beforehand"
    assert sender("nordsno", MQTTProtocolVersion.MQTTv311).publish(OWN, "x" * limit) == ""
    sender("nordsno").publish(OWN, "last")
    assert received(ingest, "last") == ["last"]


def test_what_waits_for_the_worker_survives_a_restart_of_the_broker(
    broker: ShippedBroker, sender: Callable[..., Sender]
) -> None:
    source(broker, expiry_s=3600).close()
    numbers = [str(number) for number in range(MOSQUITTO_QUEUE + 200)]
    vehicle = sender("nordsno")
    for number in numbers[:-1]:
        vehicle.client.publish(OWN, number, 1)
    assert vehicle.publish(OWN, numbers[-1]) == SENT
    broker.stop()
    broker.start()
    worker = source(broker)
    assert received(worker, numbers[-1]) == numbers
    worker.close()


def test_a_user_is_added_while_the_broker_runs(broker: ShippedBroker, sender: Callable[..., Sender]) -> None:
    assert sender("ny-entreprenor").connected == REFUSED
    broker.add_user("ny-entreprenor")
    os.kill(broker.process.pid, signal.SIGHUP)
    wait(lambda: sender("ny-entreprenor").connected == SENT)


def test_the_workers_password_is_changed_and_the_other_users_stay(broker: ShippedBroker) -> None:
    passwords = broker.folder / "access" / "passwords"
    before = passwords.read_text().splitlines()
    done = broker.set_access(INGEST_PASSWORD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    after = passwords.read_text().splitlines()
    assert [line.split(":")[0] for line in after] == [line.split(":")[0] for line in before]
    assert after[0] != before[0]
    assert after[1:] == before[1:]
    for file in passwords.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("password", ["", "two words", "a:b", "åäö"])
def test_an_unusable_password_changes_nothing(broker: ShippedBroker, password: str) -> None:
    before = (broker.folder / "access" / "passwords").read_text()
    done = broker.set_access(password)
    assert done.returncode == 2
    assert done.stderr == "MQTT_INGEST_PASSWORD: letters, digits, _ and - only\n"
    assert (broker.folder / "access" / "passwords").read_text() == before


def test_the_configuration_agrees_with_the_settings() -> None:
    lines = (SHIPPED / "mosquitto.conf").read_text(encoding="utf-8").splitlines()
    options = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    assert options["listener"] == f"{SETTINGS.mqtt_port} {SETTINGS.mqtt_host}"
    assert int(options["max_inflight_messages"]) >= SETTINGS.mqtt_receive_maximum
    assert int(options["max_packet_size"]) == 2 * SETTINGS.message_bytes_max
    rules = (SHIPPED / "acl").read_text(encoding="utf-8")
    read = [line.removeprefix("topic read ") for line in rules.splitlines() if line.startswith("topic read ")]
    assert read == list(SETTINGS.mqtt_topics)
