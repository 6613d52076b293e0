"""CHANGELOG.md and tests/data/releases/ agree: a release that forgets its dump, or has an older one, is found out."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from release_dump import RELEASES, version
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.storage.migrate import packaged

CHANGELOG: Final = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
BYTES_MAX: Final = 150_000


class State(NamedTuple):
    """The migrations that a database has had, and the rules that its derived rows follow from."""

    migrations: frozenset[int]
    rules: int


NOW: Final = State(frozenset(migration.version for migration in packaged()), DERIVATION)
OLD: Final = State(frozenset({1, 2}), 0)
Dumps = Mapping[str, State]


def state_in(dump: str) -> State:
    done = {int(row["version"]) for row in rows_in(dump, "schema_migration")}
    inputs = rows_in(dump, "input_version")
    return State(frozenset(done), int(inputs[0].get("derivation", 0)) if inputs else 0)


def rows_in(dump: str, table: str) -> list[dict[str, str]]:
    """The rows of a table, none where there is no such table."""
    found = re.search(
        rf"^COPY public\.{table} \((.*?)\) FROM stdin;\n(.*?)^\\\.$", dump, re.DOTALL | re.MULTILINE
    )
    if found is None:
        return []
    return [dict(zip(found[1].split(", "), row.split("\t"), strict=True)) for row in found[2].splitlines()]


def complaints(changelog: str, dumps: Dumps, coming: str) -> list[str]:
    """What does not fit between the headings, the dumps by version, and the version that the code says it is."""
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    found = [f"{one} has no dump: make release-dump" for one in released if one not in dumps]
    found += [
        f"{one} is dumped and not released"
        for one in dumps
        if re.match(r"\d", one) and one not in {*released, coming}
    ]
    unreleased = changelog.partition("## [Unreleased]")[2].partition("\n## ")[0]
    if not unreleased.strip() and dumps.get(coming, NOW) != NOW:
        found.append(f"{coming} was dumped by older code: remove the dump, make release-dump")
    return found


def test_each_release_has_its_dump() -> None:
    dumps = {file.stem: state_in(file.read_text(encoding="utf-8")) for file in RELEASES.glob("*.sql")}
    assert dumps["schema-0003"].migrations == {1, 2, 3}
    assert complaints(CHANGELOG, dumps, version()) == []


def test_dumps_are_small() -> None:
    assert all(file.stat().st_size < BYTES_MAX for file in RELEASES.glob("*.sql"))


def test_a_release_cannot_forget_it() -> None:
    log = "# Changelog\n\n## [Unreleased]\n{}\n## [0.2.0] - 2026-11-01\n\n## [0.1.0] - 2026-10-01\n"
    both: Dumps = {"0.1.0": OLD, "0.2.0": NOW, "schema-0003": OLD}
    assert complaints(log.format(""), both, "0.2.0") == []
    assert complaints(log.format(""), {"0.1.0": OLD}, "0.2.0") == ["0.2.0 has no dump: make release-dump"]
    assert complaints(log.format(""), {**both, "9.0.0": OLD}, "0.2.0") == ["9.0.0 is dumped and not released"]
    for older in (State(NOW.migrations, DERIVATION - 1), State(NOW.migrations - {1}, DERIVATION)):
        assert len(complaints(log.format(""), {**both, "0.2.0": older}, "0.2.0")) == 1
        assert complaints(log.format("\n- a change since\n"), {**both, "0.2.0": older}, "0.2.0") == []
    assert complaints(log.format("\n- the next\n"), {**both, "0.3.0": OLD}, "0.3.0") == []
