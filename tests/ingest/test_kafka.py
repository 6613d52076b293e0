"""Real Kafka: the source of `vinterkoll ingest --source kafka`, whose offsets lie with the caller."""

import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kafka_records import create_topic, produce
from kafka_server import PASSWORD, USER, KafkaServer
from vinterkoll.ingest.arrivals import QUEUE_BYTES_MAX
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka import QUEUE_MESSAGES_MAX, KafkaSource
from vinterkoll.ingest.kafka_cluster import KafkaCluster
from vinterkoll.ingest.kafka_group import KafkaGroup
from vinterkoll.ingest.kafka_records import PAYLOAD_BYTES_MAX, RECORD_BYTES_MAX, spans_of
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.kafka

MOSQUITTO = Path(__file__).parents[2] / "compose" / "mosquitto" / "mosquitto.conf"
Partition = tuple[str, int]
JOIN_S = 20


class Store:
    """Offsets as the database keeps them: moved only from where they are expected."""

    def __init__(self, **stored: int) -> None:
        self.offsets: dict[Partition, int] = {(topic, 0): offset for topic, offset in stored.items()}
        self.messages: list[Message] = []
        self.is_away = False

    def starts(self, firsts: Mapping[Partition, int]) -> dict[Partition, int]:
        if self.is_away:
            raise ConnectionError("the store is away")
        return {one: self.offsets.setdefault(one, first) for one, first in firsts.items()}

    def take(self, source: KafkaSource) -> bool:
        """Receive a batch and store it, if it begins where the last one ended."""
        batch = source.receive(500, 0.5, 0.02)
        spans = spans_of(batch)
        for span in spans:
            if self.offsets[span.topic, span.partition] != span.start:
                source.rewind()
                return False
        self.offsets.update({(span.topic, span.partition): span.end for span in spans})
        self.messages += batch
        source.acknowledge(batch)
        return bool(batch)


def records(count: int) -> list[Message]:
    return [
        Message(f"mip/v1/snow/{at % 7}/position", b"%d" % at, (1_000 + at) * 1_000) for at in range(count)
    ]


@contextmanager
def joined(kafka: KafkaServer, topic: str, store: Store, member: str = "one") -> Iterator[KafkaSource]:
    source = KafkaSource(KafkaGroup(KafkaCluster(kafka.address, member), [topic], topic, 2), store.starts)
    try:
        source.wait_connected(JOIN_S)
        yield source
    finally:
        source.close()


def until(store: Store, count: int, *sources: KafkaSource) -> None:
    deadline = time.monotonic() + JOIN_S
    while len(store.messages) < count:
        assert time.monotonic() < deadline, f"{len(store.messages)} of {count} came"
        for source in sources:
            store.take(source)


def test_a_record_is_the_message_that_was_sent(kafka: KafkaServer) -> None:
    create_topic(kafka, "same", 3)
    produce(kafka, "same", records(1_000))
    store = Store()
    with joined(kafka, "same", store) as source:
        until(store, 1_000, source)
    sent = {(m.topic, m.payload, m.received_us) for m in records(1_000)}
    assert {(m.topic, m.payload, m.received_us) for m in store.messages} == sent
    assert {m.source for m in store.messages} == {"kafka"}
    assert sum(store.offsets.values()) == 1_000


def test_what_passes_the_mqtt_broker_passes_a_topic_of_production(kafka: KafkaServer) -> None:
    kafka.create_topic_of_production("large")
    packet_bytes_max = int(re.findall(r"^max_packet_size (\d+)", MOSQUITTO.read_text(), re.MULTILINE)[0])
    topic = "mip/v1/snow/" + 65_000 * "V"
    payload = Random(1).randbytes(packet_bytes_max - len(topic))
    produce(kafka, "large", [Message(topic, payload, 1_000)])
    store = Store()
    with joined(kafka, "large", store) as source:
        until(store, 1, source)
    [message] = store.messages
    assert (message.topic, message.payload) == (topic, payload)
    assert message.received_us > 1_000_000_000_000_000  # Kafka's clock, not the producer's


def test_it_goes_on_from_the_stored_offset_and_goes_back_to_it(kafka: KafkaServer) -> None:
    create_topic(kafka, "onward", 1)
    produce(kafka, "onward", records(100))
    store = Store(onward=40)
    with joined(kafka, "onward", store) as source:
        first = source.receive(10, 5, 0.02)
        assert [int(m.payload) for m in first] == list(range(40, 50))
        source.rewind()
        until(store, 60, source)
    assert [int(m.payload) for m in store.messages] == list(range(40, 100))


def test_a_full_queue_pauses_the_partitions(kafka: KafkaServer) -> None:
    create_topic(kafka, "flood", 2)
    produce(kafka, "flood", records(25_000))
    store = Store()
    longest = 0
    with joined(kafka, "flood", store) as source:
        deadline = time.monotonic() + JOIN_S
        while len(source._arrivals) < QUEUE_MESSAGES_MAX:
            assert time.monotonic() < deadline, "the queue did not fill"
            time.sleep(0.05)
        assert sum(source.take_ends().values()) == 25_000
        while len(store.messages) < 25_000:
            longest = max(longest, len(source._arrivals))
            store.take(source)
            assert time.monotonic() < deadline + JOIN_S, f"{len(store.messages)} came"
    assert longest < QUEUE_MESSAGES_MAX + QUEUE_BYTES_MAX // RECORD_BYTES_MAX
    assert sorted(int(m.payload) for m in store.messages) == list(range(25_000))


