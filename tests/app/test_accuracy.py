"""What is derived from noisy fixes against what the simulator knows to be true, in metres."""

import csv
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from derived_tables import acceptance
from vinterkoll.app.networks import import_network
from vinterkoll.app.register import store_register
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import codes_of
from vinterkoll.simulators.files import write_truth
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import Part, Scenario

pytestmark = pytest.mark.postgres

ANCHOR = datetime(2026, 1, 15, 3, tzinfo=UTC)
UNTIL = ANCHOR + timedelta(minutes=60)

Metres = defaultdict[tuple[str, int, str, str], set[int]]
"""Vehicle, segment, direction and action to the metres of the segment."""


def derived_metres(url: str) -> Metres:
    covered: Metres = defaultdict(set)
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT name, segment_id, direction, from_dm, to_dm, actions FROM stretch JOIN device USING (device_id)"
        )
        for name, segment, direction, from_dm, to_dm, actions in rows:
            for code in codes_of(actions):
                way = "forward" if direction > 0 else "backward"
                covered[name, segment, way, code].update(range(from_dm // 10, to_dm // 10))
    return covered


def true_metres(file: Path) -> Metres:
    covered: Metres = defaultdict(set)
    with file.open() as lines:
        for row in csv.DictReader(lines):
            key = (row["vehicle"], int(row["segment_id"]), row["direction"], row["action"])
            covered[key].update(range(int(float(row["from_m"])), int(float(row["to_m"]))))
    return covered


def test_an_hour_of_the_whole_fleet(database_url: str, tmp_path: Path) -> None:
    """Recall and precision per vehicle, segment, direction and action. The aims of later work are 0.98 and 0.99."""
    write_network(tmp_path / "network.geojson", 1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        list(import_network(connection, tmp_path / "network.geojson", Settings()))
        for table, file in write_register(tmp_path, 1).items():
            store_register(connection, table, file)
    scenario = Scenario(1, ANCHOR, parts=[Part.VEHICLES])
    messages = [Message(one.topic, one.payload, one.time_us) for one in scenario.messages(ANCHOR, UNTIL)]
    connection, accepting = acceptance(database_url, lambda: 0)
    with connection:
        for at in range(0, len(messages), 2000):
            assert accepting.accept(messages[at : at + 2000]).rejected == []
    write_truth(tmp_path / "truth.csv", scenario.truth(ANCHOR, UNTIL))

    found, true = derived_metres(database_url), true_metres(tmp_path / "truth.csv")
    right = sum(len(metres & true[key]) for key, metres in found.items() if key in true)
    recall = right / sum(map(len, true.values()))
    precision = right / sum(map(len, found.values()))
    print(f"recall {recall:.4f}, precision {precision:.4f}")
    assert recall > 0.975
    assert precision > 0.985
