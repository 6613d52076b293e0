"""An hour with every fault on, through broker and worker, derives what the same observations give once and in order."""

import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from broker import Broker
from command import vinterkoll
from processes import running
from simulated_delivery import Span, clean_rows, kinds_of, observed, rows_of, sendings, set_up

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto]

HOUR = timedelta(hours=1)


def wait_for_worker(url: str) -> None:
    """Return when the worker has subscribed and says that it is alive."""
    deadline = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT FROM ingest_status").fetchone() is None:
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.05)


def test_every_fault_at_once_changes_nothing_that_is_derived(
    database_url: str, empty_database_url: str, mosquitto: Broker, tmp_path: Path
) -> None:
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    span = Span(end - 2 * HOUR, end - HOUR, end)
    environment = {
        "VINTERKOLL_DATABASE_URL": database_url,
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_CLIENT_ID": "faulty-delivery",
    }
    set_up(database_url, tmp_path)
    with running(os.environ | environment, "ingest", "--drain-s", "1"):
        wait_for_worker(database_url)
        done = vinterkoll(
            "simulate", "--speed", "3600", "--truth", str(tmp_path), *span.options, **environment
        )
        assert done.returncode == 0, done.stderr

    sent = sendings(tmp_path)
    observations = observed(sent)
    with psycopg.connect(database_url) as connection:
        found = rows_of(connection)
        status = connection.execute("SELECT sum(messages)::int, sum(rejects)::int FROM ingest_status")
        rejected = connection.execute("SELECT code, count(*) FROM reject GROUP BY code").fetchall()
        assert status.fetchone() == (len(sent), sum(bool(row["reject"]) for row in sent))
    assert found.raw == kinds_of([*observations.values()])
    assert dict(rejected) == Counter(row["reject"] for row in sent if row["reject"])
    assert {*dict(rejected)} == {"bad_json", "null_island"}
    assert len(sent) > len(observations) + 500
    made = [row["made"] for row in sent]
    assert made != sorted(made)
    assert found == clean_rows(empty_database_url, tmp_path, span, observations)
