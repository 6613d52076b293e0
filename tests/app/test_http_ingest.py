"""HTTP ingest through a real uvicorn into a real database: what is taken, told, and derived from it."""

import gzip
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from derived_tables import acceptance, derived
from http_ingest import JSON, LINES, MIP, add_keys, body_of, ingesting, item, lines_of
from stretch_messages import RECEIVED_US, fix, flow, uplink
from vinterkoll.app.children import free_port
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.http_body import HTTP_FORMATS
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.postgres


@pytest.fixture
def client(town_url: str) -> Iterator[httpx.Client]:
    add_keys(town_url)
    with ingesting(town_url) as client:
        yield client


def receipt(answer: httpx.Response) -> tuple[int, int, list[tuple[int, str, str]]]:
    """What was accepted, what was there, and index, code and field of what was not."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    content = answer.json()
    rejected = [(one["index"], one["code"], one["field"]) for one in content["rejected"]]
    return content["accepted"], content["duplicate"], rejected


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def drive(count: int, vehicle: str = "v0") -> list[Message]:
    noise = random.Random(5)
    return [fix(vehicle, 5.0 * at, 40.0 * at, noise) for at in range(count)]


def clean_run(url: str, messages: list[Message]) -> dict[str, list[tuple[Any, ...]]]:
    """The derived tables after one clean run by MQTT."""
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE device, position, flow, snow, stretch, treatment, flow_window")
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages)
        return derived(connection)


def stored(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url) as connection:
        return derived(connection)


def test_one_many_and_wrapped(client: httpx.Client, town_url: str) -> None:
    without = {name: value for name, value in item(-3).items() if name != "vehicle"}
    assert receipt(client.post(MIP, json=item(-1))) == (1, 0, [])
    assert receipt(client.post(MIP, json=[item(-1), item(-2)])) == (1, 1, [])
    assert receipt(client.post(MIP, json={"vehicle": "v1", "positions": [without]})) == (1, 0, [])
    assert receipt(client.post(MIP, json=[])) == (0, 0, [])
    assert rows(town_url, "SELECT owner, name FROM device WHERE kind = 'position'") == [("snow", "v1")]


def test_lines_and_gzip(client: httpx.Client) -> None:
    body = lines_of([item(-1), b"", item(-2), b"\r"]) + b"\n"
    assert receipt(client.post(MIP, content=body, headers=LINES)) == (2, 0, [])
    packed = LINES | {"Content-Encoding": "gzip"}
    assert receipt(client.post(MIP, content=gzip.compress(body), headers=packed)) == (0, 2, [])
    two_members = gzip.compress(body[:50]) + gzip.compress(body[50:])
    assert receipt(client.post(MIP, content=two_members, headers=packed)) == (0, 2, [])


def test_the_same_body_twice_changes_nothing(client: httpx.Client, town_url: str) -> None:
    messages = drive(40)
    body = orjson.dumps([body_of(message) for message in messages])
    assert receipt(client.post(MIP, content=body, headers=JSON)) == (40, 0, [])
    once = stored(town_url)
    assert once["stretch"]
    assert once["treatment"]
    assert receipt(client.post(MIP, content=body, headers=JSON)) == (0, 40, [])
    assert stored(town_url) == once == clean_run(town_url, messages)


def test_a_tenth_of_the_items_is_broken(client: httpx.Client, town_url: str) -> None:
    messages = drive(100)
    items: list[Any] = [body_of(message) for message in messages]
    broken: dict[int, tuple[Any, str, str]] = {
        7: ({**items[7], "lat": 91}, "out_of_range", "lat"),
        17: ({**items[17], "time": "2026-01-15T00:00:00"}, "time_without_offset", "time"),
        27: ({**items[27], "lon": 0.0, "lat": 0.0}, "null_island", "lon"),
        37: ({**items[37], "lon": -4.7, "lat": 41.6}, "outside_area", "lon"),
        47: ({**items[47], "time": "2090-01-15T00:00:00Z"}, "future", "time"),
        57: ({**items[57], "actions": "PLOUGHING"}, "wrong_type", "actions"),
        67: (7, "wrong_type", ""),
        77: ({**items[77], "vehicle": None}, "missing_field", "vehicle"),
        87: ({name: items[87][name] for name in ("vehicle", "time", "actions")}, "no_position", "lon"),
        97: ([], "wrong_type", ""),
    }
    sent = [broken[at][0] if at in broken else one for at, one in enumerate(items)]
    accepted, duplicate, rejected = receipt(client.post(MIP, json=sent))
    assert (accepted, duplicate) == (90, 0)
    assert rejected == [(at, code, field) for at, (_, code, field) in broken.items()]
    kept = rows(
        town_url,
        """
        SELECT item, code, field, source, topic, format, owner FROM reject JOIN reject_message USING (message_id)
        ORDER BY item
        """,
    )
    place = ("http", "mip/v1/snow/positions", "mip", "snow")
    assert kept == [(at, code, field, *place) for at, (_, code, field) in broken.items()]
    good = [message for at, message in enumerate(messages) if at not in broken]
    assert stored(town_url) == clean_run(town_url, good)


def test_bad_json_between_lines(client: httpx.Client, town_url: str) -> None:
    body = lines_of([item(-1), b'{"vehicle": "v1", "time', b"", b"\xff\xfe", item(-2), item(-3, lat=95)])
    accepted, duplicate, rejected = receipt(client.post(MIP, content=body, headers=LINES))
    assert (accepted, duplicate) == (2, 0)
    assert rejected == [(1, "bad_json", ""), (3, "bad_json", ""), (5, "out_of_range", "lat")]
    assert (b'{"vehicle": "v1", "time',) in rows(town_url, "SELECT payload FROM reject_message")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'"text"', b"NaN", b'{"a": 1e999}'])
def test_a_body_that_nothing_can_be_made_of(client: httpx.Client, body: bytes) -> None:
    accepted, duplicate, rejected = receipt(client.post(MIP, content=body, headers=JSON))
    assert (accepted, duplicate) == (0, 0)
    assert [index for index, _, _ in rejected] == [0]


def test_an_operators_name_goes_nowhere(client: httpx.Client, town_url: str) -> None:
    answer = client.post(MIP, json=[item(operator="Anna"), item(operator="Anna", lat=95)])
    assert receipt(answer)[0] == 1
    assert "Anna" not in answer.text
    for table in ("position", "device", "reject", "reject_message"):
        assert "Anna" not in str(rows(town_url, f"SELECT {table}::text FROM {table}"))
    assert b"Anna" not in rows(town_url, "SELECT payload FROM reject_message")[0][0]


def test_four_threads_and_one_vehicle(client: httpx.Client, town_url: str) -> None:
    messages = drive(160)
    shuffled = random.Random(2).sample(messages, len(messages))
    bodies = [[body_of(one) for one in shuffled[at : at + 10]] for at in range(0, 160, 5)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda body: client.post(MIP, json=body), bodies))
    assert sum(receipt(answer)[0] for answer in answers) == 160
    assert stored(town_url) == clean_run(town_url, messages)


def test_counters_and_sensors(client: httpx.Client, town_url: str) -> None:
    messages = [flow("bron", 1, intensity=12), uplink("0004a30b001c0530", 1, 1234, 7)]
    counts, depths = messages
    path = "/api/v1/ingest/traffic-flow-observed"
    linked = {"Content-Type": "application/ld+json; charset=utf-8"}
    assert receipt(client.post(path, content=counts.payload, headers=linked)) == (1, 0, [])
    notification = {"type": "Notification", "data": [orjson.loads(counts.payload)]}
    assert receipt(client.post(path, json=notification)) == (0, 1, [])
    path = "/api/v1/ingest/chirpstack"
    assert receipt(client.post(path, content=depths.payload, headers=JSON)) == (1, 0, [])
    assert receipt(client.post(path, json={"deviceInfo": {}}))[2][0][0] == 0
    assert rows(town_url, "SELECT owner FROM reject_message") == [("snow",)]
    assert stored(town_url) == clean_run(town_url, messages)


def test_every_path_leads_to_its_format(client: httpx.Client, town_url: str) -> None:
    for name, one in HTTP_FORMATS.items():
        accepted, _, rejected = receipt(client.post(f"/api/v1/ingest/{name}", json={}))
        assert (accepted, [index for index, _, _ in rejected]) == (0, [0])
        [(topic, kept, owner)] = rows(
            town_url,
            "SELECT topic, format, owner FROM reject_message ORDER BY message_id DESC LIMIT 1",
        )
        assert (topic, kept, owner) == (one.topic.replace("{owner}", "snow"), one.format, "snow")
        assert one.format in FORMATS


def test_a_message_that_the_database_refuses_is_told_among_the_others(
    client: httpx.Client, town_url: str
) -> None:
    with psycopg.connect(town_url) as connection:
        connection.execute("ALTER TABLE position ADD CHECK (area <> 'forbidden')")
    body = lines_of([item(-at, area="forbidden" if at in {2, 5} else "north") for at in range(7)])
    accepted, _, rejected = receipt(client.post(MIP, content=body, headers=LINES))
    assert accepted == 5
    assert rejected == [(2, "storage_refused", ""), (5, "storage_refused", "")]


def test_a_connection_that_was_lost_is_opened_again(client: httpx.Client, town_url: str) -> None:
    assert receipt(client.post(MIP, json=item(-1)))[0] == 1
    ended = rows(
        town_url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vinterkoll http ingest'",
    )
    assert ended == [(True,)]
    assert receipt(client.post(MIP, json=item(-2)))[0] == 1


def test_the_database_of_the_writer_is_away(town_url: str) -> None:
    add_keys(town_url)
    away = f"postgresql://nobody:hidden@127.0.0.1:{free_port()}/none"
    with ingesting(town_url, ingest_url=away) as client:
        answer = client.post(MIP, json=item())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "hidden" not in answer.text


def test_without_a_street_network_nothing_is_taken(database_url: str) -> None:
    add_keys(database_url)
    with ingesting(database_url) as client:
        answer = client.post(MIP, json=item())
    assert answer.status_code == 503
    assert "street network" in answer.json()["detail"]
    assert rows(database_url, "SELECT FROM position") == []
