"""A network imported after the fixes ends at the rows that it would have given before them; `rederive` repairs."""

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from network_files import NVDB, feature, town_line, write_geopackage
from small_town import LINES
from stretch_messages import START, fix, flow
from terminal import bars, on_terminal
from vinterkoll.app.networks import import_network
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.storage import horizon, renewals

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC).replace(microsecond=0)
"""The commands have a clock of their own."""
AGE = NOW - START - timedelta(days=2)
BORDER = START + AGE + timedelta(seconds=60)
NOW_US = round(NOW.timestamp() * 1e6)


def recent(message: Message) -> Message:
    """The same message, two days ago."""
    body = orjson.loads(message.payload)
    body["time"] = (datetime.fromisoformat(body["time"]) + AGE).isoformat()
    return Message(message.topic, orjson.dumps(body), NOW_US)


def lap() -> list[Message]:
    noise = random.Random(3)
    return [recent(fix("v0", 5.0 * at, 40.0 * at, noise, actions=["PLOUGHING"])) for at in range(30)]


def town_file(directory: Path, name: str) -> Path:
    """The small town as NVDB would have it, all streets called `name`."""
    rows = [
        (NVDB | {"ROUTE_ID": str(at), "Namn_130": name}, town_line(line)) for at, line in enumerate(LINES)
    ]
    return write_geopackage(directory / f"{name}.gpkg", rows)


def run(url: str, file: Path, valid_from: datetime | None = None) -> list[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        return list(import_network(connection, file, Settings(), valid_from=valid_from))


def play(url: str, messages: list[Message]) -> dict[str, list[tuple[Any, ...]]]:
    connection, accepting = acceptance(url, lambda: NOW_US)
    with connection:
        accepting.accept(messages)
        return derived(connection)


def state(url: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url) as connection:
        return derived(connection)


def test_a_version_for_days_gone_by_derives_them_anew(database_url: str, tmp_path: Path) -> None:
    old, new = town_file(tmp_path, "Gamla"), town_file(tmp_path, "Nya")
    assert run(database_url, old) == ["Gamla: 5 segments, 0.4 km, valid from ever", "taken: 5 links"]
    before = play(database_url, lap())
    said = run(database_url, new, BORDER)
    after = state(database_url)
    assert said[-1] == "18 positions derived anew"
    assert [row for row in after["stretch"] if row[2] < BORDER] == [
        row for row in before["stretch"] if row[2] < BORDER
    ]
    assert not {row[6] for row in after["stretch"] if row[2] >= BORDER} & {
        row[6] for row in before["stretch"]
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE position, stretch, treatment")
    assert play(database_url, lap()) == after
    assert run(database_url, new, BORDER)[0].endswith("already there")


def test_what_a_break_left_is_done_by_the_next_run(database_url: str, tmp_path: Path) -> None:
    run(database_url, town_file(tmp_path, "Gamla"))
    play(database_url, lap())
    new = town_file(tmp_path, "Nya")
    run(database_url, new, BORDER)
    expected = state(database_url)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM stretch; DELETE FROM treatment")
        renewals.note(connection, until_time=BORDER)
        renewals.note(connection, BORDER)
        assert [due.until_time for due in renewals.due(connection)] == [BORDER, None]
    done = vinterkoll("rederive", VINTERKOLL_DATABASE_URL=database_url)
    assert done.stdout == "30 observations derived anew\n"
    assert state(database_url) == expected
    again = vinterkoll("rederive", VINTERKOLL_DATABASE_URL=database_url)
    assert again.stdout == "0 observations derived anew\n"


def test_rederive_by_time_and_device(database_url: str, tmp_path: Path) -> None:
    run(database_url, town_file(tmp_path, "Gamla"))
    counts = [recent_flow(minute) for minute in range(9)]
    expected = play(database_url, [*lap(), *counts])
    assert all(expected[table] for table in ("stretch", "treatment", "flow_window"))

    def rederived(*options: str) -> str:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("DELETE FROM stretch; DELETE FROM treatment; DELETE FROM flow_window")
        return vinterkoll("rederive", *options, VINTERKOLL_DATABASE_URL=database_url).stdout

    begin = ["--from", (START + AGE).isoformat()]
    assert rederived(*begin, "--contractor", "snow", "--device", "v0") == "30 observations derived anew\n"
    assert state(database_url) == expected | {"flow_window": []}
    assert rederived(*begin, "--to", BORDER.isoformat()) == "13 observations derived anew\n"
    assert rederived("--from", "P3D") == "39 observations derived anew\n"
    assert state(database_url) == expected


def test_the_bar_moves_day_by_day(database_url: str, tmp_path: Path) -> None:
    run(database_url, town_file(tmp_path, "Gamla"))
    noise = random.Random(3)
    fixes = [fix("v0", 86_400.0 * day + 5 * at, 40.0 * at, noise) for day in range(-4, 1) for at in range(4)]
    play(database_url, [recent(one) for one in fixes])
    command = [sys.executable, "-m", "vinterkoll.app.cli", "rederive", "--from", "P20D"]
    seen = bars(on_terminal(command, {"VINTERKOLL_DATABASE_URL": database_url}))
    assert seen == {"deriving": ["0%", "25%", "50%", "75%", "100%"]}


def test_rederive_refuses_what_is_not_there(database_url: str, tmp_path: Path) -> None:
    run(database_url, town_file(tmp_path, "Gamla"))

    def refused(*options: str) -> str:
        return fails(vinterkoll("rederive", *options, VINTERKOLL_DATABASE_URL=database_url), 2)

    begin = ["--from", "P3D"]
    assert "there is: none" in refused(*begin, "--device", "v0")
    play(database_url, [*lap(), *(recent_flow(minute) for minute in range(3))])
    said = refused(*begin, "--contractor", "snö")
    assert "--contractor snö: nothing of this name has sent positions or traffic; there is: snow" in said
    assert "--device v1: nothing of this name" in refused(*begin, "--contractor", "snow", "--device", "v1")
    assert "there is: v0" in refused(*begin, "--device", "v1")
    assert "--to: " in refused(*begin, "--to", "P4D")
    assert "is not after --from" in refused("--from", "2026-01-15", "--to", "2026-01-15")


def test_an_import_of_which_nothing_is_left_says_why(database_url: str, tmp_path: Path) -> None:
    rows = [(NVDB | {"ROUTE_ID": "7", "Vagtr_474": 9}, town_line(LINES[0]))]
    file = write_geopackage(tmp_path / "wrong.gpkg", rows)
    done = vinterkoll("network", "import", str(file), VINTERKOLL_DATABASE_URL=database_url)
    assert "no street is left to import" in fails(done, 2)
    assert done.stdout.splitlines() == ["left out: 1 without a rule for its kind (such as 7)"]
    swapped = {"type": "LineString", "coordinates": [[63.29, 18.71], [63.30, 18.71]]}
    about = {"segment_id": 7, "name": "", "kind": "gc", "winter_class": 3, "passes_required": 1}
    segment = feature(about | {"start_node": 1, "end_node": 2}, swapped)
    ready = tmp_path / "ready.geojson"
    ready.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [segment]}))
    done = vinterkoll("network", "import", str(ready), VINTERKOLL_DATABASE_URL=database_url)
    assert "no street is left to import" in fails(done, 2)
    assert done.stdout.splitlines() == ["left out: 1 outside the service area (such as 7)"]


