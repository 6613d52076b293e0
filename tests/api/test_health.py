"""/health and /metrics."""

from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from api_server import serving
from link import Link
from town_rows import NOW, add_device, add_network, add_position, insert
from under_load import until
from vinterkoll.api.application import create_app
from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.app.intakes import http_intake
from vinterkoll.app.settings import Settings
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]
GIVEN_UP_S = 8.0
"""Above what the pool waits for a connection and for its answer, below what TCP would take."""
SILENT_S = 120.0


def add_worker(rows: Database, lag_s: float | None, worker: str = "w1") -> None:
    insert(
        rows,
        "ingest_status",
        worker=worker,
        updated_at=NOW - timedelta(seconds=3),
        last_event_at=NOW - timedelta(seconds=7),
        lag_s=lag_s,
        messages=40,
        rows=30,
        duplicates=2,
        rejects=1,
        connected=True,
    )


def test_live(client: httpx.Client) -> None:
    assert client.get("/health/live").json()["status"] == "live"


def test_ready_when_a_worker_is_alive(client: httpx.Client, rows: Database) -> None:
    before = client.get("/health/ready")
    assert (before.status_code, before.headers["retry-after"]) == (503, "5")
    assert before.json()["reasons"] == ["ingest lag unknown: no stream worker was heard of for 30 s"]
    add_worker(rows, None)
    assert client.get("/health/ready").status_code == 200
    rows.execute("UPDATE ingest_status SET updated_at = updated_at - interval '1 minute'")
    assert client.get("/health/ready").status_code == 503
    rows.execute("UPDATE ingest_status SET updated_at = updated_at + interval '1 minute', lag_s = 0.25")
    after = client.get("/health/ready")
    assert after.status_code == 200
    assert after.json() == {
        "status": "ready",
        "reasons": [],
        "workers": [
            {
                "worker": "w1",
                "lag_s": 0.25,
                "updated_at": "2026-01-15T05:59:57Z",
                "last_event_at": "2026-01-15T05:59:53Z",
            }
        ],
        "rederiving_since": None,
    }


def test_deliveries_by_http_say_nothing_of_the_stream(client: httpx.Client, rows: Database) -> None:
    add_worker(rows, 0.2, HTTP_WORKER)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert [one["worker"] for one in answer.json()["workers"]] == ["http"]
    add_worker(rows, 0.2)
    assert client.get("/health/ready").status_code == 200


def test_without_a_stream_the_api_takes_http_alone(rows: Database, database_url: str) -> None:
    intake = http_intake(Settings(ingest_database_url=SecretStr(database_url)))
    app = create_app(reading_pool(database_url), clock=lambda: NOW, intake=intake)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        assert client.get("/health/ready").status_code == 200
        add_worker(rows, 0.2)
        rows.execute("UPDATE ingest_status SET updated_at = updated_at - interval '1 minute'")
        assert client.get("/health/ready").status_code == 503


def test_a_database_that_falls_silent_is_not_waited_for(rows: Database, database_url: str) -> None:
    """Behind something that keeps the connection up: TCP has nothing to notice."""
    add_worker(rows, 0.2)
    port = conninfo_to_dict(database_url)["port"]
    with Link(int(str(port))) as link:
        through = reading_pool(database_url.replace(f":{port}/", f":{link.port}/"))
        with (
            serving(create_app(through, clock=lambda: NOW)) as address,
            httpx.Client(base_url=address, timeout=GIVEN_UP_S) as client,
        ):
            assert client.get("/health/ready").status_code == 200
            link.delay_s = SILENT_S
            silent = client.get("/health/ready")
            assert (silent.status_code, silent.json()["reasons"]) == (503, ["database not reachable"])
            assert client.get("/api/v1/segments").status_code == 503
            assert "vinterkoll_database_up 0.0" in client.get("/metrics").text
            link.delay_s = 0
            until(lambda: client.get("/health/ready").status_code == 200, "it is not found again")


def test_head_is_get_without_the_body(client: httpx.Client) -> None:
    for path in (
        "/health/live",
        "/api/v1/segments",
        "/metrics",
        "/",
        "/static/map.js",
        "/openapi.json",
        "/nothing",
    ):
        got = client.get(path)
        answer = client.head(path)
        assert (answer.status_code, answer.content) == (got.status_code, b"")
        assert answer.headers["content-type"] == got.headers["content-type"]
        assert answer.headers.get("etag") == got.headers.get("etag")
    unchanged = client.head(
        "/api/v1/segments", headers={"If-None-Match": client.get("/api/v1/segments").headers["etag"]}
    )
    assert unchanged.status_code == 304
    counted = 'vinterkoll_http_requests_total{method="HEAD",path="/api/v1/segments",status="200"} 1.0'
    assert counted in client.get("/metrics").text


