"""Every part that can fail fails while messages come in: nothing is lost or doubled, and all goes on by itself.

`make faults` runs them with the database gone for a minute, and writes the table of docs/faults.md.
"""

import io
import itertools
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import orjson
import psycopg
import pytest
from psycopg import sql

import fault_table
from broker import Broker
from derived_tables import acceptance
from http_ingest import MIP, body_of
from kafka_records import create_topic
from kafka_server import KafkaServer
from link import Link
from mid_transaction import held_in_mid_transaction
from simulated_delivery import Rows, rows_of, set_up
from supervised import Supervised
from under_load import DONE_S, SENT_S, asked, counted, messages, sending, subscribed, until
from vinterkoll.app.children import free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.errors import PartFailedError
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.ingest.message import Message, wall_clock_us
from vinterkoll.processing.rejects import WHOLE_MESSAGE
from vinterkoll.simulators import stream
from vinterkoll.simulators.mqtt import MqttSink
from vinterkoll.simulators.scenario import Part, Scenario
from vinterkoll.storage import keys

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto, pytest.mark.fault]

LONG: Final = bool(os.environ.get("VINTERKOLL_FAULTS_WRITE"))
AWAY_S: Final = 60.0 if LONG else 3.0
AUTOSAVE_S: Final = 1
"""Of the tests' mosquitto; the shipped one's is 10."""
POISON: Final = 5
RECOVER_S: Final = 10.0
"""What is promised: from the cause being gone, and a session being over where that is how it is noticed."""
AS_ROOT: Final = [] if os.geteuid() == 0 else ["sudo", "-n", "-E"]
PROBE: Final = "mip/v1/probe/v1/position"
HELD: Final = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
ROWS: Final = (
    "SELECT (SELECT count(*) FROM position) + (SELECT count(*) FROM flow) + (SELECT count(*) FROM snow)"
)
TMPFS_BYTES: Final = 400_000_000
_numbers = itertools.count()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server that writes to disk what it commits, for it is killed."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("faults") / "cluster")
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE furnished")
    set_up(server.url("furnished"), tmp_path_factory.mktemp("streets"))
    yield server
    server.remove()


@pytest.fixture(scope="module")
def clean(cluster: EmbeddedPostgres) -> Rows:
    """What the database holds where nothing fails."""
    rows = clean_of(cluster, "clean", messages())
    assert all(rows.derived[table] for table in ("stretch", "treatment", "flow_window"))
    return rows


def clean_of(cluster: EmbeddedPostgres, name: str, sent: Sequence[stream.Message]) -> Rows:
    connection, accepting = acceptance(new_database(cluster, name), wall_clock_us)
    with connection:
        batch = [Message(one.topic, one.payload, one.time_us) for one in sent]
        assert accepting.accept(batch).rejected == []
        return rows_of(connection)


def new_database(cluster: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE furnished").format(sql.Identifier(name)))
    return cluster.url(name)


@pytest.fixture
def url(cluster: EmbeddedPostgres) -> Iterator[str]:
    name = f"fault_{next(_numbers)}"
    yield new_database(cluster, name)
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def environment(url: str, broker: Broker, **more: str) -> dict[str, str]:
    return os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_MQTT_PORT": str(broker.port),
        "VINTERKOLL_MQTT_CLIENT_ID": "faults",
        "VINTERKOLL_LOG_LEVEL": "ERROR",
        **more,
    }


def recovered(url: str, broker: Broker) -> float:
    """Send something that can only be rejected; return how many seconds it took until it was."""
    rejected = f"SELECT count(*) FROM reject_message WHERE topic = '{PROBE}'"
    before, sink = max(asked(url, rejected), 0), MqttSink("127.0.0.1", broker.port, threading.Event())
    sink.send(stream.Message(0, PROBE, b"probe"))
    seconds = until(lambda: asked(url, rejected) > before, "nothing is stored any more")
    sink.close()
    return seconds


