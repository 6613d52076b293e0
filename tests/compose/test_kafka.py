"""compose/kafka on a real Kafka, as its container would run it: who may do what, and the topic that docs/production.md asks for."""

import asyncio
import itertools
import re
import shlex
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAuthorizationFailedError
from pydantic import SecretStr

from certificates import DOCUMENT
from compose_file import WITH_KAFKA, environment
from container import Container
from position_messages import position
from processes import listening
from shipped_kafka import SHIPPED, ShippedKafka
from vinterkoll.app.children import accepts_connections
from vinterkoll.app.doctor.finding import State
from vinterkoll.app.doctor.streaming import streaming
from vinterkoll.app.kafka import kafka_cluster
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka import KafkaSource
from vinterkoll.ingest.kafka_group import KafkaGroup
from vinterkoll.ingest.kafka_writer import KafkaWriter
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.kafka

TOPIC: Final = "vinterkoll.messages"
GROUP: Final = "vinterkoll-ingest"
VALUES: Final = {
    "KAFKA_ADMIN_PASSWORD": "salt-och-grus",
    "KAFKA_BRIDGE_PASSWORD": "plog-och-vinge",
    "KAFKA_INGEST_PASSWORD": "halka-och-is",
}
JOIN_S: Final = 30.0


def container(kafka: ShippedKafka, values: dict[str, str] = VALUES) -> Container:
    service = WITH_KAFKA["kafka"]
    given = environment(service, values) | {"PATH": kafka.path}
    return Container(service, given, shown={kafka.folder: kafka.folder}, writable=[kafka.data])


@contextmanager
def serving(kafka: ShippedKafka, values: dict[str, str] = VALUES) -> Iterator[None]:
    with container(kafka, values).running("sh", str(kafka.config / "start.sh")) as process:
        process.wait(lambda: accepts_connections(kafka.port))
        yield


def grant(kafka: ShippedKafka, values: dict[str, str] = VALUES) -> None:
    service = WITH_KAFKA["kafka-access"]
    given = environment(service, values) | {"PATH": kafka.path}
    done = Container(service, given, shown={kafka.folder: kafka.folder}).run(
        "sh", str(kafka.config / "access.sh")
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShippedKafka]:
    shipped = ShippedKafka(tmp_path_factory.mktemp("shipped-kafka"))
    with serving(shipped):
        grant(shipped)
        yield shipped


def settings(kafka: ShippedKafka, user: str, **changes: Any) -> Settings:
    """What compose.kafka.yaml sets for the bridge or a worker, but for the port."""
    given: dict[str, Any] = {
        "kafka_bootstrap_servers": kafka.address,
        "kafka_user": user,
        "kafka_password": SecretStr(VALUES.get(f"KAFKA_{user.upper()}_PASSWORD", "")),
    }
    return Settings(**given | changes)


def write(kafka: ShippedKafka, user: str, *messages: Message, topic: str = TOPIC, **changes: Any) -> None:
    async def written() -> None:
        writer = KafkaWriter(kafka_cluster(settings(kafka, user, **changes)), topic)
        try:
            await writer.check()
            await writer.write(messages)
        finally:
            await writer.close()

    asyncio.run(written())


def joined(kafka: ShippedKafka, user: str, group: str = GROUP, **changes: Any) -> KafkaSource:
    cluster = kafka_cluster(settings(kafka, user, **changes))
    return KafkaSource(KafkaGroup(cluster, [TOPIC], group, 10.0), dict)


def payloads(source: KafkaSource) -> list[bytes]:
    return [message.payload for message in source.receive(5_000, JOIN_S, 0.02)]


def test_it_listens_on_loopback_only(kafka: ShippedKafka) -> None:
    found = listening(kafka.config)
    assert {port for _, port in found} == {kafka.port, kafka.controller_port}
    assert {address[-8:] for address, _ in found} == {"0100007F"}, "127.0.0.1, perhaps as an address of IPv6"


def test_what_the_bridge_writes_the_worker_reads(kafka: ShippedKafka) -> None:
    write(kafka, "bridge", position())
    with closing(joined(kafka, "ingest")) as source:
        source.wait_connected(JOIN_S)
        assert payloads(source) == [position().payload]


def test_the_topic_satisfies_the_doctor_whom_the_workers_user_may_tell(kafka: ShippedKafka) -> None:
    [found] = streaming(settings(kafka, "ingest"))
    assert (found.state, "12 partitions, 1 replicas" in found.what) == (State.OK, True)


@pytest.mark.parametrize(
    ("user", "password"), [("ingest", "wrong"), ("ingest", ""), ("admin", VALUES["KAFKA_ADMIN_PASSWORD"])]
)
def test_nobody_logs_in_without_the_right_password(kafka: ShippedKafka, user: str, password: str) -> None:
    """The admin's is no SCRAM password."""
    with pytest.raises(BrokerRefusedError, match="refused the log-in"):
        write(kafka, user, kafka_password=SecretStr(password))


