"""What HTTP ingest refuses before anything is stored: keys, paths, types, sizes, and too many at once."""

import gzip
import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from api_server import serving
from http_ingest import (
    JSON,
    LINES,
    MIP,
    READER,
    REVOKED,
    SENDER,
    add_keys,
    ingesting,
    item,
    lines_of,
    settings_of,
)
from small_town import town_segments
from vinterkoll.api.application import create_app
from vinterkoll.app.intakes import http_intake
from vinterkoll.storage import network as networks
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres

BYTES_MAX = 20_000
ITEMS_MAX = 20
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def url(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    add_keys(database_url)
    return database_url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with ingesting(url, http_body_bytes_max=BYTES_MAX, http_items_max=ITEMS_MAX) as client:
        yield client


def problem(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = answer.json()
    assert content["instance"].startswith("/api/v1/ingest/")
    return str(content["detail"])


def nothing_stored(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT FROM position UNION ALL SELECT FROM reject").fetchall() == []


@pytest.mark.parametrize(
    ("authorization", "status", "challenge"),
    [
        ("", 401, "Bearer"),
        (f"Basic {SENDER}", 401, "Bearer"),
        ("Bearer", 401, "Bearer"),
        ("Bearer nonsense", 401, 'Bearer error="invalid_token"'),
        (f"Bearer {SENDER.upper()}", 401, 'Bearer error="invalid_token"'),
        (f"Bearer {REVOKED}", 401, 'Bearer error="invalid_token"'),
        (f"Bearer {READER}", 403, 'Bearer error="insufficient_scope"'),
    ],
)
def test_keys(client: httpx.Client, url: str, authorization: str, status: int, challenge: str) -> None:
    answer = client.post(MIP, json=item(), headers={"Authorization": authorization})
    problem(answer, status)
    assert answer.headers["www-authenticate"] == challenge
    assert nothing_stored(url)


def test_a_key_revoked_while_it_is_in_use(client: httpx.Client, url: str) -> None:
    assert client.post(MIP, json=item()).status_code == 200
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE api_key SET revoked_at = now()")
    assert "revoked" in problem(client.post(MIP, json=item()), 401)


def test_the_day_of_use_is_noted_once(client: httpx.Client, url: str) -> None:
    for _ in range(3):
        assert client.post(MIP, json=item()).status_code == 200
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT last_used_on = (now() AT TIME ZONE 'UTC')::date, xmin::text FROM api_key ORDER BY key_id"
        ).fetchall()
        used, *unused = [noted for noted, _ in found]
        assert used
        assert unused
        assert not any(unused)
        assert client.post(MIP, json=item()).status_code == 200
        again = connection.execute("SELECT xmin::text FROM api_key ORDER BY key_id").fetchone()
    assert again == (found[0][1],)


def test_paths(client: httpx.Client, url: str) -> None:
    assert "chirpstack, harja, mip, snow, traffic-flow-observed" in problem(
        client.post("/api/v1/ingest/gpx", json={}), 404
    )
    assert client.get(MIP).status_code == 405
    assert client.post(f"{MIP}?dry=1", json=item()).status_code == 400
    assert nothing_stored(url)


def test_the_examples_of_the_document_are_accepted(client: httpx.Client) -> None:
    operation = client.get("/openapi.json").json()["paths"]["/api/v1/ingest/{format}"]["post"]
    assert operation["security"] == [{"key": []}]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    answers = [client.post(MIP, json=example["value"]).json() for example in examples.values()]
    assert [(one["accepted"], one["duplicate"], one["rejected"]) for one in answers] == [
        (1, 0, []),
        (0, 1, []),
        (0, 1, []),
    ]


def test_an_installation_without_http_ingest(url: str) -> None:
    with serving(create_app(reading_pool(url))) as address:
        answer = httpx.post(f"{address}{MIP}", json=item(), headers={"Authorization": f"Bearer {SENDER}"})
    assert "VINTERKOLL_INGEST_DATABASE_URL" in problem(answer, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        JSON | {"Content-Encoding": "br"},
        JSON | {"Content-Encoding": "gzip, gzip"},
    ],
)
def test_types_and_encodings(client: httpx.Client, url: str, headers: dict[str, str]) -> None:
    problem(client.post(MIP, content=b"{}", headers=headers), 415)
    assert nothing_stored(url)


@pytest.mark.parametrize("times", [1, 3, 50, 500])
def test_a_body_that_is_too_long(client: httpx.Client, url: str, times: int) -> None:
    body = lines_of([item()]) + b" " * BYTES_MAX * times
    assert str(BYTES_MAX) in problem(client.post(MIP, content=body, headers=JSON), 413)
    chunks = iter([body[at : at + 1000] for at in range(0, min(len(body), 40_000), 1000)])
    problem(client.post(MIP, content=chunks, headers=JSON), 413)
    assert nothing_stored(url)
    assert client.post(MIP, json=item()).status_code == 200


def test_exactly_the_limit(client: httpx.Client) -> None:
    body = lines_of([item()]).ljust(BYTES_MAX)
    assert client.post(MIP, content=body, headers=JSON).json()["accepted"] == 1
    assert client.post(MIP, content=gzip.compress(body), headers=JSON | GZIP).json()["duplicate"] == 1


def test_a_bomb_costs_no_more_than_the_limit(client: httpx.Client, url: str) -> None:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        for _ in range(200):
            file.write(b" " * 1_000_000)
    once = packed.getvalue()
    for bomb in (once, gzip.compress(b"") * 10 + once, gzip.compress(b" " * 15_000) * 2):
        problem(client.post(MIP, content=bomb, headers=JSON | GZIP), 413)
    begun = time.process_time()
    problem(client.post(MIP, content=once, headers=JSON | GZIP), 413)
    assert time.process_time() - begun < 1
    assert nothing_stored(url)


@pytest.mark.parametrize(
    "body", [b"{}", gzip.compress(b"{}")[:-4], gzip.compress(b"{}") + b"rest", b"\x1f\x8b"]
)
def test_gzip_that_is_none(client: httpx.Client, url: str, body: bytes) -> None:
    assert "gzip" in problem(client.post(MIP, content=body, headers=JSON | GZIP), 400)
    assert nothing_stored(url)


def test_too_many_items(client: httpx.Client, url: str) -> None:
    items = [item(-at) for at in range(ITEMS_MAX + 1)]
    wrapped = {"vehicle": "v1", "positions": items}
    for body in (items, wrapped):
        assert f"{ITEMS_MAX} items" in problem(client.post(MIP, json=body), 413)
    for lines in (lines_of(items), lines_of([items[:10], wrapped]), b"\n" * (ITEMS_MAX + 1)):
        problem(client.post(MIP, content=lines, headers=LINES), 413)
    assert nothing_stored(url)
    assert client.post(MIP, json=items[1:]).json()["accepted"] == ITEMS_MAX
    assert (
        client.post(MIP, content=lines_of(items[1:]) + b"\n", headers=LINES).json()["duplicate"] == ITEMS_MAX
    )


def test_when_the_database_does_not_follow_the_next_is_told_to_wait(url: str) -> None:
    intake = http_intake(settings_of(url, http_waiting_max=1))
    assert intake is not None
    headers = {"Authorization": f"Bearer {SENDER}"}
    answers: list[httpx.Response] = []
    with (
        serving(create_app(reading_pool(url), intake=intake)) as address,
        psycopg.connect(url) as other,
    ):
        other.execute("LOCK TABLE position IN ACCESS EXCLUSIVE MODE")
        first = threading.Thread(
            target=lambda: answers.append(
                httpx.post(f"{address}{MIP}", json=item(), headers=headers, timeout=30)
            )
        )
        first.start()
        while not intake.busy:
            assert first.is_alive()
            time.sleep(0.01)
        second = httpx.post(f"{address}{MIP}", json=item(-1), headers=headers)
        problem(second, 429)
        assert int(second.headers["retry-after"]) > 0
        other.rollback()
        first.join(30)
        assert answers[0].json()["accepted"] == 1
        assert httpx.post(f"{address}{MIP}", json=item(-1), headers=headers).json()["accepted"] == 1