def recent_flow(minute: float) -> Message:
    message = flow("counter", minute, intensity=3)
    body = orjson.loads(message.payload)
    for name in ("dateObserved", "dateObservedFrom", "dateObservedTo"):
        body[name]["value"] = (datetime.fromisoformat(body[name]["value"]) + AGE).isoformat()
    return Message(message.topic, orjson.dumps(body), NOW_US)


def test_the_command_refuses_what_lies_behind_the_raw_horizon(database_url: str) -> None:
    settings = {"VINTERKOLL_DATABASE_URL": database_url}
    with psycopg.connect(database_url) as connection:
        horizon.raise_above(connection, NOW - timedelta(days=2))
    assert "stays as it was derived" in fails(vinterkoll("rederive", "--from", "P2D", **settings), 2)
    assert "--from" in fails(vinterkoll("rederive", "--to", "P2D", **settings), 2)
    assert "or a day" in fails(vinterkoll("rederive", "--from", "yesterday", **settings), 2)


def test_the_import_command(database_url: str, tmp_path: Path) -> None:
    file = town_file(tmp_path, "Nya")
    settings = {"VINTERKOLL_DATABASE_URL": database_url}
    mapping = tmp_path / "own.toml"
    mapping.write_text(vinterkoll("network", "mapping", "nvdb").stdout)
    done = vinterkoll(
        "network", "import", str(file), "--mapping", str(mapping), "--valid-from", "2026-01-10", "--name", "Stan",
        **settings,
    )  # fmt: skip
    assert done.stdout == "Stan: 5 segments, 0.4 km, valid from 2026-01-10 00:00Z\ntaken: 5 links\n"
    same = vinterkoll("network", "import", str(file), "--name", "Stan", **settings)
    assert same.stdout == "Stan: 5 segments, 0.4 km, already there\ntaken: 5 links\n"
    mapping.write_text("kind = 1")
    refused = vinterkoll("network", "import", str(file), "--mapping", str(mapping), **settings)
    assert "not a network mapping" in fails(refused, 2)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT name, valid_from FROM network").fetchall() == [
            ("Stan", datetime(2026, 1, 10, tzinfo=UTC))
        ]


def test_ingest_goes_on_while_days_are_derived_anew(database_url: str, tmp_path: Path) -> None:
    """The import's own lock is gone when derivation begins: a batch that comes first derives on the new version."""
    run(database_url, town_file(tmp_path, "Gamla"))
    messages = lap()
    connection, accepting = acceptance(database_url, lambda: NOW_US)
    with connection, psycopg.connect(database_url, autocommit=True) as importing:
        accepting.accept(messages[:20])
        old = {row[6] for row in state(database_url)["stretch"]}
        lines = import_network(importing, town_file(tmp_path, "Nya"), Settings(), valid_from=BORDER)
        next(lines)
        accepting.accept(messages[20:])
        between = [row[6] in old for row in state(database_url)["stretch"] if row[2] >= BORDER]
        assert set(between) == {True, False}
        list(lines)
    found = state(database_url)
    assert not any(row[6] in old for row in found["stretch"] if row[2] >= BORDER)
    with psycopg.connect(database_url, autocommit=True) as clean:
        clean.execute("TRUNCATE position, stretch, treatment")
    assert play(database_url, messages) == found