def finished(
    url: str, clean: Rows, fault: str, seconds: float, sent: Sequence[stream.Message] = (), rejected: int = 0
) -> None:
    """Wait for the last row, and compare all there is with what was sent, everything unless said otherwise, and with the
    clean run.
    """
    total = observations(sent or messages())
    until(lambda: asked(url, ROWS) + rejects(url) >= total, f"{fault}: not all rows came")
    with psycopg.connect(url) as connection:
        found = rows_of(connection)
    fault_table.record(fault, total, sum(found.raw.values()), rejects(url), seconds)
    assert found == clean
    assert rejects(url) == rejected == total - sum(found.raw.values())
    assert seconds < RECOVER_S


def observations(sent: Sequence[stream.Message]) -> int:
    """How many different ones were sent: the simulator puts one into a message."""
    return len({(one.topic, one.payload) for one in sent})


def rejects(url: str) -> int:
    return asked(url, f"SELECT count(*) FROM reject_message WHERE topic <> '{PROBE}'")


class Database:
    """What may happen to the database, and to the way there."""

    def __init__(self, cluster: EmbeddedPostgres, link: Link, worker: Supervised) -> None:
        self.cluster, self.link, self.worker = cluster, link, worker

    def start(self) -> None:
        """Start it as systemd does: again, where it did not come up."""
        deadline = time.monotonic() + DONE_S
        while True:
            try:
                self.cluster.start(port=self.cluster.port)
            except PartFailedError:
                assert time.monotonic() < deadline
                time.sleep(0.5)
            else:
                return

    def worker_killed(self) -> None:
        self.worker.kill()

    def killed(self) -> None:
        assert self.cluster.pid is not None
        os.kill(self.cluster.pid, 9)
        until(lambda: self.cluster.exit_code is not None, "it does not die")
        self.start()

    def away(self) -> None:
        self.cluster.stop()
        time.sleep(AWAY_S)
        self.start()

    def cut(self) -> None:
        self.link.cut()
        time.sleep(AWAY_S / 3)
        self.link.mend()

    def slow(self) -> None:
        self.link.delay_s = 0.1
        time.sleep(AWAY_S)
        self.link.delay_s = 0.0


FAULTS: Final[dict[str, Callable[[Database], None]]] = {
    "worker: kill -9": Database.worker_killed,
    "database: kill -9": Database.killed,
    f"database gone for {AWAY_S:.0f} s": Database.away,
    "network to the database cut": Database.cut,
    "database slow, 0.1 s an answer": Database.slow,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_worker_and_database(
    fault: str, cluster: EmbeddedPostgres, clean: Rows, url: str, broker: Broker
) -> None:
    with Link(cluster.port) as link:
        through = url.replace(f":{cluster.port}/", f":{link.port}/")
        with Supervised(environment(through, broker), "ingest") as worker:
            until(lambda: counted(url) >= 0 and subscribed(url), "the worker did not start")
            with sending(broker) as half:
                half.wait(DONE_S)
                until(lambda: counted(url) > 0, "nothing is stored")
                FAULTS[fault](Database(cluster, link, worker))
                seconds = recovered(url, broker)
            finished(url, clean, fault, seconds)
        assert worker.exit_code == 0


@contextmanager
def cable(name: str) -> Iterator[tuple[str, list[str]]]:
    """A network namespace at the other end of a cable: this end's address, and the command that runs another there."""
    own, other, address = f"{name}0", f"{name}1", "10.213.7.1"

    def ip(*arguments: str) -> None:
        subprocess.run([*AS_ROOT, "ip", *arguments], check=True)

    ip("netns", "add", name)
    try:
        ip("link", "add", own, "type", "veth", "peer", "name", other, "netns", name)
        ip("addr", "add", f"{address}/30", "dev", own)
        ip("link", "set", own, "up")
        ip("-n", name, "addr", "add", "10.213.7.2/30", "dev", other)
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "link", "set", other, "up")
        yield address, [*AS_ROOT, "ip", "netns", "exec", name]
    finally:
        ip("netns", "del", name)