def test_nobody_is_let_in_who_does_not_log_in(kafka: ShippedKafka) -> None:
    with pytest.raises(BrokerUnavailableError, match="Connection"):
        write(kafka, "")


def test_who_reads_does_not_write_and_who_writes_does_not_read(kafka: ShippedKafka) -> None:
    async def write_as_the_reader() -> None:
        async with AIOKafkaProducer(**kafka_cluster(settings(kafka, "ingest")).access) as producer:
            await producer.send_and_wait(TOPIC, b"forged")

    async def read_as_the_writer() -> None:
        async with AIOKafkaConsumer(**kafka_cluster(settings(kafka, "bridge")).access) as consumer:
            consumer.assign([TopicPartition(TOPIC, 0)])
            await consumer.seek_to_beginning()
            await consumer.getone()

    for attempt in (write_as_the_reader, read_as_the_writer):
        with pytest.raises(TopicAuthorizationFailedError):
            asyncio.run(attempt())
    with closing(joined(kafka, "bridge")) as source, pytest.raises(BrokerRefusedError):
        source.wait_connected(JOIN_S)


def test_the_workers_user_joins_no_other_group(kafka: ShippedKafka) -> None:
    with closing(joined(kafka, "ingest", group="another")) as source, pytest.raises(BrokerRefusedError):
        source.wait_connected(JOIN_S)


@pytest.mark.parametrize("user", ["bridge", "ingest"])
def test_nobody_makes_topics(kafka: ShippedKafka, user: str) -> None:
    async def create() -> Any:
        admin = AIOKafkaAdminClient(**kafka_cluster(settings(kafka, user)).access)
        await admin.start()
        try:
            return await admin.create_topics([NewTopic("other", 1, 1)])
        finally:
            await admin.close()

    [(_, _, said)] = asyncio.run(create()).topic_errors
    assert "uthorization" in said
    with pytest.raises(BrokerRefusedError, match="has no topic"):
        write(kafka, user, position(), topic="other")


def test_the_controller_asks_for_the_admins_password(kafka: ShippedKafka) -> None:
    """It takes what the admin's user says for the whole cluster's word."""

    async def reach(user: str) -> None:
        at = f"127.0.0.1:{kafka.controller_port}"
        changes = {"kafka_bootstrap_servers": at, "kafka_sasl_mechanism": "PLAIN"}
        await kafka_cluster(settings(kafka, user, **changes)).log_in()

    asyncio.run(reach("admin"))
    with pytest.raises(BrokerRefusedError, match="refused the log-in"):
        asyncio.run(reach("ingest"))


def test_a_password_is_changed_and_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    kafka = ShippedKafka(tmp_path)
    with serving(kafka):
        grant(kafka)
        write(kafka, "bridge", position())
    changed = VALUES | {"KAFKA_ADMIN_PASSWORD": "new", "KAFKA_INGEST_PASSWORD": "newer"}
    with serving(kafka, changed):
        grant(kafka, changed)
        with closing(joined(kafka, "ingest", kafka_password=SecretStr("newer"))) as source:
            source.wait_connected(JOIN_S)
            assert payloads(source) == [position().payload]


@pytest.mark.parametrize("password", ["", 'a" user_x="b', "two words"])
def test_an_unusable_password_is_refused(tmp_path: Path, password: str) -> None:
    kafka = ShippedKafka(tmp_path)
    for script, name, told in (
        ("start.sh", "KAFKA_ADMIN_PASSWORD", "KAFKA_ADMIN_PASSWORD"),
        ("access.sh", "KAFKA_BRIDGE_PASSWORD", "the password of bridge"),
    ):
        done = kafka.run(script, **VALUES | {name: password})
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"{told}: letters, digits, _ and - only\n"


def options(command: str) -> list[tuple[str, str]]:
    """Return the options of a kafka-topics.sh --create, in order."""
    words = shlex.split(command)
    found = [(name, value) for name, value in itertools.pairwise(words) if name.startswith("--")]
    return sorted(one for one in found if one[0] in {"--partitions", "--replication-factor", "--config"})


def test_the_topic_is_the_one_of_the_document_but_for_what_one_broker_cannot() -> None:
    pattern = r"kafka-topics.sh ((?:\\\n|.)*--create(?:\\\n|.)+)"
    [asked] = re.findall(pattern, DOCUMENT.read_text(encoding="utf-8"))
    [made] = re.findall(pattern, (SHIPPED / "access.sh").read_text(encoding="utf-8"))
    alone = {
        ("--replication-factor", "3"): "1",
        ("--config", "min.insync.replicas=2"): "min.insync.replicas=1",
    }
    assert options(made) == sorted((one[0], alone.get(one, one[1])) for one in options(asked))


def test_names_are_those_of_the_settings() -> None:
    script = (SHIPPED / "access.sh").read_text(encoding="utf-8")
    assert Settings.model_construct().kafka_topics == (TOPIC,)
    assert f"topic={TOPIC}\n" in script
    assert f"--group {Settings.model_construct().kafka_group} " in script
