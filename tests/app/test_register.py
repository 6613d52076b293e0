"""`vinterkoll register` as docs/register.md shows it: its blocks of commands are run, one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from command import fails, vinterkoll

pytestmark = pytest.mark.postgres

DOCUMENT = (Path(__file__).parents[2] / "docs" / "register.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", DOCUMENT, re.DOTALL)


def run(url: str, *arguments: str) -> str:
    done = vinterkoll("register", *arguments, VINTERKOLL_DATABASE_URL=url)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_of_the_document(database_url: str, tmp_path: Path) -> None:
    blocks = [block for block in BLOCKS if "curl" not in block]
    assert len(blocks) >= 3
    command = tmp_path / "vinterkoll"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m vinterkoll.app.cli "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "VINTERKOLL_DATABASE_URL": database_url,
    }
    done = subprocess.run(
        ["sh", "-euc", "\n".join(blocks)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "would change" in done.stdout
    assert run(database_url, "dump", "vehicle").splitlines()[1:] == [
        "norrplog,NP1,Hjullastare 1,carriageway,2026-1,,2026-01-31T23:00:00Z",
        "norrplog,NP1,Hjullastare 1,gc,2026-1,2026-01-31T23:00:00Z,2026-04-29T22:00:00Z",
        "norrplog,NP2,Traktor,gc|area,,,",
    ]
    log = run(database_url, "log", "--limit", "3").splitlines()
    number, _, author, login, operation, table, key, columns = log[0].split("\t")
    assert (int(number) > 1, author, operation, table, key) == (
        True,
        "Anna",
        "UPDATE",
        "vehicle",
        "norrplog/NP1",
    )
    assert login != author
    assert columns == 'valid_to: "infinity" → "2026-01-31T23:00:00+00:00"'


def test_mistakes_are_one_line(database_url: str) -> None:
    def refused(*arguments: str) -> str:
        return fails(vinterkoll("register", *arguments, VINTERKOLL_DATABASE_URL=database_url), 2)

    assert "colour: write COLUMN=VALUE with one of name" in refused("set", "contractor", "a", "colour=red")
    assert "valid_to: write COLUMN=VALUE" in refused("set", "contractor", "a", "valid_to=")
    assert "the key of vehicle is written CONTRACTOR/VEHICLE" in refused("set", "vehicle", "a", "name=A")
    assert "a/1: a vehicle needs kinds" in refused("set", "vehicle", "a/1", "name=A")
    assert "a: no contractor of this name holds" in refused("end", "contractor", "a")
    assert "offset" in refused("set", "contractor", "a", "name=A", "--from", "2026-02-01")
    assert "names the contractor a" in refused("set", "vehicle", "a/1", "name=A", "kinds=gc")
    assert "no contractor of this name begins then" in refused("remove", "contractor", "a")
