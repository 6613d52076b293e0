"""CHANGELOG.md and tests/data/releases/ agree: a release that forgets its dump, or dumps an older schema, is found out."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from release_dump import RELEASES, version
from vinterkoll.storage.migrate import packaged

CHANGELOG: Final = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
NEWEST: Final = {migration.version for migration in packaged()}
BYTES_MAX: Final = 150_000
Dumps = Mapping[str, Collection[int]]


def migrations_in(dump: str) -> set[int]:
    """The numbers of the migrations that a dumped database has had."""
    rows = re.search(r"^COPY public\.schema_migration .*?\n(.*?)^\\\.$", dump, re.DOTALL | re.MULTILINE)
    assert rows
    return {int(row.split("\t")[0]) for row in rows[1].splitlines()}


def complaints(changelog: str, dumps: Dumps, coming: str) -> list[str]:
    """What does not fit between the headings, the dumps' migrations by version, and the version that the code says it is."""
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    found = [f"{one} has no dump: make release-dump" for one in released if one not in dumps]
    found += [
        f"{one} is dumped and not released"
        for one in dumps
        if re.match(r"\d", one) and one not in {*released, coming}
    ]
    unreleased = changelog.partition("## [Unreleased]")[2].partition("\n## ")[0]
    if not unreleased.strip() and set(dumps.get(coming, NEWEST)) != NEWEST:
        found.append(f"{coming} is dumped with an older schema: remove the dump, make release-dump")
    return found


def test_each_release_has_its_dump() -> None:
    dumps = {file.stem: migrations_in(file.read_text(encoding="utf-8")) for file in RELEASES.glob("*.sql")}
    assert complaints(CHANGELOG, dumps, version()) == []


def test_dumps_are_small() -> None:
    assert all(file.stat().st_size < BYTES_MAX for file in RELEASES.glob("*.sql"))


def test_a_release_cannot_forget_it() -> None:
    log = "# Changelog\n\n## [Unreleased]\n{}\n## [0.2.0] - 2026-11-01\n\n## [0.1.0] - 2026-10-01\n"
    both: Dumps = {"0.1.0": [1, 2], "0.2.0": NEWEST, "schema-0003": [1]}
    assert complaints(log.format(""), both, "0.2.0") == []
    assert complaints(log.format(""), {"0.1.0": [1, 2]}, "0.2.0") == ["0.2.0 has no dump: make release-dump"]
    assert complaints(log.format(""), {**both, "9.0.0": [1]}, "0.2.0") == ["9.0.0 is dumped and not released"]
    old: Dumps = {**both, "0.2.0": [1, 2]}
    assert len(complaints(log.format(""), old, "0.2.0")) == 1
    assert complaints(log.format("\n- a migration since\n"), old, "0.2.0") == []
    assert complaints(log.format("\n- the next\n"), {**both, "0.3.0": [1]}, "0.3.0") == []
