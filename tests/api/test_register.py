"""/api/v1/register: whose rows a key reads, and changes that are all or none, noted, and in force at once."""

import random
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api_server import serving
from derived_tables import acceptance, derived
from http_ingest import READER, REGISTRAR, SENDER, STRANGER, add_keys
from small_town import town_segments
from stretch_messages import RECEIVED_US, stretch
from vinterkoll.api.application import create_app
from vinterkoll.app.http_register import register_changer
from vinterkoll.app.settings import Settings
from vinterkoll.storage import network as networks
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres

PATH = "/api/v1/register"
SNOW = {"contractor": "snow", "name": "Snö AB", "valid_from": None, "valid_to": None}
V0: dict[str, Any] = {
    "contractor": "snow",
    "vehicle": "v0",
    "name": "Plogbil",
    "kinds": ["gc"],
    "contract": None,
    "valid_from": None,
    "valid_to": "2026-02-01T00:00:00Z",
}
SENSOR: dict[str, Any] = {
    "sensor": "EUI1",
    "kind": "snow",
    "name": "T",
    "lon": 18.7,
    "lat": 63,
    "mounting_height_m": 3,
}
OVERLAPPING = orjson.dumps({"set": [SNOW, SNOW | {"valid_from": "2026-01-01T00:00:00Z"}]})
SQUARE = "POLYGON ((18 63, 19 63, 19 64, 18 63))"


@pytest.fixture
def client(database_url: str) -> Iterator[httpx.Client]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    add_keys(database_url)
    url = SecretStr(make_conninfo(database_url, options="-c role=vinterkoll_register"))
    app = create_app(
        reading_pool(make_conninfo(database_url, options="-c role=vinterkoll_api")),
        change_register=register_changer(Settings(register_database_url=url)),
    )
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {REGISTRAR}"
        yield client


def changed(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(one["operation"], one["table"]) for one in answer.json()["changes"]]


