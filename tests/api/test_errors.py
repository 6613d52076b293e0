"""Every error is a problem document, and says no more than it should."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api_server import FailingConnections, Serve, serving
from town_rows import NOW
from vinterkoll.api.application import create_app
from vinterkoll.app.children import free_port


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    content: dict[str, Any] = answer.json()
    assert content["status"] == status
    assert content.keys() - {"parameter"} == {"type", "title", "status", "detail", "instance"}
    return content


@pytest.mark.parametrize(
    ("path", "parameter", "detail"),
    [
        ("/api/v1/segments?bbox=1,2,3", "bbox", "west,south,east,north"),
        ("/api/v1/segments?since=PT1H", "since", "takes bbox"),
        ("/api/v1/segments?bbox=0,0,1,1&bbox=0,0,1,1", "bbox", "more than once"),
        ("/api/v1/treatments?since=yesterday", "since", "ISO 8601"),
        ("/api/v1/treatments?action=PLOW", "action", "PLOUGHING, SIDE_PLOUGHING"),
        ("/api/v1/treatments?geometry=perhaps", "geometry", "boolean"),
        ("/api/v1/treatments?limit=10", "limit", "action, bbox, geometry, since"),
        ("/api/v1/vehicles?since=P1M", "since", "no fixed length"),
        ("/api/v1/flow?Since=PT1H", "Since", "since"),
        ("/api/v1/snow?bbox=", "bbox", "four numbers"),
        ("/api/v1/status?x=", "x", "takes none"),
        ("/health/live?x=1", "x", "takes none"),
        ("/metrics?x=1", "x", "takes none"),
    ],
)
def test_a_parameter_at_fault_is_named(
    bare_client: httpx.Client, path: str, parameter: str, detail: str
) -> None:
    content = problem(bare_client.get(path), 400)
    assert content["parameter"] == parameter
    assert detail in content["detail"]
    assert content["type"] == "urn:problem-type:vinterkoll:invalid-parameter"
    assert content["instance"] == path.partition("?")[0]


def test_nothing_there(bare_client: httpx.Client) -> None:
    for path in (
        "/api/v1/nothing",
        "/static/nothing.js",
        "/static/leaflet/nothing.js",
        "/static/..%2fpage.py",
        "/docs",
    ):
        assert problem(bare_client.get(path), 404)["type"] == "about:blank"


def test_reading_only(bare_client: httpx.Client) -> None:
    answer = bare_client.post("/api/v1/segments", json={})
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD"
    answer = bare_client.head("/api/v1/ingest/mip")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.", "10.0.0.1:80"])
def test_another_host_name_is_not_answered(bare_client: httpx.Client, host: str) -> None:
    problem(bare_client.get("/api/v1/segments", headers={"Host": host}), 421)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "LOCALHOST", "[::1]:80"])
def test_names_of_this_machine_are_answered(bare_client: httpx.Client, host: str) -> None:
    assert bare_client.get("/health/live", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/static/map.js", "/api/v1/segments", "/nothing", "/api/v1/snow?bbox=x"]
)
def test_security_headers_are_on_every_answer(bare_client: httpx.Client, path: str) -> None:
    headers = bare_client.get(path).headers
    assert "unsafe" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "cache-control" in headers


def test_our_own_fault_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with (
        serving(create_app(FailingConnections(RuntimeError("secret insides")))) as url,
        caplog.at_level(logging.ERROR),
    ):
        answer = httpx.get(f"{url}/api/v1/segments")
    problem(answer, 500)
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "secret insides" in caplog.text


@pytest.mark.postgres
def test_without_a_database(serve: Serve) -> None:
    url = f"postgresql://nobody:hidden@127.0.0.1:{free_port()}/none"
    paths = ("/api/v1/segments", "/health/ready", "/health/live", "/metrics")
    with httpx.Client(base_url=serve(url, lambda: NOW)) as client, ThreadPoolExecutor() as threads:
        answer, ready, live, metrics = threads.map(client.get, paths)
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert "hidden" not in answer.text
    assert (ready.status_code, ready.json()["reasons"]) == (503, ["database not reachable"])
    assert live.status_code == 200
    assert "vinterkoll_database_up 0.0" in metrics.text


@pytest.mark.postgres
def test_a_database_without_a_schema(serve: Serve, empty_database_url: str) -> None:
    with httpx.Client(base_url=serve(empty_database_url, lambda: NOW)) as client:
        assert "not migrated" in problem(client.get("/api/v1/treatments"), 503)["detail"]
        [reason] = client.get("/health/ready").json()["reasons"]
        assert reason.startswith("migrations not applied")
        assert "vinterkoll_database_up 0.0" in client.get("/metrics").text