def test_the_network_swallows_everything(
    cluster: EmbeddedPostgres, clean: Rows, url: str, broker: Broker
) -> None:
    """No packet passes, and nobody says so: broker and database are given up by silence, and found again. So is the worker
    by the database, which held what its batch had locked.
    """
    with (
        cable("vkfault") as (address, inside),
        Link(cluster.port, address) as database,
        Link(broker.port, address) as queue,
    ):
        through = url.replace(f"127.0.0.1:{cluster.port}/", f"{address}:{database.port}/")
        own = environment(through, broker, VINTERKOLL_MQTT_HOST=address, VINTERKOLL_MQTT_PORT=str(queue.port))
        with Supervised(own, "ingest", within=inside):
            until(lambda: subscribed(url), "the worker did not start")
            with sending(broker) as half:
                half.wait(DONE_S)
                until(lambda: counted(url) > 0, "nothing is stored")
                silent_at = datetime.now(UTC)
                with held_in_mid_transaction(url):
                    subprocess.run([*inside, "ip", "link", "set", "vkfault1", "down"], check=True)
                time.sleep(max(AWAY_S, 15))
                assert asked(url, HELD) == 0, "the database still keeps what a batch had locked"
                subprocess.run([*inside, "ip", "link", "set", "vkfault1", "up"], check=True)
                seconds = recovered(url, broker)
            assert connected_since(url, silent_at), "it did not give up the silent connection"
            finished(url, clean, "network silent, for broker and database", seconds)


