"""docs/metrics.md lists what the processes register: each metric, its type and its labels."""

import httpx
import psycopg
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from api_server import serving
from metrics_document import Metric, documented
from town_rows import NOW, add_device, add_position, insert
from vinterkoll.api.application import create_app
from vinterkoll.app.bridge import Measures
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres

QUESTIONS = {"coming", "whom", "late", "bad", "behind"}


def told(text: str) -> set[Metric]:
    """What a /metrics says, without what every process says and the time when each counter was made."""
    found = set()
    for family in text_string_to_metric_families(text):
        if not family.name.startswith("process_") and not family.name.endswith("_created"):
            labels = frozenset(label for one in family.samples for label in one.labels) - {"le"}
            found.add(Metric(family.name + "_total" * (family.type == "counter"), family.type, labels))
    return found


def fill(rows: "psycopg.Connection[tuple[object, ...]]") -> None:
    """What makes each metric have a sample."""
    account = dict.fromkeys(("messages", "rows", "duplicates", "rejects", "lag_s"), 1)
    insert(rows, "ingest_status", worker="w", updated_at=NOW, last_event_at=NOW, connected=True, **account)
    insert(rows, "tally", supplier="", what="reject", name="future", count=1)
    insert(rows, "tally", supplier="", what="flag", name="jump", count=1)
    insert(rows, "delivery", worker="w", supplier="", kind="snow", within_s=10, count=1, delay_ms=1)
    insert(rows, "kafka_offset", group_id="g", topic="t", partition=0, next_offset=1, lag=0, lag_at=NOW)
    add_position(rows, add_device(rows, "position", "nord", "p1"), NOW, unknown_actions="Vinsch")


def test_the_document_is_what_the_processes_tell(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        fill(connection)
    app = create_app(reading_pool(database_url), clock=lambda: NOW)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        client.get("/api/v1/segments")
        of_api = told(client.get("/metrics").text)
    registry = CollectorRegistry()
    Measures(registry)
    assert documented().keys() == of_api | told(generate_latest(registry).decode())


def test_each_of_the_five_questions_is_answered() -> None:
    answers = documented().values()
    assert set().union(*answers) == QUESTIONS
    assert all(metric.labels for metric, answered in documented().items() if "whom" in answered)
