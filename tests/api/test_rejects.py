"""GET /api/v1/rejects: a contractor sees its own, all of them, page by page, and nobody else's."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from api_server import Serve
from http_ingest import READER, REVOKED, SENDER, STRANGER, add_keys
from town_rows import NOW
from vinterkoll.processing.rejects import Reason, Reject
from vinterkoll.storage import rejects
from vinterkoll.storage.columns import register
from vinterkoll.storage.rejects import RejectedMessage

pytestmark = pytest.mark.postgres

PATH = "/api/v1/rejects"
NOW_US = round(NOW.timestamp() * 1e6)


def add(url: str, owner: str, count: int, code: Reason, age_s: int = 0) -> None:
    """Rejects of messages with three bad items each, and one message a second."""
    with psycopg.connect(url, autocommit=True) as connection:
        register(connection)
        rejects.insert(
            connection,
            [
                RejectedMessage(
                    Reject(0, at % 3, code, "lat", f"item {at}"),
                    NOW_US - (age_s + at // 3) * 1_000_000,
                    "mqtt",
                    f"mip/v1/{owner}/positions",
                    "mip",
                    owner,
                    b"secret bytes",
                )
                for at in range(count)
            ],
        )


@pytest.fixture
def client(serve: Serve, database_url: str) -> Iterator[httpx.Client]:
    add_keys(database_url)
    add(database_url, "snow", 10, Reason.OUT_OF_RANGE)
    add(database_url, "rain", 4, Reason.BAD_TIME)
    add(database_url, "", 3, Reason.UNKNOWN_TOPIC)
    add(database_url, "snow", 5, Reason.TOO_OLD, 7200)
    with httpx.Client(base_url=serve(database_url, lambda: NOW)) as client:
        client.headers["Authorization"] = f"Bearer {SENDER}"
        yield client


def details(client: httpx.Client, path: str, key: str = SENDER) -> list[str]:
    """Follow the links to the end."""
    found: list[str] = []
    pages = 0
    while path:
        answer = client.get(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        content: dict[str, Any] = answer.json()
        found += [f"{one['code']} {one['detail']}" for one in content["rejects"]]
        path = next((link["href"] for link in content["links"] if link["rel"] == "next"), "")
        pages += 1
        assert pages < 50
    return found


def test_its_own_and_no_others(client: httpx.Client) -> None:
    own = details(client, PATH)
    assert len(own) == 15
    assert {one.split()[0] for one in own} == {"out_of_range", "too_old"}
    assert details(client, PATH, READER) == own
    assert details(client, PATH, STRANGER) == [f"bad_time item {at}" for at in (3, 2, 1, 0)]
    assert "secret" not in client.get(PATH).text


@pytest.mark.parametrize("key", ["", "Bearer nonsense", f"Bearer {REVOKED}", f"Basic {SENDER}"])
def test_not_without_a_key(client: httpx.Client, key: str) -> None:
    answer = client.get(PATH, headers={"Authorization": key})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 14, 15, 16, 10**9])
def test_every_page_and_nothing_twice(client: httpx.Client, limit: int) -> None:
    assert details(client, f"{PATH}?limit={limit}") == details(client, PATH)


def test_newest_first_with_all_that_is_known(client: httpx.Client) -> None:
    first = client.get(f"{PATH}?code=out_of_range").json()["rejects"][-3]
    assert first == {
        "id": first["id"],
        "received_at": "2026-01-15T06:00:00Z",
        "source": "mqtt",
        "topic": "mip/v1/snow/positions",
        "format": "mip",
        "item": 2,
        "code": "out_of_range",
        "field": "lat",
        "detail": "item 2",
        "replayed_at": None,
    }


def test_since_and_code_hold_on_every_page(client: httpx.Client) -> None:
    assert len(details(client, f"{PATH}?since=PT1H&limit=2")) == 10
    instant = (NOW - timedelta(seconds=1)).isoformat().replace("+", "%2B")
    assert len(details(client, f"{PATH}?since={instant}&limit=2")) == 6
    assert len(details(client, f"{PATH}?code=too_old&limit=2")) == 5
    assert len(details(client, f"{PATH}?code=too_old,bad_time&code=out_of_range&limit=4")) == 15
    assert details(client, f"{PATH}?code=bad_json") == []


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("code=bad", "code"),
        ("since=yesterday", "since"),
        ("before=7", "before"),
        ("before=1-99999999999999999999", "before"),
        ("owner=rain", "owner"),
    ],
)
def test_parameters(client: httpx.Client, query: str, parameter: str) -> None:
    answer = client.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, parameter)
