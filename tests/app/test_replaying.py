"""Rejects that become rows after all, exactly once; and rejects written out."""

import base64
import random
from typing import Any

import orjson
import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from http_ingest import LINES, MIP, add_keys, body_of, ingesting, item, lines_of, settings_of
from stretch_messages import RECEIVED_US, fix
from vinterkoll.app.intakes import stream_acceptance
from vinterkoll.app.replaying import Tally, replay
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.storage.reject_replay import Selection

pytestmark = pytest.mark.postgres

EVERYTHING = Selection()
SMALL_AREA = (10.0, 55.0, 11.0, 56.0)


def replayed(url: str, settings: Settings, chosen: Selection = EVERYTHING) -> tuple[int, dict[str, int]]:
    """Replay with the rights of an ingest worker."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET ROLE vinterkoll_ingest")
        tally: Tally = replay(connection, settings, chosen)
    return tally.replayed, dict(tally.left)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def drive(count: int) -> list[Message]:
    noise = random.Random(4)
    return [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(count)]


def take(settings: Settings, messages: list[Message]) -> tuple[int, int]:
    accepting = stream_acceptance(settings)
    try:
        accepted = accepting.accept(messages)
    finally:
        accepting.close()
    return accepted.rows, len(accepted.rejected)


def test_a_mended_setting_turns_rejects_into_the_rows_of_a_clean_run(town_url: str) -> None:
    messages = [*drive(60), Message("mip/v1/snow/v0/position", b"{broken", RECEIVED_US)]
    narrow = settings_of(town_url, area_lon_lat=SMALL_AREA)
    assert take(narrow, messages[::2]) == (0, 31)
    assert take(settings_of(town_url), messages[1::2]) == (30, 0)
    assert replayed(town_url, narrow) == (0, {"outside_area": 30, "bad_json": 1})
    assert replayed(town_url, settings_of(town_url)) == (30, {"bad_json": 1})
    with psycopg.connect(town_url) as connection:
        mended = derived(connection)
    assert rows(town_url, "SELECT code FROM reject WHERE replayed_at IS NULL") == [("bad_json",)]
    assert rows(town_url, "SELECT count(*) FROM position") == [(60,)]
    assert replayed(town_url, settings_of(town_url)) == (0, {"bad_json": 1})
    assert rows(town_url, "SELECT count(*) FROM position") == [(60,)]
    with psycopg.connect(town_url) as connection:
        connection.execute("TRUNCATE device, position, flow, snow, stretch, treatment, flow_window")
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages)
        assert derived(connection) == mended
    assert mended["stretch"]


def test_items_are_marked_one_by_one(town_url: str) -> None:
    items = [body_of(message) for message in drive(4)]
    items[1] = {**items[1], "lat": 95}
    message = Message("mip/v1/snow/positions", orjson.dumps(items), RECEIVED_US)
    assert take(settings_of(town_url, area_lon_lat=SMALL_AREA), [message]) == (0, 4)
    assert replayed(town_url, settings_of(town_url), Selection("out_of_range")) == (0, {"out_of_range": 1})
    assert rows(town_url, "SELECT DISTINCT replayed_at FROM reject") == [(None,)]
    assert replayed(town_url, settings_of(town_url)) == (3, {"out_of_range": 1})
    assert rows(town_url, "SELECT item FROM reject WHERE replayed_at IS NULL") == [(1,)]
    assert rows(town_url, "SELECT count(*) FROM position") == [(3,)]


def test_a_whole_message_leaves_its_bad_items_behind(town_url: str) -> None:
    items = [body_of(message) for message in drive(4)]
    items[2] = {**items[2], "lat": 95}
    message = Message("old/snow/positions", orjson.dumps(items), RECEIVED_US)
    assert take(settings_of(town_url), [message]) == (0, 1)
    assert replayed(town_url, settings_of(town_url)) == (0, {"unknown_topic": 1})
    mended = settings_of(town_url, mqtt_topics={"old/+/positions": "mip"})
    assert replayed(town_url, mended) == (1, {})
    found = rows(town_url, "SELECT item, code, replayed_at IS NOT NULL FROM reject ORDER BY reject_id")
    assert found == [(-1, "unknown_topic", True), (2, "out_of_range", False)]
    assert replayed(town_url, mended) == (0, {"out_of_range": 1})
    assert len(rows(town_url, "SELECT FROM reject")) == 2
    assert rows(town_url, "SELECT count(*) FROM position") == [(3,)]


def test_what_the_database_refuses_costs_its_neighbours_nothing(town_url: str) -> None:
    messages = [
        Message(one.topic, orjson.dumps(orjson.loads(one.payload) | {"area": f"a{at}"}), RECEIVED_US)
        for at, one in enumerate(drive(9))
    ]
    assert take(settings_of(town_url, area_lon_lat=SMALL_AREA), messages) == (0, 9)
    change(town_url, "ALTER TABLE position ADD CONSTRAINT strange CHECK (area <> 'a4')")
    assert replayed(town_url, settings_of(town_url)) == (8, {"storage_refused": 1})
    assert len(rows(town_url, "SELECT FROM reject WHERE replayed_at IS NULL")) == 1
    change(town_url, "ALTER TABLE position DROP CONSTRAINT strange")
    assert replayed(town_url, settings_of(town_url)) == (1, {})


def test_a_time_ahead_is_not_mended_by_waiting(town_url: str) -> None:
    [message] = drive(1)
    early = Message(message.topic, message.payload, RECEIVED_US - 86_400_000_000)
    assert take(settings_of(town_url), [early]) == (0, 1)
    assert replayed(town_url, settings_of(town_url)) == (0, {"future": 1})
    assert replayed(town_url, settings_of(town_url, future_max_s=200_000)) == (1, {})


def test_what_came_by_http(town_url: str) -> None:
    add_keys(town_url)
    with ingesting(town_url, area_lon_lat=SMALL_AREA) as client:
        client.post(MIP, content=lines_of([item(-1), item(-2, lat=95), item(-3)]), headers=LINES)
    no_topics = settings_of(town_url, mqtt_topics={})
    assert replayed(town_url, no_topics) == (2, {"out_of_range": 1})
    assert rows(town_url, "SELECT DISTINCT owner, name FROM device") == [("snow", "v1")]
    assert rows(town_url, "SELECT FROM ingest_status WHERE worker NOT IN ('http', 'ingest')") == []


def test_the_command(town_url: str) -> None:
    assert take(settings_of(town_url, area_lon_lat=SMALL_AREA), [*drive(3), Message("x", b"\xff\0", 10**15)])
    environment = {"VINTERKOLL_DATABASE_URL": town_url}
    exported = vinterkoll("rejects", "export", "--code", "unknown_topic", **environment)
    [line] = exported.stdout.splitlines()
    content = orjson.loads(line)
    assert base64.b64decode(content.pop("payload")) == b"\xff\0"
    names = ("source", "topic", "item", "code", "received_at", "replayed_at")
    assert [content[name] for name in names] == [
        "mqtt",
        "x",
        -1,
        "unknown_topic",
        "2001-09-09T01:46:40Z",
        None,
    ]
    assert vinterkoll("rejects", "export", "--since", "PT1S", **environment).stdout == ""
    assert len(vinterkoll("rejects", "export", **environment).stdout.splitlines()) == 4
    done = vinterkoll("rejects", "replay", "--since", "2026-01-01T00:00:00Z", **environment)
    assert (done.returncode, done.stdout) == (0, "3 rejects replayed, 0 fail again\n")
    done = vinterkoll("rejects", "replay", "--code", "unknown_topic", **environment)
    assert done.stdout == "0 rejects replayed, 1 fail again\n1\tunknown_topic\n"
    assert "the codes are" in fails(vinterkoll("rejects", "replay", "--code", "all", **environment), 2)
    assert "--since" in fails(vinterkoll("rejects", "export", "--since", "yesterday", **environment), 2)


def test_without_a_street_network_nothing_is_replayed(database_url: str) -> None:
    done = vinterkoll("rejects", "replay", VINTERKOLL_DATABASE_URL=database_url)
    assert "network import" in fails(done, 2)