def test_long_records_stay_within_the_bytes_of_the_queue(kafka: KafkaServer) -> None:
    """Packed, a hundred of them come with one read."""
    wide = {"max.message.bytes": str(RECORD_BYTES_MAX), "compression.type": "zstd"}
    create_topic(kafka, "long", 1, wide)
    produce(kafka, "long", [Message("t", bytes(PAYLOAD_BYTES_MAX), 1_000)] * 100)
    store = Store()
    with joined(kafka, "long", store) as source:
        deadline = time.monotonic() + JOIN_S
        while source._arrivals.has_room(QUEUE_MESSAGES_MAX):
            assert time.monotonic() < deadline, "the queue did not fill"
            time.sleep(0.05)
        assert source._arrivals.bytes_left > -RECORD_BYTES_MAX
        until(store, 100, source)


def test_a_second_member_takes_its_share_and_leaves_it(kafka: KafkaServer) -> None:
    create_topic(kafka, "shared", 4)
    produce(kafka, "shared", records(3_000))
    store = Store()
    with joined(kafka, "shared", store) as one:
        until(store, 500, one)
        with joined(kafka, "shared", store, "two") as two:
            produce(kafka, "shared", records(3_000))
            until(store, 5_000, two, one)
        produce(kafka, "shared", records(1_000))
        until(store, 7_000, one)
    assert len(store.messages) == sum(store.offsets.values()) == 7_000
    assert len({m.receipt for m in store.messages}) == 7_000


def test_without_the_stored_offsets_nothing_is_read_until_they_are_back(kafka: KafkaServer) -> None:
    create_topic(kafka, "offsetless", 1)
    produce(kafka, "offsetless", records(100))
    store = Store(offsetless=40)
    with joined(kafka, "offsetless", store) as source:
        until(store, 60, source)
        store.is_away = True
        source.rewind()
        assert source.receive(10, 2, 0.02) == []
        store.is_away = False
        produce(kafka, "offsetless", records(10))
        until(store, 70, source)
    assert store.offsets == {("offsetless", 0): 110}


def test_a_member_without_partitions_waits_for_some(kafka: KafkaServer) -> None:
    create_topic(kafka, "narrow", 1)
    store = Store()
    with joined(kafka, "narrow", store) as one, joined(kafka, "narrow", store, "two") as two:
        produce(kafka, "narrow", records(100))
        until(store, 100, one, two)
        one.close()
        produce(kafka, "narrow", records(100))
        until(store, 200, two)


def test_a_broker_that_was_away_is_read_on(kafka: KafkaServer) -> None:
    create_topic(kafka, "restarted", 1)
    produce(kafka, "restarted", records(100))
    store = Store()
    with joined(kafka, "restarted", store) as source:
        until(store, 100, source)
        kafka.stop()
        assert source.receive(10, 1, 0.02) == []
        kafka.start()
        produce(kafka, "restarted", records(100))
        until(store, 200, source)
    assert store.offsets == {("restarted", 0): 200}


def test_a_topic_that_was_made_anew_is_refused(kafka: KafkaServer) -> None:
    create_topic(kafka, "anew", 1)
    produce(kafka, "anew", records(10))
    with (
        pytest.raises(BrokerRefusedError, match="VINTERKOLL_KAFKA_GROUP"),
        joined(kafka, "anew", Store(anew=11)),
    ):
        pass


def test_a_topic_that_is_not_there_is_refused(kafka: KafkaServer) -> None:
    with pytest.raises(BrokerRefusedError, match="has no topic nowhere"), joined(kafka, "nowhere", Store()):
        pass


def secure(kafka: KafkaServer, **changed: Any) -> KafkaGroup:
    tls = ssl.create_default_context(cafile=kafka.ca_file)
    cluster = KafkaCluster(kafka.secure_address, "one", tls, user=USER, password=PASSWORD)
    return KafkaGroup(replace(cluster, **changed), ["secret"], "secret", 2)


def test_by_tls_and_password(kafka: KafkaServer) -> None:
    create_topic(kafka, "secret", 1)
    produce(kafka, "secret", records(10))
    store = Store()
    with closing(KafkaSource(secure(kafka), store.starts)) as source:
        source.wait_connected(JOIN_S)
        until(store, 10, source)


def refusal(group: KafkaGroup) -> str:
    with closing(KafkaSource(group, Store().starts)) as source:
        with pytest.raises(BrokerRefusedError) as refused:
            source.wait_connected(JOIN_S)
        assert PASSWORD not in f"{refused.value} {group}"
        return str(refused.value)


def test_a_log_in_or_a_certificate_that_does_not_satisfy_is_refused(kafka: KafkaServer) -> None:
    assert "refused the log-in" in refusal(secure(kafka, password="wrong"))
    assert "refused the log-in" in refusal(secure(kafka, sasl_mechanism="PLAIN"))
    assert "certificate" in refusal(secure(kafka, tls=ssl.create_default_context()))
    assert "127.0.0.1" in refusal(secure(kafka, bootstrap_servers=f"127.0.0.1:{kafka.secure_port}"))


def test_nobody_there_is_no_refusal(port: int) -> None:
    source = KafkaSource(KafkaGroup(KafkaCluster(f"127.0.0.1:{port}", "one"), ["t"], "t", 2), Store().starts)
    try:
        with pytest.raises(BrokerUnavailableError, match=f"127.0.0.1:{port}"):
            source.wait_connected(1.5)
    finally:
        source.close()
