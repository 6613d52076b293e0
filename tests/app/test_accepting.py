"""A batch of everything: good rows, bad neighbours, unknown topics, giants. Nothing is lost, everything is said."""

from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest

from derived_tables import acceptance
from position_messages import NOW, NOW_US, position
from vinterkoll.ingest.message import Message
from vinterkoll.storage import horizon

pytestmark = pytest.mark.postgres


def accept(url: str, messages: list[Message]) -> tuple[Any, list[tuple[Any, ...]]]:
    connection, accepting = acceptance(url, lambda: NOW_US + 1_500_000)
    with connection:
        accepted = accepting.accept(messages)
        rejects = connection.execute(
            """
            SELECT topic, format, owner, item, code, field, payload
            FROM reject JOIN reject_message USING (message_id) ORDER BY reject_id
            """
        )
        return accepted, rejects.fetchall()


def test_bad_messages_leave_their_neighbours_alone(town_url: str) -> None:
    giant = Message("mip/v1/snow/v1/position", b"[" + b" " * 100_000 + b"]", NOW_US)
    messages = [
        position(-10),
        Message("mip/v1/snow/v1/position", b"{not json", NOW_US),
        position(-9),
        Message("who/knows", b"anything", NOW_US),
        giant,
        position(-8, lat="north"),
        position(301),
        position(-31 * 86_400),
        position(-7, lon=0.0, lat=0.0),
        position(-6, lon=-4.7, lat=41.6),
        position(-5),
    ]
    with psycopg.connect(town_url) as connection:
        horizon.raise_above(connection, NOW - timedelta(days=31))
    accepted, rejects = accept(town_url, messages)
    assert (accepted.rows, accepted.duplicates) == (3, 0)
    codes = sorted(row[4] for row in rejects)
    assert codes == sorted(
        [
            "bad_json",
            "unknown_topic",
            "too_large",
            "wrong_type",
            "future",
            "too_old",
            "null_island",
            "outside_area",
        ]
    )
    by_code = {row[4]: row for row in rejects}
    assert by_code["too_large"][6] == giant.payload
    assert by_code["wrong_type"][:6] == ("mip/v1/snow/v1/position", "mip", "snow", 0, "wrong_type", "lat")
    assert by_code["unknown_topic"][:4] == ("who/knows", "", "", -1)
    assert by_code["future"][5] == "time"


def test_one_future_dated_fix_does_not_become_the_latest(town_url: str) -> None:
    accept(town_url, [position(86_400), position(0)])
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT max(time) FROM position").fetchone() == (NOW,)


def test_the_same_batch_again_is_all_duplicates(town_url: str) -> None:
    batch = [position(-at) for at in range(5)]
    accept(town_url, batch)
    accepted, _ = accept(town_url, batch)
    assert (accepted.rows, accepted.duplicates) == (0, 5)


def test_a_duplicate_within_a_batch_is_one_row(town_url: str) -> None:
    accepted, _ = accept(town_url, [position(), position()])
    assert (accepted.rows, accepted.duplicates) == (1, 1)


def test_the_worker_keeps_its_account(town_url: str) -> None:
    accept(town_url, [position(-3), position(-3), Message("who/knows", b"", NOW_US)])
    accept(town_url, [position(-2)])
    with psycopg.connect(town_url) as connection:
        row = connection.execute(
            "SELECT messages, rows, duplicates, rejects, lag_s, last_event_at, last_received_at FROM ingest_status"
        ).fetchone()
    assert row == (4, 2, 1, 1, 1.5, NOW - timedelta(seconds=2), NOW)


def test_a_message_with_many_bad_items_is_kept_once(town_url: str) -> None:
    items = [{"time": NOW.isoformat(), "lon": 18.7, "lat": "x", "actions": []}] * 50
    message = Message("mip/v1/snow/v1/position", orjson.dumps(items), NOW_US)
    _, rejects = accept(town_url, [message, message])
    assert len(rejects) == 100
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT count(*) FROM reject_message").fetchone() == (1,)


def test_an_empty_batch(town_url: str) -> None:
    accepted, _ = accept(town_url, [])
    assert (accepted.rows, accepted.duplicates, accepted.rejected) == (0, 0, [])


def test_an_operators_name_is_stored_nowhere(town_url: str) -> None:
    half = Message("mip/v1/snow/v1/position", b'{"operator": "Anna Andersson", "lat', NOW_US)
    accept(town_url, [position(operator="Anna Andersson"), position(-1, operator='Anna "A"', lat="x"), half])
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT count(*) FROM reject").fetchone() == (2,)
        for table in ("position", "device", "stretch", "reject"):
            rows = connection.execute(f"SELECT {table}::text FROM {table}").fetchall()
            assert "Anna" not in str(rows), table
        payloads = [bytes(payload) for (payload,) in connection.execute("SELECT payload FROM reject_message")]
    assert all(b"Anna" not in payload and b'"operator"' in payload for payload in payloads)


def test_unknown_actions_are_kept_with_their_text(town_url: str) -> None:
    accept(town_url, [position(actions=["PLOUGHING", "lövblåsning"])])
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT unknown_actions FROM position").fetchone() == ("lövblåsning",)


def test_every_kind_in_one_batch(town_url: str) -> None:
    flow = {
        "id": "urn:ngsi-ld:TrafficFlowObserved:1",
        "type": "TrafficFlowObserved",
        "dateObserved": {"type": "Property", "value": "2026-01-15T05:50:00Z/2026-01-15T05:55:00Z"},
        "intensity": {"type": "Property", "value": 30},
    }
    snow = {
        "deviceInfo": {"devEui": "70B3D57ED0000001"},
        "time": "2026-01-15T05:50:00Z",
        "fCnt": 7,
        "fPort": 1,
        "data": "AgEvAAME0gABC7E=",
    }
    messages = [
        position(),
        Message("traffic/v1/town/flow", orjson.dumps(flow), NOW_US),
        Message("application/1/device/70b3d57ed0000001/event/up", orjson.dumps(snow), NOW_US),
    ]
    accepted, rejects = accept(town_url, messages)
    assert rejects == []
    assert accepted.rows == 3
    with psycopg.connect(town_url) as connection:
        connection.execute(
            "INSERT INTO sensor VALUES ('70b3d57ed0000001', 'snow', 'Torget', 18.7, 63.3, 3.234)"
        )
        assert connection.execute("SELECT vehicles, covered_s FROM flow_window").fetchall() == [(30, 300)]
        depth = connection.execute("SELECT round(depth_m::numeric, 4), registered FROM snow_depth").fetchall()
    assert [(float(value), registered) for value, registered in depth] == [(2.0, True)]
