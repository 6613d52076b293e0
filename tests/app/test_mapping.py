"""Mapping files as an operator meets them: checked by the command, refused at start, used as formats."""

import re
from pathlib import Path

import pytest

from command import fails, vinterkoll
from vinterkoll.app.decoding import Decoding
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.mapped_formats import mappings_of
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.mapping.file import UNITS, MappingFile
from vinterkoll.ingest.message import Message
from vinterkoll.processing.cleaning import Limits

DOCUMENT = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
LIMITS = Limits(300, 10, 55, 24.5, 69.5)
RECEIVED_US = 1_768_205_472_000_000


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.+?)```", DOCUMENT, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "norrfleet.toml").write_text(block("toml"), encoding="utf-8")
    (tmp_path / "sample.json").write_text(block("json"), encoding="utf-8")
    return tmp_path


def check(directory: Path) -> tuple[str, ...]:
    return ("mapping", "check", str(directory / "norrfleet.toml"), str(directory / "sample.json"))


def test_the_example_of_the_document(directory: Path) -> None:
    done = vinterkoll(*check(directory))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == block("text")


def test_a_good_sample_ends_well(directory: Path) -> None:
    mapping = (directory / "norrfleet.toml").read_text(encoding="utf-8")
    (directory / "norrfleet.toml").write_text(mapping.replace('"ts"', '"time"'), encoding="utf-8")
    sample = block("json").replace('"ts": 1768201872000', '"time": 1768201872000')
    sample = sample.replace('{"id": "CD34"}', '{"id": "CD34"}, "time": 1768201872000')
    (directory / "sample.json").write_text(sample, encoding="utf-8")
    done = vinterkoll(*check(directory))
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("2 accepted, 0 rejected\n")


def test_a_sample_that_is_no_message(directory: Path) -> None:
    (directory / "sample.json").write_text("{", encoding="utf-8")
    done = vinterkoll(*check(directory))
    assert done.returncode == 1
    assert "bad_json" in done.stdout


def test_a_malformed_mapping_is_one_line(directory: Path) -> None:
    file = directory / "norrfleet.toml"
    file.write_text(block("toml").replace("epsg = 3006", 'epsg = "3006"'), encoding="utf-8")
    said = fails(vinterkoll(*check(directory)), 2)
    assert f"{file}, line 11: position.epsg" in said
    said = fails(vinterkoll("ingest", VINTERKOLL_MAPPINGS=str(directory)), 2)
    assert f"{file}, line 11: position.epsg" in said


def test_a_mapping_is_a_format(directory: Path) -> None:
    mappings = mappings_of(Settings(mappings=str(directory)))
    assert mappings.keys() == {"norrfleet"}
    decoding = Decoding(LIMITS, lambda _: "norrfleet", 100_000, mappings)
    batch = decoding.decode([Message("norrfleet/nordsno/pos", block("json").encode(), RECEIVED_US)])
    assert len(batch.observations["position"].rows) == 1
    assert [one.reject.code for one in batch.rejected] == ["missing_field"]


def test_no_mappings() -> None:
    assert mappings_of(Settings()) == {}


@pytest.mark.parametrize(("name", "word"), [("mip.toml", "built-in"), ("Norr Fleet.toml", "letters")])
def test_names_that_cannot_be(directory: Path, name: str, word: str) -> None:
    (directory / name).write_text(block("toml"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=word):
        mappings_of(Settings(mappings=str(directory)))


def test_a_directory_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="VINTERKOLL_MAPPINGS"):
        mappings_of(Settings(mappings=str(tmp_path / "away")))


def test_every_key_and_unit_is_in_the_document() -> None:
    for name in MappingFile.__struct_fields__:
        assert f"`{name}`" in DOCUMENT or f"`[{name}]`" in DOCUMENT, name
    for units in UNITS.values():
        for unit in units:
            assert f"`{unit}`" in DOCUMENT, unit
