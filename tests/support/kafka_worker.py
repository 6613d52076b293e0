"""A worker that reads from Kafka: the database it needs, its environment, and how far it got."""

import os
import time
from pathlib import Path
from typing import Final

import psycopg

from kafka_server import KafkaServer
from vinterkoll.app.networks import import_network
from vinterkoll.app.settings import Settings
from vinterkoll.simulators.network_file import write_network
from vinterkoll.storage.migrate import migrate

DONE_S: Final = 120


def prepared(url: str, directory: Path) -> None:
    network = directory / "network.geojson"
    write_network(network, 1)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection)
        list(import_network(connection, network, Settings()))


def environment(kafka: KafkaServer, url: str, topic: str, group: str) -> dict[str, str]:
    return os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.address,
        "VINTERKOLL_KAFKA_TOPICS": f'["{topic}"]',
        "VINTERKOLL_KAFKA_GROUP": group,
        "VINTERKOLL_KAFKA_SESSION_TIMEOUT_S": "2",
        "VINTERKOLL_BATCH_ROWS": "100",
    }


def stored(url: str, group: str) -> int:
    """How many records the group's offsets say are stored."""
    with psycopg.connect(url) as connection:
        query = "SELECT coalesce(sum(next_offset), 0)::int FROM kafka_offset WHERE group_id = %s"
        row = connection.execute(query, [group]).fetchone()
    assert row is not None
    return int(row[0])


def wait_for(url: str, group: str, count: int) -> None:
    deadline = time.monotonic() + DONE_S
    while (now := stored(url, group)) < count:
        assert time.monotonic() < deadline, f"{now} of {count} records are stored"
        time.sleep(0.02)