def connected_since(url: str, moment: datetime) -> bool:
    """Whether the worker has another connection than it had then."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return asked(url, f"{query} AND backend_start > '{moment.isoformat()}'") > 0


def test_the_broker_keeps_what_waits(clean: Rows, url: str, broker: Broker) -> None:
    """It is killed while the worker is away; what it acknowledged a second before is on its disk."""
    with Supervised(environment(url, broker), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
    with sending(broker):
        pass
    time.sleep(2)  # its autosave_interval here is a second
    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()
    broker.start()
    with Supervised(environment(url, broker), "ingest"):
        seconds = until(lambda: counted(url) > 0, "the broker forgot")
        finished(url, clean, "broker: kill -9, with all of it waiting there", seconds)


def test_the_broker_is_killed_under_load(clean: Rows, url: str, broker: Broker) -> None:
    """What it acknowledged and had not passed on since it last wrote its file is lost: with a worker that keeps up, next to
    nothing, and never more than was sent since then.
    """
    fault = "broker: kill -9 under load, its file a second old at most"
    with Supervised(environment(url, broker), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker) as half:
            half.wait(DONE_S)
            until(lambda: counted(url) > 0, "nothing is stored")
            assert broker.process is not None
            broker.process.kill()
            broker.process.wait()
            broker.start()
            seconds = recovered(url, broker)
        until(lambda: not grows(url), "it does not end")
    with psycopg.connect(url) as connection:
        found = rows_of(connection)
    total = observations(messages())
    lost = total - sum(found.raw.values())
    fault_table.record(fault, total, total - lost, rejects(url), seconds)
    assert lost <= total * 2 * AUTOSAVE_S / SENT_S
    assert all(count <= clean.raw[kind] for kind, count in found.raw.items())
    assert lost or found == clean
    assert rejects(url) == 0
    assert seconds < RECOVER_S


def test_a_poison_batch(clean: Rows, url: str, broker: Broker) -> None:
    """Messages that the database refuses for their data cost themselves, not those that came with them."""
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE position ADD CHECK (area IS DISTINCT FROM 'forbidden')")
    positions = [one for one in messages() if one.topic.startswith("mip/")]
    poison = [poisoned(one) for one in positions[:: len(positions) // POISON][:POISON]]
    sent = messages()
    for at, one in enumerate(poison):
        sent.insert((at + 1) * len(sent) // (len(poison) + 1), one)
    with Supervised(environment(url, broker), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker, sent) as half:
            half.wait(DONE_S)
            seconds = recovered(url, broker)
        finished(url, clean, "messages that the database refuses", seconds, sent, len(poison))
        codes = f"SELECT count(*) FROM reject WHERE code = 'storage_refused' AND item = {WHOLE_MESSAGE}"
        assert asked(url, codes) == len(poison)


def poisoned(message: stream.Message) -> stream.Message:
    payload = orjson.dumps(orjson.loads(message.payload) | {"area": "forbidden"})
    return stream.Message(message.time_us, message.topic, payload)


def test_a_full_disk(clean: Rows, broker: Broker) -> None:
    """The server stops when it cannot write its log, and comes up when there is room."""
    # the server's own user must get there, who may not pass tmp_path
    small = Path(tempfile.mkdtemp(prefix="vinterkoll-full-", dir="/var/tmp"))
    subprocess.run(
        [*AS_ROOT, "mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES},mode=755", "tmpfs", str(small)],
        check=True,
    )
    try:
        server = EmbeddedPostgres(small / "cluster")
        server.start()
        try:
            full_disk(server, clean, broker, small)
        finally:
            server.remove()
    finally:
        subprocess.run([*AS_ROOT, "umount", str(small)], check=True)
        small.rmdir()


def full_disk(server: EmbeddedPostgres, clean: Rows, broker: Broker, small: Path) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE full_disk")
    url = server.url("full_disk")
    set_up(url, small)
    with Supervised(environment(url, broker), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
        filler = small / "filler"
        with sending(broker):
            until(lambda: counted(url) > 0, "nothing is stored")
            with filler.open("wb", buffering=0) as file:
                until(lambda: fills(file) and not grows(url), "the disk does not fill up")
            before = max(counted(url), 0)
            assert before < sum(clean.raw.values()), "there was room for all"
            filler.unlink()
            seconds = until(lambda: comes_up(server) and counted(url) > before, "nothing is stored any more")
        finished(url, clean, "database's disk full", seconds)


def comes_up(server: EmbeddedPostgres) -> bool:
    """Start the server again where it has ended, as systemd does."""
    if server.exit_code is None:
        return True
    try:
        server.start(port=server.port)
    except PartFailedError:
        return False
    return True


def fills(file: "io.FileIO") -> bool:
    """Write until there is no room, what the server gives back included."""
    for size in (1_000_000, 4_096):
        with suppress(OSError):
            while file.write(bytes(size)) == size:
                pass
    return True


def grows(url: str) -> bool:
    before = counted(url)
    time.sleep(1)
    return counted(url) > before


def set_clock(file: Path, off: str) -> None:
    """Say how far off the clocks are: at once, as they are read at any moment."""
    whole = file.with_suffix(".new")
    whole.write_text(off)
    whole.replace(file)


@contextmanager
def faked_clock(file: Path) -> Iterator[dict[str, str]]:
    """The environment of a process whose clock is off by what `file` says; intervals are as they are."""
    [library] = {path.resolve() for path in Path("/usr/lib").glob("*/faketime/libfaketime.so.1")}
    set_clock(file, "+0")
    yield {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@pytest.mark.parametrize("jump", ["+30m", "-30m"])
def test_the_workers_clock_jumps(jump: str, clean: Rows, url: str, broker: Broker, tmp_path: Path) -> None:
    """What was sent an hour ago is neither future nor too old by either clock."""
    file = tmp_path / "clock"
    with faked_clock(file) as clock, Supervised(environment(url, broker, **clock), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker) as half:
            half.wait(DONE_S)
            set_clock(file, jump)
            before = counted(url)
            until(lambda: counted(url) > before, "nothing is stored with the clock off")
            set_clock(file, "+0")
            seconds = recovered(url, broker)
        finished(url, clean, f"worker's clock off by {jump.replace('m', ' min')} for a while", seconds)


def test_a_clock_that_is_behind_keeps_what_it_takes_for_future(
    url: str, broker: Broker, tmp_path: Path
) -> None:
    """Each message is a row or a reject with its bytes; when the clock is right again, messages are taken again."""
    file = tmp_path / "clock"
    now = datetime.now(UTC)
    fresh = list(Scenario(1, now, parts=[Part.VEHICLES]).messages(now, now + timedelta(seconds=200)))
    with faked_clock(file) as clock, Supervised(environment(url, broker, **clock), "ingest"):
        until(lambda: subscribed(url), "the worker did not start")
        sink = MqttSink("127.0.0.1", broker.port, threading.Event())
        set_clock(file, "-30m")
        for message in fresh[:100]:
            sink.send(message)
        until(lambda: counted(url) == 100, "the first messages")
        kept = "SELECT count(*) FROM reject JOIN reject_message USING (message_id) WHERE code = 'future' AND payload <> ''"
        assert (asked(url, "SELECT count(*) FROM position"), asked(url, kept)) == (0, 100)
        set_clock(file, "+0")
        for message in fresh[100:150]:
            sink.send(message)
        until(lambda: counted(url) == 150, "the other messages")
        sink.close()
    assert (asked(url, "SELECT count(*) FROM position"), asked(url, kept)) == (50, 100)


def test_the_api_is_killed(cluster: EmbeddedPostgres, url: str, broker: Broker) -> None:
    """A sender repeats what it has no answer to."""
    sent = [one for one in messages() if one.topic.startswith("mip/")]
    owners = sorted({owner_of(one) for one in sent})
    with psycopg.connect(url, autocommit=True) as connection:
        for owner in owners:
            keys.insert(connection, f"key-of-{owner}", owner, "ingest")
    port = free_port()
    own = environment(url, broker, VINTERKOLL_INGEST_DATABASE_URL=url)
    with (
        Supervised(own, "api", "--port", str(port)) as api,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client,
    ):
        bodies = [
            (owner, [one for one in sent if owner_of(one) == owner][at : at + 100])
            for owner in owners
            for at in range(0, len(sent), 100)
        ]
        seconds = 0.0
        for number, (owner, part) in enumerate(bodies):
            if number % 10 == 5:
                threading.Timer(0.01, api.kill).start()  # while it has the next in hand
            seconds = max(seconds, until(lambda o=owner, p=part: posted(client, o, p), owner))  # type: ignore[misc]
        finished(url, clean_of(cluster, "clean_vehicles", sent), "API: kill -9, by HTTP", seconds, sent)


def owner_of(message: stream.Message) -> str:
    return message.topic.split("/")[2]


def posted(client: httpx.Client, owner: str, part: Sequence[stream.Message]) -> bool:
    """Post some positions; tell whether that was answered."""
    items = [body_of(Message(one.topic, one.payload, one.time_us)) for one in part]
    try:
        answer = client.post(MIP, json=items, headers={"Authorization": f"Bearer key-of-{owner}"})
    except httpx.TransportError:
        return False
    assert answer.status_code in {200, 503}, answer.text
    return answer.status_code == 200 and not answer.json()["rejected"]


class Stream:
    """What may happen on the way through Kafka."""

    def __init__(self, kafka: KafkaServer, bridge: Supervised, worker: Supervised) -> None:
        self.kafka, self.bridge, self.worker = kafka, bridge, worker

    def bridge_killed(self) -> None:
        self.bridge.kill()

    def worker_killed(self) -> None:
        self.worker.kill()

    def kafka_killed(self) -> None:
        self.kafka.kill()
        self.kafka.start()


STREAM_FAULTS: Final[dict[str, Callable[[Stream], None]]] = {
    "bridge: kill -9": Stream.bridge_killed,
    "worker that reads from Kafka: kill -9": Stream.worker_killed,
    "Kafka: kill -9": Stream.kafka_killed,
}


def kafka_environment(url: str, broker: Broker, kafka: KafkaServer, topic: str) -> dict[str, str]:
    return environment(
        url,
        broker,
        VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS=kafka.address,
        VINTERKOLL_KAFKA_TOPICS=f'["{topic}"]',
        VINTERKOLL_KAFKA_GROUP=topic,
        VINTERKOLL_KAFKA_SESSION_TIMEOUT_S="6",
    )


@pytest.mark.kafka
@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_bridge_and_kafka(fault: str, clean: Rows, url: str, broker: Broker, kafka: KafkaServer) -> None:
    topic = f"fault-{list(STREAM_FAULTS).index(fault)}"
    create_topic(kafka, topic, 3, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    own = kafka_environment(url, broker, kafka, topic)
    with ExitStack() as stack:
        bridge = stack.enter_context(Supervised(own, "bridge"))
        worker = stack.enter_context(Supervised(own, "ingest", "--source", "kafka"))
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker) as half:
            half.wait(DONE_S)
            until(lambda: counted(url) > 0, "nothing is stored")
            STREAM_FAULTS[fault](Stream(kafka, bridge, worker))
            seconds = recovered(url, broker)
        finished(url, clean, fault, seconds)


@pytest.mark.kafka
def test_a_worker_is_stopped_past_its_session(
    clean: Rows, url: str, broker: Broker, kafka: KafkaServer
) -> None:
    """In mid-transaction, and wakes up when another has its partitions: nothing of it is stored."""
    create_topic(kafka, "asleep", 3, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    own = kafka_environment(url, broker, kafka, "asleep")
    reading = ("ingest", "--source", "kafka")
    with (
        Supervised(own, "bridge"),
        Supervised(own | {"VINTERKOLL_WORKER": "first"}, *reading) as first,
    ):
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker) as half:
            half.wait(DONE_S)
            until(lambda: counted(url) > 0, "nothing is stored")
            with held_in_mid_transaction(url):
                first.pause()
            with Supervised(own | {"VINTERKOLL_WORKER": "second"}, *reading):
                until(lambda: asked(url, HELD) == 0, "the database waits for who does nothing")
                seconds = recovered(url, broker)
                first.resume()
                finished(
                    url, clean, "worker that reads from Kafka: stopped in mid-transaction for long", seconds
                )
    assert first.exit_code == 0
    with psycopg.connect(url) as connection:  # after it has tried
        assert rows_of(connection) == clean
    assert counted(url) == len(messages()) + 1


@pytest.mark.kafka
def test_three_workers_come_and_go(clean: Rows, url: str, broker: Broker, kafka: KafkaServer) -> None:
    """Under load a second and a third join, and the first leaves: their partitions move, and no record counts twice."""
    create_topic(kafka, "three", 6, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    own = kafka_environment(url, broker, kafka, "three")
    with ExitStack() as stack:
        stack.enter_context(Supervised(own, "bridge"))

        def joined(name: str) -> ExitStack:
            one = ExitStack()
            one.enter_context(Supervised(own | {"VINTERKOLL_WORKER": name}, "ingest", "--source", "kafka"))
            return one

        def stored_by(name: str) -> int:
            return asked(url, f"SELECT sum(messages)::int FROM ingest_status WHERE worker = '{name}'")

        first = joined("first")
        until(lambda: subscribed(url), "the worker did not start")
        with sending(broker), sending(broker):  # each message twice, as another sender would
            until(lambda: stored_by("first") > 0, "the first stores nothing")
            stack.enter_context(joined("second"))
            stack.enter_context(joined("third"))
            until(lambda: min(stored_by("second"), stored_by("third")) > 0, "two of them store nothing")
            first.close()
            seconds = recovered(url, broker)
        finished(url, clean, "three workers, of which one leaves", seconds)
        until(lambda: counted(url) > 2 * len(messages()), "not all records were read")
    assert counted(url) == 2 * len(messages()) + 1
