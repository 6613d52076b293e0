"""An hour with every fault on, through broker and worker, derives what the same observations give once and in order."""

import csv
import os
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from broker import Broker
from command import vinterkoll
from derived_tables import acceptance, derived
from processes import running
from vinterkoll.app.networks import import_network
from vinterkoll.app.register import store_register
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message, wall_clock_us
from vinterkoll.simulators.faults import ALL, DELIVERY
from vinterkoll.simulators.files import digest_of
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.storage.migrate import migrate

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto]

HOUR = timedelta(hours=1)
LATEST = timedelta(hours=1)
"""No message is sent later after it was made."""


def set_up(url: str, directory: Path) -> None:
    write_network(directory / "network.geojson", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection)
        list(import_network(connection, directory / "network.geojson", Settings()))
        for table, file in write_register(directory, 1).items():
            store_register(connection, table, file)


def raw_counts(connection: "psycopg.Connection[Any]") -> dict[str, int]:
    """Raw rows of each kind."""
    query = """
        SELECT 'position', count(*) FROM position UNION ALL SELECT 'flow', count(*) FROM flow
        UNION ALL SELECT 'snow', count(*) FROM snow
    """
    return dict(connection.execute(query).fetchall())


def wait_for_worker(url: str) -> None:
    """Return when the worker has subscribed and says that it is alive."""
    deadline = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT FROM ingest_status").fetchone() is None:
            assert time.monotonic() < deadline, "the worker did not start"
            time.sleep(0.05)


def kind_of(device: str) -> str:
    return "position" if "/" in device else "flow" if device.startswith("urn:") else "snow"


def test_every_fault_at_once_changes_nothing_that_is_derived(
    database_url: str, empty_database_url: str, mosquitto: Broker, tmp_path: Path
) -> None:
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    begin, anchor = end - HOUR, end - 2 * HOUR
    environment = {
        "VINTERKOLL_DATABASE_URL": database_url,
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_CLIENT_ID": "faulty-delivery",
    }
    set_up(database_url, tmp_path)
    with running(os.environ | environment, "ingest", "--drain-s", "1"):
        wait_for_worker(database_url)
        done = vinterkoll(
            *("simulate", "--faults", "all", "--speed", "3600", "--truth", str(tmp_path)),
            *("--anchor", anchor.isoformat(), "--from", begin.isoformat(), "--until", end.isoformat()),
            **environment,
        )
        assert done.returncode == 0, done.stderr

    with (tmp_path / "deliveries.csv").open(encoding="utf-8") as file:
        sent = list(csv.DictReader(file))
    observations = {row["message"]: row for row in sent if not row["reject"]}
    with psycopg.connect(database_url) as connection:
        stored, found = raw_counts(connection), derived(connection)
        status = connection.execute("SELECT sum(messages)::int, sum(rejects)::int FROM ingest_status")
        rejected = connection.execute("SELECT code, count(*) FROM reject GROUP BY code").fetchall()
        assert status.fetchone() == (len(sent), sum(bool(row["reject"]) for row in sent))
    assert stored == Counter(kind_of(row["device"]) for row in observations.values())
    assert dict(rejected) == Counter(row["reject"] for row in sent if row["reject"])
    assert {*dict(rejected)} == {"bad_json", "null_island"}
    assert len(sent) > len(observations) + 500

    clean = Scenario(1, anchor, faults=ALL - DELIVERY).messages(begin - LATEST, end)
    in_order = [message for message in clean if digest_of(message.payload) in observations]
    assert len(in_order) == len(observations)
    made = [row["made"] for row in sent]
    assert made != sorted(made)
    set_up(empty_database_url, tmp_path)
    connection, accepting = acceptance(empty_database_url, wall_clock_us)
    with connection:
        for at in range(0, len(in_order), 2_000):
            batch = [Message(one.topic, one.payload, one.time_us) for one in in_order[at : at + 2_000]]
            assert accepting.accept(batch).rejected == []
        expected = derived(connection)
        assert raw_counts(connection) == stored
    assert all(expected.values())
    assert found == expected
