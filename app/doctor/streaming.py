"""Kafka, where its servers are set: are the topics there, and configured as docs/production.md says."""

import asyncio
import math
from collections.abc import Iterator
from typing import Final

from aiokafka.conn import collect_hosts
from aiokafka.errors import KafkaError

from vinterkoll.app.broker_trust import kafka_trust
from vinterkoll.app.doctor.certificates import certificate
from vinterkoll.app.doctor.finding import Finding, State, fail, not_used, ok, warn
from vinterkoll.app.kafka import kafka_cluster
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import BrokerRefusedError, BrokerUnavailableError
from vinterkoll.ingest.kafka_cluster import Topic
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX

_DAY_MS: Final = 86_400_000
_RETENTION_MIN_DAYS: Final = 1.0
"""A worker that dies in the evening is missed in the morning. Longer than raw positions are kept, personal data must not be."""
_WANTED: Final = ("retention.ms", "max.message.bytes", "min.insync.replicas")
_FOREVER: Final = -1


def streaming(settings: Settings) -> Iterator[Finding]:
    """Log in, and look at the topics."""
    if "kafka_bootstrap_servers" not in settings.model_fields_set:
        yield not_used("VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS is not set")
        return
    try:
        topics = asyncio.run(kafka_cluster(settings).topics(settings.kafka_topics))
    except (BrokerRefusedError, BrokerUnavailableError, KafkaError) as error:
        yield fail("kafka-unreachable", str(error))
        return
    there = {topic.name for topic in topics}
    for name in settings.kafka_topics:
        if name not in there:
            yield fail("kafka-topic-missing", f"there is no topic {name} for this user")
    for topic in topics:
        yield from topic_findings(topic, settings)
    if trust := kafka_trust(settings):
        host, port, _ = collect_hosts(settings.kafka_bootstrap_servers, randomize=False)[0]
        yield certificate(host, port, trust)


def topic_findings(topic: Topic, settings: Settings) -> Iterator[Finding]:
    """Judge one topic."""
    yield ok(f"the topic {topic.name} has {topic.partitions} partitions, {topic.replicas} replicas each")
    if not topic.config:
        yield Finding(State.NOT_SEEN, f"how {topic.name} is configured", "kafka-right-missing")
        return
    retention_ms, bytes_max, in_sync = (int(topic.config[name]) for name in _WANTED)
    days = math.inf if retention_ms == _FOREVER else retention_ms / _DAY_MS
    if not _RETENTION_MIN_DAYS <= days <= settings.raw_days:
        yield warn(
            "kafka-retention",
            f"{topic.name} keeps records for {days:.2g} days, a worker's absence asks for 1 at least, VINTERKOLL_RAW_DAYS for {settings.raw_days:g} at most",
        )
    if bytes_max < RECORD_BYTES_MAX:
        yield warn(
            "kafka-message-small",
            f"{topic.name} takes {bytes_max} bytes a record, and `vinterkoll bridge` needs {RECORD_BYTES_MAX}",
        )
    if topic.replicas > 1 and in_sync < 2:
        yield warn("kafka-in-sync", f"{topic.name} confirms records that one broker alone has")
