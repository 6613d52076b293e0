"""The TLS listener of compose/mosquitto on a real mosquitto: what it refuses, what its clients do, and renewal."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certificates import CERTIFIED_NAME, certify
from shipped_broker import (
    DEADLINE_S,
    INGEST_PASSWORD,
    OWN,
    SENT,
    Sender,
    ShippedBroker,
    received,
    source,
    wait,
)
from vinterkoll.app.broker_trust import broker_trust
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.mqtt import MqttSource

pytestmark = pytest.mark.mosquitto
failed_handshakes = pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
"""paho leaves the socket of a handshake that failed to Python, which closes it."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[ShippedBroker]:
    running = ShippedBroker(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def other_ca_file(tmp_path: Path) -> Path:
    """Another CA of the same name."""
    folder = tmp_path / "other"
    folder.mkdir()
    certify(folder)
    return folder / "ca.pem"


def tls_source(
    broker: ShippedBroker, host: str = CERTIFIED_NAME, ca_file: Path | None = None, **changes: Any
) -> MqttSource:
    """The worker's own source by TLS, with what its command makes of the settings."""
    settings = Settings(mqtt_tls=True, mqtt_ca_file=str(ca_file or broker.ca_file))
    trust = broker_trust(settings, host, "ingest")
    return source(broker, host=host, port=broker.tls_port, tls=trust, **changes)


def handshake(broker: ShippedBroker, *options: str) -> str:
    """What `openssl s_client` says of a connection."""
    where = ("-connect", f"127.0.0.1:{broker.tls_port}", "-CAfile", str(broker.ca_file))
    done = subprocess.run(
        ["openssl", "s_client", *where, *options], input="", capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_what_a_vehicle_sends_by_tls_reaches_a_worker_by_tls(broker: ShippedBroker) -> None:
    worker, vehicle = tls_source(broker), Sender(broker, "nordsno")
    assert vehicle.publish(OWN, "by TLS") == SENT
    assert received(worker, "by TLS") == ["by TLS"]
    vehicle.close()
    worker.close()


def test_clear_text_is_not_answered(broker: ShippedBroker) -> None:
    connect = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01x"
    answers = {}
    for port in (broker.port, broker.tls_port):
        with (
            socket.create_connection(("127.0.0.1", port), DEADLINE_S) as connection,
            contextlib.suppress(ConnectionResetError),
        ):
            connection.sendall(connect)
            answers[port] = connection.recv(1)
    assert answers.get(broker.port) == b"\x20", "CONNACK"
    assert answers.get(broker.tls_port, b"") in (b"", b"\x15"), "nothing, or a TLS alert"
    with pytest.raises(BrokerUnavailableError, match="answers without TLS"):
        source(broker, port=broker.tls_port, timeout_s=0.5)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_tls_is_refused(broker: ShippedBroker, version: str) -> None:
    ciphers = ("-cipher", "ALL:@SECLEVEL=0")  # else the client's own OpenSSL would refuse
    assert "alert protocol version" in handshake(broker, version, *ciphers)
    assert "Cipher is ECDHE" in handshake(broker, "-tls1_2", *ciphers)


def test_the_certificate_of_the_trial_is_strictly_one(broker: ShippedBroker) -> None:
    assert "Verify return code: 0 (ok)" in handshake(
        broker, "-x509_strict", "-verify_hostname", CERTIFIED_NAME
    )


@failed_handshakes
def test_a_broker_with_another_certificate_is_refused(broker: ShippedBroker, other_ca_file: Path) -> None:
    with pytest.raises(
        BrokerRefusedError, match=r"not accepted: .* signed by a CA in VINTERKOLL_MQTT_CA_FILE"
    ):
        tls_source(broker, ca_file=other_ca_file)


@failed_handshakes
def test_a_broker_of_another_name_is_refused(broker: ShippedBroker) -> None:
    with pytest.raises(BrokerRefusedError, match=r"not valid for '127\.0\.0\.1'\. .* VINTERKOLL_MQTT_HOST"):
        tls_source(broker, host="127.0.0.1")


@failed_handshakes
def test_a_worker_that_was_connected_outlives_a_wrong_certificate(
    broker: ShippedBroker, other_ca_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    worker = tls_source(broker)
    broker.stop()
    broker.certify_as(other_ca_file.parent)
    broker.start()
    wait(lambda: "is not accepted" in caplog.text)
    assert worker.receive(1, 0.01, 0.01) == []
    broker.stop()
    broker.certify_as(broker.ca_file.parent)
    broker.start()
    wait(lambda: worker.connected)
    worker.close()


def test_a_certificate_is_renewed_while_the_broker_runs(broker: ShippedBroker) -> None:
    vehicle, before = Sender(broker, "nordsno"), handshake(broker, "-showcerts")
    certify(broker.folder / "certificate")
    assert broker.set_access(INGEST_PASSWORD).returncode == 0
    renewed = (broker.folder / "certificate" / "fullchain.pem").read_text().strip()
    assert renewed not in before
    broker.reload()
    wait(lambda: renewed in handshake(broker, "-showcerts"))
    assert vehicle.publish(OWN, "still there"), "its connection was cut"
    vehicle.close()


def test_a_full_queue_leaves_the_broker_and_loses_nothing(
    broker: ShippedBroker, caplog: pytest.LogCaptureFixture
) -> None:
    """As without TLS, see tests/ingest; but hanging up is another matter there."""
    sent = {f"{number:04}" * 500 for number in range(400)}
    got = set[str]()
    worker = tls_source(broker, receive_maximum=10, stall_max_s=0.05, expiry_s=3600)
    vehicle = Sender(broker, "nordsno")
    for payload in sent:
        vehicle.client.publish(OWN, payload, 1)

    def drained(rows: int = 5_000) -> bool:
        batch = worker.receive(rows, 1, 0.02)
        got.update(message.payload.decode() for message in batch)
        worker.acknowledge(batch)
        return got >= sent

    drained(5)
    wait(lambda: "leaving the MQTT broker" in caplog.text)
    wait(drained)
    assert got == sent
    assert "network thread ended" not in caplog.text
    vehicle.close()
    worker.close()


@pytest.mark.parametrize("name", ["fullchain.pem", "privkey.pem"])
def test_without_a_certificate_access_is_not_set_up(broker: ShippedBroker, name: str) -> None:
    (broker.folder / "certificate" / name).unlink()
    done = broker.set_access("new")
    assert done.returncode == 2
    assert done.stderr == f"certificate/{name} is missing: see docs/production.md, TLS\n"
