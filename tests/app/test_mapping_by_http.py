"""Mapping files as paths of HTTP ingest: a real uvicorn, a real database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from command import fails, vinterkoll
from http_ingest import JSON, LINES, SENDER, STRANGER, add_keys, ingesting, item, lines_of
from mappings import BARE, WRAPPED, bare, wrapped, write_mappings

pytestmark = pytest.mark.postgres

ITEMS_MAX = 4
PATH = "/api/v1/ingest"


@pytest.fixture
def client(town_url: str, tmp_path: Path) -> Iterator[httpx.Client]:
    add_keys(town_url)
    theirs = f'contractor = "rain"\n{BARE}'
    directory = write_mappings(tmp_path, bare=BARE, wrapped=WRAPPED, theirs=theirs)
    with ingesting(town_url, mappings=str(directory), http_items_max=ITEMS_MAX) as client:
        yield client


def receipt(answer: httpx.Response) -> tuple[int, int, list[tuple[int, str, str]]]:
    assert answer.status_code == 200, answer.text
    content = answer.json()
    rejected = [(one["index"], one["code"], one["field"]) for one in content["rejected"]]
    return content["accepted"], content["duplicate"], rejected


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_one_many_lines_and_wrapped(client: httpx.Client, town_url: str) -> None:
    one, two, three = (bare(item(-at)) for at in range(3))
    assert receipt(client.post(f"{PATH}/bare", json=one)) == (1, 0, [])
    assert receipt(client.post(f"{PATH}/bare", json=[one, two, {**two, "north": 95}])) == (
        1,
        1,
        [(2, "out_of_range", "north")],
    )
    body = lines_of([three, b"{", b"", {**one, "when": None}])
    assert receipt(client.post(f"{PATH}/bare", content=body, headers=LINES)) == (
        1,
        0,
        [(1, "bad_json", ""), (3, "missing_field", "when")],
    )
    assert receipt(client.post(f"{PATH}/wrapped", json=wrapped(item(0), item(-3)))) == (1, 1, [])
    assert rows(town_url, "SELECT owner, name FROM device WHERE kind = 'position'") == [("snow", "v1")]
    assert set(rows(town_url, "SELECT topic, format, owner FROM reject_message")) == {
        ("mapping/v1/snow/bare", "bare", "snow")
    }


@pytest.mark.parametrize("dialect", ["bare", "wrapped"])
def test_too_many_items_are_refused_as_a_whole(client: httpx.Client, town_url: str, dialect: str) -> None:
    items = [item(-at) for at in range(ITEMS_MAX + 1)]
    whole = wrapped(*items) if dialect == "wrapped" else [bare(one) for one in items]
    assert client.post(f"{PATH}/{dialect}", json=whole).status_code == 413
    body = lines_of([whole])
    assert client.post(f"{PATH}/{dialect}", content=body, headers=LINES).status_code == 413
    assert rows(town_url, "SELECT FROM position") == []


def test_the_keys_owner_is_the_contractor_whatever_the_mapping_says(
    client: httpx.Client, town_url: str
) -> None:
    answer = client.post(f"{PATH}/theirs", json=bare(item(contractor="rain")))
    assert receipt(answer) == (0, 0, [(0, "topic_mismatch", "")])
    assert rows(town_url, "SELECT owner FROM reject_message") == [("snow",)]
    answer = client.post(f"{PATH}/theirs", json=bare(item()), headers={"Authorization": f"Bearer {STRANGER}"})
    assert receipt(answer) == (1, 0, [])
    assert rows(town_url, "SELECT owner FROM device WHERE kind = 'position'") == [("rain",)]


def test_no_template_of_a_file_reads_an_http_message_otherwise(town_url: str, tmp_path: Path) -> None:
    crafty = BARE.replace("bare/{contractor}/pos", "mapping/v1/{vehicle}/{contractor}")
    add_keys(town_url)
    with ingesting(town_url, mappings=str(write_mappings(tmp_path, crafty=crafty))) as client:
        assert receipt(client.post(f"{PATH}/crafty", json=bare(item()))) == (1, 0, [])
    assert rows(town_url, "SELECT owner, name FROM device WHERE kind = 'position'") == [("snow", "v1")]


def test_the_names_are_told(client: httpx.Client) -> None:
    answer = client.post(f"{PATH}/gpx", json={})
    assert answer.status_code == 404
    assert "bare, chirpstack, harja, mip, snow, theirs, traffic-flow-observed" in answer.json()["detail"]
    operation = client.get("/openapi.json").json()["paths"][f"{PATH}/{{format}}"]["post"]
    [parameter] = operation["parameters"]
    assert {"mip", "bare", "wrapped", "theirs"} < set(parameter["schema"]["enum"])
    for name in parameter["schema"]["enum"]:
        assert client.post(f"{PATH}/{name}", content=b"{}", headers=JSON).status_code == 200


def test_a_malformed_mapping_ends_the_api_at_start(town_url: str, tmp_path: Path) -> None:
    directory = write_mappings(tmp_path, bare=BARE, broken=BARE.replace('"when"', "5"))
    done = vinterkoll(
        "api",
        "--port",
        "0",
        VINTERKOLL_DATABASE_URL=town_url,
        VINTERKOLL_INGEST_DATABASE_URL=town_url,
        VINTERKOLL_MAPPINGS=str(directory),
    )
    assert f"{directory / 'broken.toml'}, line 4: " in fails(done, 2)


def test_a_key_is_asked_for(client: httpx.Client) -> None:
    answer = client.post(f"{PATH}/bare", content=orjson.dumps({}), headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401
    assert client.headers["Authorization"] == f"Bearer {SENDER}"
