"""A malformed mapping is refused with the line that is wrong."""

import pytest

from vinterkoll.ingest.mapping.reading import MappingError, read_mapping

GOOD = """\
items = "rows"
contractor = "nordsno"
topics = ["a/{contractor}"]

[time]
path = "t"
format = "epoch_ms"

[position]
epsg = 3006
x = { path = "e" }
y = "n"

[fields]
vehicle = "id"
speed_kmh = { path = "v", unit = "m/s" }

[actions]
path = "todo"
ignore = ["x"]

[actions.codes]
plog = "PLOUGHING"

[[actions.flags]]
path = "a"
codes = "GRADING"

[[actions.flags]]
path = "b"
codes = "SALTING_DRY"

[plough]
front = { path = "p", down = [1], up = [0] }
"""


def test_the_good_one() -> None:
    read_mapping(GOOD.encode())


@pytest.mark.parametrize(
    ("change", "line", "word"),
    [
        (('contractor = "nordsno"', "contractor = "), 2, "TOML"),
        (('path = "b"', 'path = "b'), 30, "TOML"),
        (('contractor = "nordsno"', "contractor = 5"), 2, "str"),
        (('contractor = "nordsno"', 'kontraktor = "nordsno"'), 2, "kontraktor"),
        (('"a/{contractor}"', '"a/{kontraktor}"'), 3, "kontraktor"),
        (('"a/{contractor}"', '"a/#"'), 3, "#"),
        (('items = "rows"', 'items = "rows[0]"'), 1, "select"),
        (('path = "t"\n', ""), 5, "path"),
        (('path = "t"', 'path = "t."'), 5, "key"),
        (('path = "t"', 'path = "t"\nheader = "rows"'), 5, "header"),
        (('format = "epoch_ms"', 'format = "epoch"'), 7, "epoch_ms"),
        (('format = "epoch_ms"', 'format = "%Y-%m-%dT%H:%M %z"\nzone = "UTC"'), 7, "%z"),
        (('format = "epoch_ms"', 'format = "%Y-%m-%d"\nzone = "UTC"'), 7, "%H"),
        (('format = "epoch_ms"', 'format = "%Y-%m-%dT%H:%M"'), 7, "zone"),
        (('format = "epoch_ms"', 'zone = "Europe/Örnsköldsvik"'), 7, "zone"),
        (('format = "epoch_ms"', "local_as_utc = true"), 7, "zone"),
        (('format = "epoch_ms"', 'format = "epoch_ms"\nzone = "Europe/Stockholm"'), 8, "local_as_utc"),
        (("epsg = 3006", "epsg = 1"), 10, "EPSG:1"),
        (("epsg = 3006", "epsg = 4978"), 10, "two axes"),
        (('y = "n"\n', ""), 9, "y"),
        (('x = { path = "e" }', 'x = { path = "e", unit = "m" }'), 11, "factor"),
        (('x = { path = "e" }', 'x = { path = "e", value = 5.0 }'), 11, "alone"),
        (('unit = "m/s"', 'unit = "m/h"'), 16, "m/h"),
        (('unit = "m/s"', 'unit = "m/s", factor = 2'), 16, "one"),
        (('unit = "m/s"', "factor = -1"), 16, "float"),
        (('vehicle = "id"', 'vehicle = "id[*]"'), 15, "many"),
        (('vehicle = "id"', 'vehicle = "e.id"'), 11, "another"),
        (('plog = "PLOUGHING"', 'plog = "PLOWING"'), 23, "PLOWING"),
        (('plog = "PLOUGHING"', 'x = "PLOUGHING"'), 23, "ignored"),
        (('codes = "SALTING_DRY"', 'codes = "SALT"'), 31, "SALT"),
        (('codes = "SALTING_DRY"\n', ""), 29, "codes"),
        (('ignore = ["x"]', 'separator = ","'), 20, "form"),
        (("up = [0]", "up = [1]"), 34, "both"),
        (("front =", "back ="), 34, "back"),
        (('topics = ["a/{contractor}"]', 'personal = ["ID"]'), 15, "personal"),
        (('topics = ["a/{contractor}"]', 'personal = ["rows"]'), 1, "personal"),
        (('topics = ["a/{contractor}"]', 'personal = [""]'), 3, "str"),
        (('vehicle = "id"', 'vehicle = "car.operator"'), 15, "personal"),
        (('vehicle = "id"', 'vehicle = "cars[operator=1].id"'), 15, "personal"),
    ],
)
def test_each_fault_is_told_its_line(change: tuple[str, str], line: int, word: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(MappingError) as caught:
        read_mapping(GOOD.replace(*change).encode())
    assert word in caught.value.reason
    assert "\n" not in caught.value.reason
    assert caught.value.line == line, caught.value.reason


@pytest.mark.parametrize(
    ("content", "line"), [(b"", 1), (b"\n\xff", 2), (b"[time]\n[position]\n", 2), (b"time = 5", 1)]
)
def test_what_is_no_mapping_at_all(content: bytes, line: int) -> None:
    with pytest.raises(MappingError) as caught:
        read_mapping(content)
    assert caught.value.line == line


def test_a_header_needs_items() -> None:
    with pytest.raises(MappingError, match="items"):
        read_mapping(
            GOOD.replace('items = "rows"', "").replace('vehicle = "id"', 'vehicle = {header = "id"}').encode()
        )


def test_actions_from_nowhere() -> None:
    lone = '[time]\npath = "t"\n[position]\nx = "x"\ny = "y"\n[actions]\n'
    with pytest.raises(MappingError, match="flags") as caught:
        read_mapping(lone.encode())
    assert caught.value.line == 6