def names(client: httpx.Client, table: str, key: str = REGISTRAR) -> list[str]:
    answer = client.get(f"{PATH}/{table}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return [row["name"] for row in answer.json()["rows"]]


def test_set_read_and_removed(client: httpx.Client) -> None:
    assert changed(client.post(f"{PATH}/contractor", json={"set": [SNOW]})) == [("INSERT", "contractor")]
    assert changed(client.post(f"{PATH}/vehicle", json={"set": [V0]})) == [("INSERT", "vehicle")]
    assert client.get(f"{PATH}/vehicle").json() == {"rows": [V0]}
    moved = V0 | {"valid_from": "2026-01-01T01:00:00+01:00"}
    edit = {"remove": [{"contractor": "snow", "vehicle": "v0"}], "set": [moved]}
    assert changed(client.post(f"{PATH}/vehicle", json=edit)) == [
        ("DELETE", "vehicle"),
        ("INSERT", "vehicle"),
    ]
    assert client.get(f"{PATH}/vehicle").json() == {"rows": [V0 | {"valid_from": "2026-01-01T00:00:00Z"}]}
    assert changed(client.post(f"{PATH}/vehicle", json={"set": [moved]})) == []


def test_a_dry_run_changes_nothing(client: httpx.Client) -> None:
    answer = client.post(f"{PATH}/contractor?dry_run=true", json={"set": [SNOW]})
    assert changed(answer) == [("INSERT", "contractor")]
    assert names(client, "contractor") == []
    assert client.get(f"{PATH}/log").json() == {"changes": []}


def test_the_log_says_who_and_is_read_page_by_page(client: httpx.Client) -> None:
    for name in ("A", "B", "C"):
        client.post(f"{PATH}/contractor", json={"set": [SNOW | {"name": name}]})
    first = client.get(f"{PATH}/log?limit=2").json()["changes"]
    assert [(one["author"], one["old"]["name"], one["new"]["name"]) for one in first] == [
        ("key 5 of town", "B", "C"),
        ("key 5 of town", "A", "B"),
    ]
    [last] = client.get(f"{PATH}/log?before={first[-1]['change_id']}").json()["changes"]
    assert (last["operation"], last["old"], last["new"]["name"]) == ("INSERT", None, "A")


def test_a_contractor_reads_its_own(client: httpx.Client) -> None:
    for owner in ("snow", "rain"):
        client.post(f"{PATH}/contractor", json={"set": [{"contractor": owner, "name": owner}]})
        client.post(f"{PATH}/vehicle", json={"set": [V0 | {"contractor": owner, "name": f"of {owner}"}]})
        client.post(
            f"{PATH}/sensor",
            json={"set": [SENSOR | {"sensor": owner, "owner": owner, "name": f"by {owner}"}]},
        )
    client.post(f"{PATH}/area", json={"set": [{"area": "n", "name": "Norr", "polygon": SQUARE}]})
    for key, own in ((READER, "snow"), (SENDER, "snow"), (STRANGER, "rain")):
        assert names(client, "contractor", key) == [own]
        assert names(client, "vehicle", key) == [f"of {own}"]
        assert names(client, "sensor", key) == [f"by {own}"]
        assert names(client, "area", key) == ["Norr"]
    assert names(client, "vehicle") == ["of rain", "of snow"]
    assert names(client, "contract") == []


@pytest.mark.parametrize("key", [READER, SENDER])
def test_other_keys_change_nothing_and_read_no_log(client: httpx.Client, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post(f"{PATH}/contractor", json={"set": [SNOW]}, headers=headers).status_code == 403
    assert client.get(f"{PATH}/log", headers=headers).status_code == 403
    assert names(client, "contractor") == []


def test_nobody_without_a_key(client: httpx.Client) -> None:
    del client.headers["Authorization"]
    assert client.get(f"{PATH}/vehicle").status_code == 401
    assert client.post(f"{PATH}/vehicle", json={}).status_code == 401


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "Nothing was changed. the body: Invalid JSON"),
        (b'{"put": []}', "put: Extra inputs"),
        (
            b'{"set": [{"contractor": "b", "name": "B"}, {"contractor": "a"}]}',
            "a: a contractor needs name",
        ),
        (b'{"set": [{"contractor": "a", "name": {}}]}', "Nothing was changed. set.0"),
        (
            b'{"set": [{"contractor": "a", "name": true}]}',
            "set.0.name: Value error, true and false are no values",
        ),
        (
            b'{"set": [{"contractor": "a", "name": "A", "colour": "red"}]}',
            "colour: contractor has the columns",
        ),
        (b'{"set": [{"contractor": "a", "name": "A", "valid_from": "2026-01-01"}]}', "offset"),
        (b'{"remove": [{"contractor": "a"}]}', "no contractor of this name begins then"),
        (b'{"remove": [{"contractor": "a\\u0000"}]}', "NUL"),
        (
            OVERLAPPING,
            "end the first one where the next begins",
        ),
    ],
)
def test_what_does_not_fit(client: httpx.Client, body: bytes, detail: str) -> None:
    answer = client.post(f"{PATH}/contractor", content=body)
    assert answer.status_code == 422, answer.text
    assert detail in answer.json()["detail"]
    assert names(client, "contractor") == []


def test_paths_that_do_not_exist(client: httpx.Client) -> None:
    assert client.get(f"{PATH}/api_key").status_code == 400
    assert client.post(f"{PATH}/api_key", json={}).status_code == 400


def test_a_change_is_in_force_at_once(client: httpx.Client, database_url: str) -> None:
    connection, accepting = acceptance(database_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(stretch([20], random.Random(3)))
        assert derived(connection)["stretch"]
        client.post(f"{PATH}/contractor", json={"set": [SNOW]})
        assert changed(client.post(f"{PATH}/vehicle", json={"set": [V0]}))
        assert derived(connection)["stretch"] == []


def test_without_a_database_user_it_is_not_changed(database_url: str) -> None:
    add_keys(database_url)
    with serving(create_app(reading_pool(database_url))) as address:
        headers = {"Authorization": f"Bearer {REGISTRAR}"}
        answer = httpx.post(f"{address}{PATH}/contractor", json={"set": [SNOW]}, headers=headers)
    assert answer.status_code == 404
    assert "VINTERKOLL_REGISTER_DATABASE_URL" in answer.json()["detail"]
