import csv
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from vinterkoll.simulators.files import FileSink, write_truth
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.simulators.truth import Treated


def test_the_file_holds_the_messages_as_they_are(
    tmp_path: Path, scenario: Scenario, anchor: datetime
) -> None:
    messages = list(scenario.messages(anchor, anchor + timedelta(minutes=3)))
    sink = FileSink(tmp_path / "messages.ndjson")
    assert all(sink.send(message) for message in messages)
    sink.close()
    lines = (tmp_path / "messages.ndjson").read_bytes().splitlines()
    assert len(lines) == len(messages)
    for line, message in zip(lines, messages, strict=True):
        told = orjson.loads(line)
        assert list(told) == ["time", "topic", "payload"]
        assert told["topic"] == message.topic
        assert told["payload"] == orjson.loads(message.payload)


def test_truth_is_csv(tmp_path: Path, scenario: Scenario, anchor: datetime) -> None:
    rows = scenario.truth(anchor, anchor + timedelta(minutes=20))
    assert write_truth(tmp_path / "truth.csv", rows) == len(rows) > 100
    with (tmp_path / "truth.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert tuple(read[0]) == Treated._fields
    assert [row["street"] for row in read] == [row.street for row in rows]


def test_the_register_names_all_that_send(tmp_path: Path, scenario: Scenario, anchor: datetime) -> None:
    files = write_register(tmp_path, 1)
    assert [path.name for path in files.values()] == ["contractors.csv", "vehicles.csv", "sensors.csv"]
    tables = {
        name: list(csv.DictReader(path.read_text("utf-8").splitlines())) for name, path in files.items()
    }
    assert [len(table) for table in tables.values()] == [4, 22, 22]
    topics = {message.topic for message in scenario.messages(anchor, anchor + timedelta(minutes=10))}
    for row in tables["vehicle"]:
        assert f"mip/v1/{row['contractor']}/{row['vehicle']}/position" in topics
        assert row["kinds"] in {"carriageway", "gc"}
        assert row["contractor"] in {one["contractor"] for one in tables["contractor"]}
    for row in tables["sensor"]:
        assert (row["kind"] == "snow") == bool(row["mounting_height_m"])
