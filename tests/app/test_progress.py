"""The bar that long commands show on a terminal: it begins at once, moves with the work, and is at its end when all is done."""

import subprocess
import sys
from pathlib import Path

import pytest

from command import vinterkoll
from network_files import NVDB, town_line, write_geopackage, write_osm
from terminal import bars, on_terminal

WATCHING = """
from vinterkoll.app.progress import watched
for one in watched(range(4), "counted", 4): pass
for one in watched(range(1000), "large", 1000): pass
for one in watched((one for one in range(2500)), "uncounted", None): pass
for one in watched([], "nothing", 0): pass
at = 0
for one in watched([10, 20, 30], "bytes", 60, lambda: at): at += one
for one in watched([10, 20], "cut short", 60, lambda: 30): pass
"""

COMMAND = [sys.executable, "-m", "vinterkoll.app.cli"]


def test_what_a_bar_shows() -> None:
    seen = bars(on_terminal([sys.executable, "-c", WATCHING], {}))
    assert 90 < len(seen.pop("large")) <= 101  # a share that is rounded down may be the one before
    assert seen == {
        "counted": ["0%", "25%", "50%", "75%", "100%"],
        "uncounted": ["0", "1000", "2000", "2500"],
        "bytes": ["0%", "16%", "50%", "100%"],
        "cut short": ["0%", "50%"],
    }


def test_nobody_watches_a_file() -> None:
    done = subprocess.run([sys.executable, "-c", WATCHING], capture_output=True, check=True, timeout=60)
    assert done.stderr == b""


def moves(shares: list[str]) -> bool:
    """Whether a bar goes from nothing to all, by way of something in between."""
    numbers = [int(share.removesuffix("%")) for share in shares]
    return numbers == sorted(numbers) and numbers[0] == 0 and numbers[-1] == 100 and len(set(numbers)) > 2


@pytest.mark.postgres
def test_an_import_shows_reading_cutting_and_storing(database_url: str, tmp_path: Path) -> None:
    rows = [(NVDB | {"ROUTE_ID": str(at)}, town_line([(0, 5.0 * at), (900, 5.0 * at)])) for at in range(600)]
    file = write_geopackage(tmp_path / "nvdb.gpkg", rows)
    settings = {"VINTERKOLL_DATABASE_URL": database_url}
    seen = bars(on_terminal([*COMMAND, "network", "import", str(file)], settings))
    assert list(seen) == ["reading", "cutting", "storing"]
    assert all(map(moves, seen.values())), seen


@pytest.mark.postgres
def test_an_import_from_osm_shows_that_the_file_is_read(database_url: str, tmp_path: Path) -> None:
    nodes = {at: (50.0 * at, 0.0) for at in range(1, 2002)}
    ways = [(at, [at, at + 1], {"highway": "residential"}) for at in range(1, 2001)]
    file = write_osm(tmp_path / "a.osm.pbf", nodes, ways)
    seen = bars(
        on_terminal([*COMMAND, "network", "import", str(file)], {"VINTERKOLL_DATABASE_URL": database_url})
    )
    assert list(seen) == ["reading ways", "reading", "cutting", "storing"]
    assert seen["reading ways"] == ["0", "1000", "2000"]
    assert moves(seen["reading"])


@pytest.mark.postgres
def test_a_replay_shows_how_much_of_the_file_is_sent(town_url: str, tmp_path: Path) -> None:
    file = tmp_path / "messages.ndjson"
    line = '{"time": "2026-01-15T06:00:00Z", "topic": "mip/v1/snow/v0/position", "payload": "x"}\n'
    file.write_text(line * 400)
    command = ["replay", str(file), "--to", "database", "--speed", "max"]
    seen = bars(on_terminal([*COMMAND, *command], {"VINTERKOLL_DATABASE_URL": town_url}))
    assert list(seen) == ["replaying"]
    assert moves(seen["replaying"])
    assert vinterkoll("rejects", "list", VINTERKOLL_DATABASE_URL=town_url).stdout
