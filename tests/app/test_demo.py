"""`vinterkoll demo` as a user runs it: one line with the URL, Ctrl-C, nothing left behind, nothing lost."""

import csv
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from demo_process import URL_LINE, Running, command, start
from processes import mentioning
from vinterkoll.app.embedded_postgres import EmbeddedPostgres

pytestmark = pytest.mark.demo


def treated(port: int) -> int:
    answer = httpx.get(f"http://127.0.0.1:{port}/api/v1/treatments", params={"geometry": "false"})
    return len(answer.json()["features"])


def duplicates(port: int) -> float:
    """What the workers have counted, as /metrics says."""
    said = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return sum(
        map(float, re.findall(r"^vinterkoll_ingest_duplicates_total\{.*\} (\S+)$", said, re.MULTILINE))
    )


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "demo"
    yield place
    EmbeddedPostgres(place / "postgres").remove()
    assert mentioning(str(tmp_path)) == []


def stored(directory: Path) -> dict[str, int]:
    """Counts in the database of a demo that has ended."""
    server = EmbeddedPostgres(directory / "postgres")
    server.start()
    try:
        with psycopg.connect(server.url("vinterkoll")) as connection:
            row = connection.execute(
                "SELECT sum(messages)::int, sum(rows)::int, sum(duplicates)::int, sum(rejects)::int FROM ingest_status"
            ).fetchone()
            assert row is not None
            return dict(zip(("messages", "rows", "duplicates", "rejects"), row, strict=True))
    finally:
        server.stop()


def sent(directory: Path) -> list[int]:
    """How many messages the simulator sent, run by run."""
    return [
        int(count)
        for count in re.findall(r"(\d+) messages sent, up to", (directory / "simulator.log").read_text())
    ]


def observations(directory: Path) -> set[str]:
    """The distinct messages among those that the simulator sent in its last run."""
    with (directory / "truth" / "deliveries.csv").open(encoding="utf-8") as file:
        return {row["message"] for row in csv.DictReader(file)}


def test_streets_change_within_a_minute_and_nothing_is_lost(directory: Path, port: int) -> None:
    demo = start(directory, port)
    while treated(port) == 0:
        assert time.monotonic() < demo.started_s + 60, "no street was treated within a minute"
        time.sleep(0.2)
    print(f"first treated street {time.monotonic() - demo.started_s:.1f} s after the URL line")
    settings = dict(line.split("=", 1) for line in (directory / "env").read_text().splitlines())
    assert settings["VINTERKOLL_API_PORT"] == str(port)
    assert (directory / "env").stat().st_mode & 0o077 == 0
    shell = "set -a; . ./env; exec " + f"{sys.executable} -m vinterkoll.app.cli register dump contractor"
    dumped = subprocess.run(["sh", "-c", shell], cwd=directory, capture_output=True, text=True, check=True)
    assert dumped.stdout.startswith("contractor,name,valid_from,valid_to\n")
    said = demo.interrupt()
    assert "ended with code" not in said
    assert mentioning(str(directory)) == []
    assert not (directory / "env").exists()
    first = stored(directory)
    assert (first["messages"], first["rejects"]) == (sum(sent(directory)), 0)
    assert first["rows"] == len(observations(directory))
    assert 0 < first["duplicates"] == first["messages"] - first["rows"]

    again = start(directory, port)
    assert treated(port) > 0  # what was there is there
    while duplicates(port) <= 2 * first["duplicates"]:
        assert time.monotonic() < again.started_s + 60, "the second run repeats nothing of the first"
        time.sleep(0.2)
    again.interrupt()
    second = stored(directory)
    assert second["messages"] == sum(sent(directory))
    assert second["rows"] + second["duplicates"] == second["messages"]
    assert second["duplicates"] > 0

    anew = start(directory, port, "--reset", "--hours", "0")
    assert treated(port) == 0
    anew.interrupt()


def test_without_mosquitto_the_broker_comes_out_of_a_wheel(
    directory: Path, port: int, tmp_path: Path
) -> None:
    """The same on rumqttd, as on a machine that has nothing installed."""
    wrapper = (
        "import vinterkoll.app.demo_broker as broker; broker._MOSQUITTO_PLACES = '/nowhere';"
        "from vinterkoll.app.cli import main; main()"
    )
    wrapped = [sys.executable, "-c", wrapper, "demo", "--port", str(port), "--directory", str(directory)]
    process = subprocess.Popen(wrapped, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    demo = Running(process, process.stdout.readline(), time.monotonic())
    assert URL_LINE.match(demo.line), process.communicate()[1]
    while treated(port) == 0:
        assert time.monotonic() < demo.started_s + 60
        time.sleep(0.2)
    assert "rumqttd" in demo.interrupt()
    counts = stored(directory)
    assert (counts["messages"], counts["rejects"]) == (sum(sent(directory)), 0)
    assert counts["rows"] == len(observations(directory))


def test_killed_it_leaves_nothing_and_the_next_start_mends_it(directory: Path, port: int) -> None:
    demo = start(directory, port)
    demo.process.kill()
    demo.process.communicate()
    deadline = time.monotonic() + 30
    while mentioning(str(directory)):
        assert time.monotonic() < deadline, mentioning(str(directory))
        time.sleep(0.1)
    start(directory, port).interrupt()


def test_a_taken_port_is_one_clear_line(tmp_path: Path, taken_port: int) -> None:
    done = subprocess.run(command(tmp_path / "d", taken_port), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert str(taken_port) in done.stderr
    assert not (tmp_path / "d" / "postgres").exists()


def test_two_demos_do_not_share_a_directory(directory: Path, port: int) -> None:
    demo = start(directory, port, "--hours", "0")
    done = subprocess.run(command(directory, 1), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "runs in" in done.stderr
    demo.interrupt()


def test_remove_leaves_no_data(directory: Path, port: int) -> None:
    start(directory, port, "--hours", "0").interrupt()
    subprocess.run([*command(directory, 1), "--remove"], check=True, capture_output=True)
    assert [content.name for content in directory.iterdir()] == ["lock"]
