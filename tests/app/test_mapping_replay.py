"""A mapping is mended, and what was rejected by it becomes rows once: by mosquitto and a worker, by HTTP, by command."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from paho.mqtt import publish

from broker import Broker
from command import vinterkoll
from derived_tables import acceptance, derived
from http_ingest import add_keys, body_of, ingesting, settings_of
from mappings import BARE, bare, write_mappings
from stretch_messages import RECEIVED_US, fix
from vinterkoll.app.intakes import stream_acceptance
from vinterkoll.app.settings import Settings
from vinterkoll.app.worker import Batching, Worker
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto]

BROKEN = 'personal = ["driver"]\n' + BARE.replace('"when"', '"clock"').replace("plog =", "plow =")
MENDED = 'personal = ["driver"]\n' + BARE
TOPIC = "bare/snow/pos"


@contextmanager
def working(settings: Settings, broker: Broker) -> Iterator[None]:
    """Run a worker until what was published before the end of the block is stored."""
    session = MqttSession(
        host=broker.host,
        port=broker.port,
        client_id="mapping-replay",
        topics=list(settings.mqtt_topics),
        receive_maximum=100,
        expiry_s=0,
    )
    source = MqttSource(session)
    worker = Worker(source, lambda: stream_acceptance(settings), Batching(100, 0.05, 0.02), drain_s=1.0)
    thread = threading.Thread(target=worker.run)
    source.wait_connected(10)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def dialect(message: Message) -> dict[str, Any]:
    return bare(body_of(message)) | {"does": ["plog"], "driver": {"name": "Anna"}}


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_rejects_of_every_way_become_rows_once(town_url: str, tmp_path: Path, mosquitto: Broker) -> None:
    noise = random.Random(4)
    drive = [fix("v0", 5.0 * at, 40.0 * at, noise, actions=["PLOUGHING"]) for at in range(60)]
    items = [dialect(message) for message in drive]
    add_keys(town_url)
    write_mappings(tmp_path, bare=BROKEN)
    topics = {"bare/+/pos": "bare"}
    settings = settings_of(town_url, mappings=str(tmp_path), mqtt_topics=topics)
    with working(settings, mosquitto), ingesting(town_url, mappings=str(tmp_path)) as client:
        publish.multiple(
            [(TOPIC, orjson.dumps(one), 1, False) for one in items[::2]],
            hostname=mosquitto.host,
            port=mosquitto.port,
        )
        answer = client.post("/api/v1/ingest/bare", json=items[1::2]).json()
        assert (answer["accepted"], len(answer["rejected"])) == (0, 30)
    with ingesting(town_url, mappings=str(tmp_path)) as client:
        own = client.get("/api/v1/rejects").json()["rejects"]
    told = {(one["source"], one["topic"], one["code"], one["field"]) for one in own}
    missing = ("missing_field", "clock")
    assert told == {("mqtt", TOPIC, *missing), ("http", "mapping/v1/snow/bare", *missing)}
    assert len(own) == 60
    assert not any(b"Anna" in payload for (payload,) in rows(town_url, "SELECT payload FROM reject_message"))

    environment = {
        "VINTERKOLL_DATABASE_URL": town_url,
        "VINTERKOLL_MAPPINGS": str(tmp_path),
        "VINTERKOLL_MQTT_TOPICS": orjson.dumps(topics).decode(),
    }

    def replayed() -> str:
        done = vinterkoll("rejects", "replay", **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.partition("\n")[0]

    assert replayed() == "0 rejects replayed, 60 fail again"
    write_mappings(tmp_path, bare=MENDED)
    assert replayed() == "60 rejects replayed, 0 fail again"
    assert replayed() == "0 rejects replayed, 0 fail again"
    assert rows(town_url, "SELECT count(*) FROM position") == [(60,)]
    with psycopg.connect(town_url) as connection:
        mended = derived(connection)
        connection.execute("TRUNCATE device, position, stretch, treatment")
    assert mended["treatment"]
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(drive)
        assert derived(connection) == mended
