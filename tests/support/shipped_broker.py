"""The broker of compose/mosquitto on a real mosquitto; vehicles talk to it by TLS, the worker on loopback.

The configuration runs as it is but for the ports; and root stays root, since mosquitto would become a user who cannot
write to the test's folder.
"""

import os
import re
import shutil
import signal
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from certificates import CERTIFIED_NAME, certify
from vinterkoll.app.children import accepts_connections, free_port
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import SourceError
from vinterkoll.ingest.mqtt import STALL_MAX_S, MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession

SHIPPED = Path(__file__).parents[2] / "compose" / "mosquitto"
SETTINGS: Any = Settings.model_construct()  # the defaults, whatever the environment says
ENVIRONMENT = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin"}
DEADLINE_S = 20.0
OWN, OTHERS = "mip/v1/nordsno/AB1/position", "mip/v1/vagservice/CD2/position"
REFUSED, SENT = "Not authorized", "Success"
USERS = ("nordsno", "vagservice", "traffic", "snow", "chirpstack", "the-things-stack", "record")
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
        self.port, self.tls_port = free_port(), free_port()
        config = shutil.copytree(SHIPPED, folder / "config") / "mosquitto.conf"
        for name in ("data", "certificate"):
            (folder / name).mkdir()
        self.ca_file = folder / "certificate" / "ca.pem"
        certify(self.ca_file.parent)
        text = re.sub(
            "^listener 1883 127", f"listener {self.port} 127", config.read_text("utf-8"), flags=re.MULTILINE
        )
        text = re.sub("^listener 8883$", f"listener {self.tls_port} 127.0.0.1", text, flags=re.MULTILINE)
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

    def certify_as(self, folder: Path) -> None:
        """Let its next start use certificate and key of `folder`."""
        for name in ("fullchain.pem", "privkey.pem"):
            shutil.copy(folder / name, self.folder / "access" / name)

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

    def reload(self) -> None:
        """Tell it to read passwords, access rules and certificate anew, which it does in its own time."""
        self.process.send_signal(signal.SIGHUP)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)
        self.process.wait(DEADLINE_S)


class Sender:
    """A client that says what became of its connection and of each message."""

    def __init__(
        self, broker: ShippedBroker, user: str, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
    ) -> None:
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
        self.client.tls_set_context(ssl.create_default_context(cafile=broker.ca_file))
        self.client.connect(CERTIFIED_NAME, broker.tls_port)
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
        # Leaves no cycle: paho closes its inner sockets when the client is freed, which must not be the collector's doing.
        self.client.on_connect = self.client.on_message = self.client.on_publish = None


def source(
    broker: ShippedBroker, timeout_s: float = DEADLINE_S, stall_max_s: float = STALL_MAX_S, **changes: Any
) -> MqttSource:
    """The worker's own source, with the settings' topics and what compose.yaml sets, but for `changes`."""
    session = {
        "host": "127.0.0.1",
        "port": broker.port,
        "client_id": "test-ingest",
        "topics": list(SETTINGS.mqtt_topics),
        "receive_maximum": SETTINGS.mqtt_receive_maximum,
        "expiry_s": 0,
        "user": "ingest",
        "password": INGEST_PASSWORD,
    }
    connected = MqttSource(MqttSession(**{**session, **changes}), stall_max_s=stall_max_s)
    try:
        connected.wait_connected(timeout_s)
    except SourceError:
        connected.close()
        raise
    return connected


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
