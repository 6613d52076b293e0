"""docs/formats.md: the table of all sample payloads says what the decoders make of them today."""

import re
from pathlib import Path

import numpy as np
import pytest

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message
from vinterkoll.processing.rejects import WHOLE_MESSAGE

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
DOCUMENT = ROOT / "docs" / "formats.md"
FOLDERS = {"smart-data-models": "traffic-flow-observed"}
"""Folders of samples that are not named as their format."""
BY_CONTENT = {"snow": ("chirpstack", "the-things-stack", "netmore", "weather-observed")}
"""Formats without samples of their own: they read those of others."""
TOPICS = {
    "mip": "mip/v1/nordsno/AB12/position",
    "the-things-stack": "v3/snow@kommun/devices/snow-1/up",
}
ROW = re.compile(
    r"^\| `(?P<format>[a-z-]+)` \| `(?P<form>[^`]+)` \| (?P<accepted>\d+)/(?P<total>\d+) \|", re.MULTILINE
)


def counted(name: str, payload: bytes) -> tuple[int, int]:
    """Items accepted, and all items; a message that is rejected as a whole is one."""
    decoded = FORMATS[name]([Message(TOPICS.get(name, "any"), payload, 0)])
    accepted = set(decoded.rows["item"].tolist())
    rejected = {reject.item for reject in decoded.rejects}
    assert not accepted & rejected
    assert WHOLE_MESSAGE not in rejected or rejected == {WHOLE_MESSAGE}
    return len(accepted), len(accepted) + len(rejected)


def table() -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (FOLDERS.get(path.parent.name, path.parent.name), f"{path.parent.name}/{path.name}"): counted(
            FOLDERS.get(path.parent.name, path.parent.name), path.read_bytes()
        )
        for path in sorted(DATA.glob("*/*.json*"))
        if FOLDERS.get(path.parent.name, path.parent.name) in FORMATS
    }


def test_the_table_is_what_the_decoders_say() -> None:
    found = ROW.finditer(DOCUMENT.read_text())
    documented = {(row["format"], row["form"]): (int(row["accepted"]), int(row["total"])) for row in found}
    assert documented == table()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_each_format_is_documented_and_has_samples(name: str) -> None:
    assert f"\n## `{name}`" in DOCUMENT.read_text()
    assert name in BY_CONTENT or any(of_format == name for of_format, _ in table())


def test_snow_makes_of_each_payload_what_its_own_format_does() -> None:
    folders = BY_CONTENT["snow"]
    payloads = [
        (folder, path.read_bytes()) for folder in folders for path in sorted((DATA / folder).glob("*"))
    ]
    together = FORMATS["snow"]([Message("any", payload, 0) for _, payload in payloads])
    for place, (name, payload) in enumerate(payloads):
        alone = FORMATS[name]([Message("any", payload, 0)])
        rows = together.rows[together.rows["message"] == place]
        for column in set(rows.dtype.names or ()) - {"message"}:
            np.testing.assert_array_equal(rows[column], alone.rows[column], column)
        rejects = [one for one in together.rejects if one.message == place]
        assert [(r.item, r.code, r.field) for r in rejects] == [
            (r.item, r.code, r.field) for r in alone.rejects
        ]
