"""Every tenth message is broken: through the broker and the worker no good row is lost, and each broken one is kept."""

import itertools
import json
import os
import time
from collections import Counter
from threading import Event
from typing import Any

import psycopg
import pytest

from broken_messages import WAYS, with_bad_items
from broker import Broker
from derived_tables import derived
from good_messages import LIST_FIELD
from message_streams import STREAMS
from processes import running
from small_town import town_segments
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession
from vinterkoll.simulators.mqtt import MqttSink
from vinterkoll.simulators.stream import Message
from vinterkoll.storage import network as networks
from vinterkoll.storage.migrate import migrate

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto]

EVERY = 10
GOOD_EACH = 81
"""Good messages of each stream: nine of every way to be broken in between."""
FORGOTTEN = "forgotten/+"
"""A topic that an earlier worker subscribed to: its messages still come, and nothing is set for them."""
DEADLINE_S = 60
RAW = ("position", "flow", "snow")


def good_messages() -> list[tuple[str, bytes]]:
    return [
        (topic, json.dumps(make(seq)).encode())
        for seq in range(GOOD_EACH)
        for _, topic, make in STREAMS.values()
    ]


def with_broken(good: list[tuple[str, bytes]]) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """`good` with broken ones in between, and the broken ones by themselves."""
    ways = itertools.cycle([*WAYS.values(), None])
    mixed: list[tuple[str, bytes]] = []
    broken: list[tuple[str, bytes]] = []
    for topic, payload in good:
        if len(mixed) % EVERY == 0:
            way = next(ways)
            broken.append(("forgotten/topic", payload) if way is None else (topic, way(payload)))
            mixed.append(broken[-1])
        mixed.append((topic, payload))
    return mixed, broken


def arrays_with_bad_items() -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]], list[set[int]]]:
    """Lists in every form that a format has, without and with bad items; and the places of those in each."""
    clean: list[tuple[str, bytes]] = []
    mixed: list[tuple[str, bytes]] = []
    bad: list[set[int]] = []
    for title, (name, topic, make) in STREAMS.items():
        if "arrays" in title:  # of the same items as the single ones
            continue
        head: dict[str, Any] = make(0) if name == "harja" else {}  # type: ignore[assignment]
        items: list[Any] = [make(seq) for seq in range(1_000, 1_000 + GOOD_EACH)]
        field = LIST_FIELD.get(name, "uplinks")
        if name == "harja":
            items = head[field]
        elif name == "netmore":
            items = [item for (item,) in items]
        spoiled, places = with_bad_items(items, EVERY)
        for wrap in (list, lambda listed: {**head, field: listed})[name == "harja" :]:  # noqa: B023
            clean.append((topic, json.dumps(wrap(items)).encode()))
            mixed.append((topic, json.dumps(wrap(spoiled)).encode()))
            bad.append(places)
    return clean, mixed, bad


def through_the_worker(
    mosquitto: Broker, url: str, client: str, sent: list[tuple[str, bytes]]
) -> "psycopg.Connection[Any]":
    """Queue all at the broker, let `vinterkoll ingest` take it, and return a connection to see what became of it."""
    session = MqttSession(
        "127.0.0.1", mosquitto.port, client, [*Settings().mqtt_topics, FORGOTTEN], expiry_s=600
    )
    waiting = MqttSource(session)
    waiting.wait_connected(DEADLINE_S)
    waiting.close()
    sink = MqttSink("127.0.0.1", mosquitto.port, Event())
    for topic, payload in sent:
        sink.send(Message(0, topic, payload))
    sink.close()
    environment = os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_CLIENT_ID": client,
        "VINTERKOLL_MQTT_SESSION_EXPIRY_S": "1",
        "VINTERKOLL_BATCH_ROWS": "200",
        "VINTERKOLL_AREA_LON_LAT": "[10, 55, 32, 71]",  # HARJA's vehicles are in Finland
    }
    connection = psycopg.connect(url, autocommit=True)
    with running(environment, "ingest"):
        deadline = time.monotonic() + DEADLINE_S
        while connection.execute("SELECT coalesce(sum(messages), 0) FROM ingest_status").fetchone() != (
            len(sent),
        ):
            assert time.monotonic() < deadline, "the worker did not finish"
            time.sleep(0.05)
    return connection


def raw(connection: "psycopg.Connection[Any]") -> dict[str, list[tuple[Any, ...]]]:
    """The key of every raw row."""
    return {
        table: connection.execute(
            f"SELECT owner, name, part, time, seq, digest FROM {table} JOIN device USING (device_id) ORDER BY 1, 2, 3, 4, 5, 6"
        ).fetchall()
        for table in RAW
    }


@pytest.fixture
def two_towns(town_url: str, empty_database_url: str) -> tuple[str, str]:
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        migrate(connection)
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    return town_url, empty_database_url


def test_ten_percent_broken_messages_cost_no_good_row(two_towns: tuple[str, str], mosquitto: Broker) -> None:
    good = good_messages()
    mixed, broken = with_broken(good)
    assert len(broken) * EVERY == len(mixed)
    with through_the_worker(mosquitto, two_towns[0], "clean-messages", good) as clean:
        expected, expected_derived = raw(clean), derived(clean)
        assert clean.execute("SELECT count(*) FROM reject").fetchone() == (0,)
    assert min(map(len, expected.values())) >= GOOD_EACH
    with through_the_worker(mosquitto, two_towns[1], "broken-messages", mixed) as connection:
        assert raw(connection) == expected
        assert derived(connection) == expected_derived
        kept = connection.execute(
            "SELECT topic, payload, item FROM reject JOIN reject_message USING (message_id)"
        ).fetchall()
        assert Counter((topic, bytes(payload)) for topic, payload, _ in kept) == Counter(broken)
        codes = {code for (code,) in connection.execute("SELECT DISTINCT code FROM reject")}
        assert codes >= {"bad_json", "missing_field", "wrong_type", "unknown_topic"}


def test_bad_items_in_arrays_cost_no_good_item(two_towns: tuple[str, str], mosquitto: Broker) -> None:
    good, mixed, bad = arrays_with_bad_items()
    with through_the_worker(mosquitto, two_towns[0], "clean-arrays", good) as clean:
        expected, expected_derived = raw(clean), derived(clean)
        assert clean.execute("SELECT count(*) FROM reject").fetchone() == (0,)
    assert min(map(len, expected.values())) >= GOOD_EACH
    with through_the_worker(mosquitto, two_towns[1], "broken-arrays", mixed) as connection:
        assert raw(connection) == expected
        assert derived(connection) == expected_derived
        kept: dict[tuple[str, bytes], list[int]] = {}
        for topic, payload, item in connection.execute(
            "SELECT topic, payload, item FROM reject JOIN reject_message USING (message_id)"
        ):
            kept.setdefault((topic, bytes(payload)), []).append(item)
        assert {sent: sorted(items) for sent, items in kept.items()} == {
            sent: sorted(places) for sent, places in zip(mixed, bad, strict=True)
        }