def test_what_waits_to_be_derived_anew_is_told(client: httpx.Client, rows: Database) -> None:
    for days, device in enumerate(
        (add_device(rows, "position", "nord", "p1"), add_device(rows, "flow", "", "c"))
    ):
        insert(rows, "rederivation", device_id=device, from_time=NOW, due_since=NOW - timedelta(days=days))
    assert client.get("/health/ready").json()["rederiving_since"] == "2026-01-14T06:00:00Z"


def test_not_ready_on_another_schema(client: httpx.Client, rows: Database) -> None:
    add_worker(rows, 0.2)
    insert(rows, "schema_migration", version=9000, name="later", checksum="x")
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["migrated by a newer version: 9000"])


def test_metrics(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    add_worker(rows, 0.25)
    for what, name in (("reject", "future"), ("flag", "jump")):
        insert(rows, "tally", supplier="nord", what=what, name=name, count=3)
    insert(rows, "tally", supplier="", what="reject", name="bad_json", count=2)
    for valid_from, valid_to in (("-infinity", NOW), (NOW, "infinity")):
        insert(
            rows, "contractor", contractor="nord", name="Nord AB", valid_from=valid_from, valid_to=valid_to
        )
    nord, syd, ost = (add_device(rows, "position", owner, "p1") for owner in ("nord", "syd", "ost"))
    for minutes, device, text in (
        (4, ost, "Vinsch"),
        (1, nord, "Plogning\nVinsch"),
        (2, nord, "Vinsch"),
        (61, nord, "Plogning"),
        (3, syd, "Vinsch"),
    ):
        add_position(rows, device, NOW - timedelta(minutes=minutes), unknown_actions=text)
    insert(
        rows,
        "kafka_offset",
        group_id="g",
        topic="t",
        partition=3,
        next_offset=8,
        lag=5,
        lag_at=NOW - timedelta(seconds=4),
    )
    for supplier, within_s in (("nord", 10), ("nord", 300), ("", "Infinity")):
        insert(
            rows,
            "delivery",
            worker="w1",
            supplier=supplier,
            kind="snow",
            within_s=within_s,
            count=2,
            delay_ms=1500,
        )
    rows.execute("UPDATE raw_horizon SET kept_house_at = %s", [NOW - timedelta(hours=30)])
    insert(rows, "rederivation", device_id=nord, from_time=NOW, due_since=NOW - timedelta(seconds=40))
    insert(rows, "kafka_offset", group_id="g", topic="t", partition=4, next_offset=0)
    insert(rows, "action_name", contractor="nord", text="Vinsch", meaning=0)
    for path in ("/api/v1/segments", "/api/v1/segments?bbox=x", "/wp-login.php", "/static/map.js", "/"):
        client.get(path)
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert samples["vinterkoll_http_requests_total", "/api/v1/segments", "200", "GET"] == 1
    assert samples["vinterkoll_http_requests_total", "/api/v1/segments", "400", "GET"] == 1
    assert samples["vinterkoll_http_requests_total", "404", "GET", "other"] == 1
    assert samples["vinterkoll_http_requests_total", "/static", "200", "GET"] == 1
    assert samples["vinterkoll_http_request_seconds_count", "/api/v1/segments"] == 2
    assert samples["vinterkoll_ingest_lag_seconds", "w1"] == 0.25
    assert samples["vinterkoll_ingest_silence_seconds", "w1"] == 3
    assert samples["vinterkoll_ingest_event_age_seconds", "w1"] == 7
    assert samples["vinterkoll_ingest_messages_total", "w1"] == 40
    assert samples["vinterkoll_rejects_total", "future", "nord"] == 3
    assert samples["vinterkoll_rejects_total", "bad_json", "not registered"] == 2
    assert samples["vinterkoll_flagged_fixes_total", "jump", "nord"] == 3
    assert samples["vinterkoll_unknown_actions_last_hour", "nord"] == 1
    assert samples["vinterkoll_unknown_actions_last_hour", "not registered"] == 2
    assert samples["vinterkoll_ingest_connected", "w1"] == 1
    bucket = "vinterkoll_delivery_delay_seconds_bucket"
    assert [samples[bucket, *sorted((le, "nord", "snow"))] for le in ("10.0", "60.0", "300.0", "+Inf")] == [
        2,
        2,
        4,
        4,
    ]
    assert samples["vinterkoll_delivery_delay_seconds_sum", "nord", "snow"] == 3
    assert samples["vinterkoll_delivery_delay_seconds_count", "not registered", "snow"] == 2
    assert samples["vinterkoll_housekeeping_age_seconds",] == 30 * 3600
    assert samples["vinterkoll_rederivation_age_seconds",] == 40
    assert samples["vinterkoll_kafka_lag_records", "3", "g", "t"] == 5
    assert samples["vinterkoll_kafka_lag_age_seconds", "3", "g", "t"] == 4
    assert ("vinterkoll_kafka_lag_records", "4", "g", "t") not in samples
    assert samples["vinterkoll_database_up",] == 1
    assert any(name[0] == "vinterkoll_build_info" for name in samples)
    assert "process_resident_memory_bytes" in answer.text
