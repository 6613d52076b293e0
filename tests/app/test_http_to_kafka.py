"""HTTP ingest into Kafka: 202 once Kafka has it, and the worker makes the same of it as HTTP ingest into the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from api_server import serving
from http_ingest import JSON, LINES, MIP, SENDER, add_keys, item, lines_of
from kafka_records import count_of, create_topic
from kafka_server import KafkaServer
from kafka_worker import environment, prepared, wait_for
from processes import running
from vinterkoll.api.application import create_app
from vinterkoll.app.intakes import http_intake
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.kafka_records import RECORD_BYTES_MAX
from vinterkoll.storage.reading import reading_pool

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

SNOW = "/api/v1/ingest/chirpstack"


@contextmanager
def sending(url: str, kafka: KafkaServer, topic: str, **more: Any) -> Iterator[httpx.Client]:
    settings = {
        "database_url": url,
        "http_to": "kafka",
        "kafka_bootstrap_servers": kafka.address,
        "kafka_topics": [topic],
        **more,
    }
    app = create_app(reading_pool(url), intake=http_intake(Settings.model_validate(settings)))
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {SENDER}"
        yield client


def test_what_was_answered_with_202_is_stored_by_the_worker(
    kafka: KafkaServer, database_url: str, tmp_path: Path
) -> None:
    topic = "http-to-kafka"
    create_topic(kafka, topic, 3, {"max.message.bytes": str(RECORD_BYTES_MAX)})
    prepared(database_url, tmp_path)
    add_keys(database_url)
    bad = item(5, lat=91.0)
    with sending(database_url, kafka, topic) as client:
        answer = client.post(
            MIP, content=lines_of([item(0), item(1), b"no json", bad, item(0)]), headers=LINES
        )
        assert answer.status_code == 202
        content = answer.json()
        assert (content["accepted"], content["duplicate"]) == (3, 0)
        assert [(one["index"], one["code"]) for one in content["rejected"]] == [
            (2, "bad_json"),
            (3, "out_of_range"),
        ]
        whole = client.post(MIP, json=[item(2), bad], headers=JSON).json()
        assert (whole["accepted"], [one["index"] for one in whole["rejected"]]) == (1, [1])
        assert client.post(SNOW, json={}, headers=JSON).status_code == 202
    assert count_of(kafka, topic) == 7

    with running(environment(kafka, database_url, topic, topic), "ingest", "--source", "kafka"):
        wait_for(database_url, topic, 7)
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT count(*) FROM position").fetchone()
        rejects = connection.execute(
            "SELECT topic, code, count(*) FROM reject JOIN reject_message USING (message_id) GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
    assert rows == (3,)
    assert [one for one in rejects if one[0].startswith("mip")] == [
        ("mip/v1/snow/positions", "bad_json", 1),
        ("mip/v1/snow/positions", "out_of_range", 2),
    ]
    assert [(where, code != "unknown_topic") for where, code, _ in rejects][2:] == [
        ("snow/v1/snow/uplink", True)
    ]


def test_without_kafka_the_sender_is_told_to_come_again(
    kafka: KafkaServer, database_url: str, port: int
) -> None:
    add_keys(database_url)
    with sending(database_url, kafka, "any", kafka_bootstrap_servers=f"127.0.0.1:{port}") as client:
        answer = client.post(MIP, json=[item(0)], headers=JSON)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Kafka does not take it now" in answer.json()["detail"]


def test_a_body_that_is_longer_than_a_record_may_be_is_refused(kafka: KafkaServer, database_url: str) -> None:
    add_keys(database_url)
    with sending(database_url, kafka, "any", message_bytes_max=100) as client:
        assert client.post(MIP, json=[item(0)] * 3, headers=JSON).status_code == 413
