"""The command `simulate`, run as its users do."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from broker import Broker
from vinterkoll.app.simulate import simulate

application = typer.Typer(pretty_exceptions_enable=False)
application.command()(simulate)


def test_it_writes_the_morning_its_truth_and_its_register(tmp_path: Path) -> None:
    arguments = [
        "--out",
        str(tmp_path),
        "--anchor",
        "2026-01-15T04:00+01:00",
        "--duration",
        "0.2",
        "--vehicles",
        "3",
    ]
    result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 0, result.output
    names = {
        "messages.ndjson",
        "truth.csv",
        "deliveries.csv",
        "network.geojson",
        "contractors.csv",
        "vehicles.csv",
        "sensors.csv",
    }
    assert {path.name for path in tmp_path.iterdir()} == names
    times = [orjson.loads(line)["time"] for line in (tmp_path / "messages.ndjson").read_bytes().splitlines()]
    assert times == sorted(times)
    assert times[0] >= "2026-01-15T03:00:00"
    assert times[-1] < "2026-01-15T03:12:00"
    with (tmp_path / "truth.csv").open(encoding="utf-8") as file:
        assert {row["vehicle"] for row in csv.DictReader(file)} <= {"np-01", "hk-11", "as-1"}


def test_an_instant_without_offset_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(application, ["--out", str(tmp_path), "--anchor", "2026-01-15T04:00"])
    assert result.exit_code == 2
    assert "offset" in result.output


def test_one_part_alone(tmp_path: Path) -> None:
    result = CliRunner().invoke(application, ["--out", str(tmp_path), "--duration", "0.5", "--only", "snow"])
    assert result.exit_code == 0, result.output
    topics = {
        orjson.loads(line)["topic"] for line in (tmp_path / "messages.ndjson").read_bytes().splitlines()
    }
    assert len(topics) == 10
    assert all(topic.startswith("application/") for topic in topics)


def test_faults_are_named_and_their_deliveries_told(tmp_path: Path) -> None:
    arguments = [
        "--out",
        str(tmp_path),
        "--duration",
        "0.5",
        "--vehicles",
        "3",
        "--faults",
        "broken,duplicates",
    ]
    result = CliRunner().invoke(application, arguments)
    assert result.exit_code == 0, result.output
    with (tmp_path / "deliveries.csv").open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    lines = (tmp_path / "messages.ndjson").read_bytes().splitlines()
    sent = [orjson.loads(line)["time"].replace("000Z", "Z") for line in lines]
    assert sent == [row["sent"] for row in told]
    assert {row["reject"] for row in told} == {"", "bad_json"}
    assert any(row["attempt"] == "2" and not row["reject"] for row in told)


def test_an_unknown_fault_is_refused_with_those_there_are() -> None:
    result = CliRunner().invoke(application, ["--faults", "snow"])
    assert result.exit_code == 2
    assert "dead-zones" in result.output


@pytest.mark.mosquitto
def test_it_publishes_until_told_to_stop(mosquitto: Broker) -> None:
    environment = {
        **os.environ,
        "VINTERKOLL_MQTT_PORT": str(mosquitto.port),
        "VINTERKOLL_MQTT_HOST": mosquitto.host,
    }
    command = [sys.executable, "-m", "vinterkoll.app.cli", "simulate", "--speed", "600", "--hours", "3"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "connected" in line:
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 0
    count = int(told.split(" messages sent, up to")[0].split()[-1])
    assert count > 100
    assert "not acknowledged" not in told
