"""compose/mosquitto on a real mosquitto: who may connect, send and receive, and what the limits do."""

import stat
from collections.abc import Callable, Iterator

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from shipped_broker import (
    INGEST_PASSWORD,
    OTHERS,
    OWN,
    REFUSED,
    SENT,
    SETTINGS,
    SHIPPED,
    Sender,
    ShippedBroker,
    received,
    source,
    wait,
)
from vinterkoll.ingest.errors import BrokerRefusedError
from vinterkoll.ingest.mqtt import MqttSource

pytestmark = pytest.mark.mosquitto

NETWORK_SERVERS = ("chirpstack", "the-things-stack")
NO_CONTRACTORS = ("traffic", "snow", *NETWORK_SERVERS)
MOSQUITTO_QUEUE = 1000
"""What mosquitto keeps for a client by default: a worker that is away for a minute would lose the rest."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedBroker]:
    running = ShippedBroker(tmp_path_factory.mktemp("broker"))
    yield running
    running.stop()


@pytest.fixture
def sender(broker: ShippedBroker) -> Iterator[Callable[..., Sender]]:
    made: list[Sender] = []

    def make(user: str, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5) -> Sender:
        made.append(Sender(broker, user, version))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def ingest(broker: ShippedBroker) -> Iterator[MqttSource]:
    connected = source(broker)
    yield connected
    connected.close()


def test_nobody_connects_without_the_right_password(
    broker: ShippedBroker, sender: Callable[..., Sender]
) -> None:
    assert sender("").connected == REFUSED
    assert sender("nobody").connected == REFUSED
    assert sender("nordsno").connected == SENT
    with pytest.raises(BrokerRefusedError, match=REFUSED):
        source(broker, password="wrong")


def test_the_worker_and_the_recorder_receive_what_each_sender_may_send(
    broker: ShippedBroker, ingest: MqttSource, sender: Callable[..., Sender]
) -> None:
    recorder = source(broker, client_id="test-record", user="record", password="record")
    sent = {
        OWN: "nordsno",
        "mip/v1/nordsno/positions": "nordsno",
        "harja/v1/nordsno/positions": "nordsno",
        "traffic/v1/traffic/flow": "traffic",
        "traffic/v1/traffic/trafikverket": "traffic",
        "traffic/v1/vagservice/flow": "vagservice",
        "snow/v1/snow/depth": "snow",
        "application/3e5d/device/0004a30b001c0530/event/up": "chirpstack",
        "v3/snow@kommunen/devices/snow-1/up": "the-things-stack",
    }
    for topic, user in sent.items():
        assert sender(user).publish(topic, topic) == SENT
    assert set(received(ingest, list(sent)[-1])) == set(sent)
    assert set(received(recorder, list(sent)[-1])) == set(sent)
    recorder.close()


@pytest.mark.parametrize(
    ("user", "topic"),
    [
        ("nordsno", OTHERS),
        ("nordsno", "mip/v1/vagservice/positions"),
        ("nordsno", "harja/v1/vagservice/positions"),
        ("nordsno", "traffic/v1/traffic/flow"),
        ("nordsno", "snow/v1/snow/depth"),
        ("nordsno", "application/nordsno/device/0004a30b001c0530/event/up"),
        ("traffic", OWN),
        ("ingest", OWN),
        ("ingest", "mip/v1/ingest/positions"),
        ("ingest", "harja/v1/ingest/positions"),
        ("record", OWN),
        ("record", "mip/v1/record/positions"),
        ("record", "harja/v1/record/positions"),
        ("record", "traffic/v1/record/flow"),
        ("record", "snow/v1/record/depth"),
        ("ingest", "traffic/v1/ingest/flow"),
        ("ingest", "snow/v1/ingest/depth"),
        ("traffic", "traffic/v1/nordsno/flow"),
        ("traffic", "traffic/v1/nordsno/trafikverket"),
        ("traffic", "snow/v1/traffic/depth"),
        ("snow", "snow/v1/nordsno/depth"),
        ("snow", "traffic/v1/snow/flow"),
        *((user, f"mip/v1/{user}/V1/position") for user in NO_CONTRACTORS),
        *((user, f"harja/v1/{user}/positions") for user in NO_CONTRACTORS),
        *((user, f"traffic/v1/{user}/trafikverket") for user in NETWORK_SERVERS),
        *((user, f"snow/v1/{user}/depth") for user in NETWORK_SERVERS),
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
    broker.reload()
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
    listeners = [line.removeprefix("listener ") for line in lines if line.startswith("listener ")]
    assert listeners == ["8883", f"{SETTINGS.mqtt_port} {SETTINGS.mqtt_host}"]
    options = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    assert int(options["max_inflight_messages"]) >= SETTINGS.mqtt_receive_maximum
    assert int(options["max_packet_size"]) == 2 * SETTINGS.message_bytes_max
    rules = (SHIPPED / "acl").read_text(encoding="utf-8")
    read = [line.removeprefix("topic read ") for line in rules.splitlines() if line.startswith("topic read ")]
    assert read == list(SETTINGS.mqtt_topics) * 2, "the worker's and the recorder's"
