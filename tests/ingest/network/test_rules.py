"""Rules of a network mapping: patterns of columns, conditions, texts made of columns."""

import math
from typing import Any

import pytest

from vinterkoll.ingest.network.links import NetworkFileError
from vinterkoll.ingest.network.mapping import NetworkMapping, Shipped, read_mapping, shipped
from vinterkoll.ingest.network.rules import Bounds, ColumnNames, Condition, Rule, Rules


@pytest.mark.parametrize("name", ["nvdb", "osm"])
def test_shipped_mappings_are_mappings(name: Shipped) -> None:
    assert isinstance(read_mapping(shipped(name)), NetworkMapping)


@pytest.mark.parametrize(
    ("condition", "fits", "fits_not"),
    [
        (True, [1, "ja", "x", -1, True, 2.0], [0, None, "", " nej ", "No", False, 0.0, math.nan]),
        (False, [0, None, "", "nej"], [1, "x"]),
        (3, [3, 3.0, "3", " 3 "], [4, "3.5", None]),
        ("Grus", ["grus", "GRUS "], ["grusväg", None]),
        ((1, "x"), [1, "X"], [2, None]),
        (Bounds(below=5.0), [4.99, "4,5", -1, "4.5 m", "4,5m"], [5, "smal", None, "5 m", "4 ft", "m"]),
        (Bounds(from_=2, below=3), [2, 2.5], [1.9, 3]),
    ],
)
def test_conditions(condition: Condition, fits: list[Any], fits_not: list[Any]) -> None:
    rules = Rules([Rule("yes", {"a": condition})], ColumnNames(["a"]))
    assert [rules.of({"a": value}) for value in fits] == ["yes"] * len(fits)
    assert [rules.of({"a": value}) for value in fits_not] == [None] * len(fits_not)


def test_the_first_rule_that_fits() -> None:
    rules = Rules([Rule(1, {"a": 1, "b": 1}), Rule(2, {"a": 1}), Rule(3)], ColumnNames(["a", "b"]))
    assert [rules.of(values) for values in ({"a": 1, "b": 1}, {"a": 1}, {})] == [1, 2, 3]


def test_columns_by_pattern_whatever_their_number_and_case() -> None:
    columns = ColumnNames(["Namn_130", "namn_132", "KLASS_99"])
    rules = Rules([Rule("{Namn_13?} {Klass_*}")], columns)
    assert rules.of({"Namn_130": None, "namn_132": "Ån", "KLASS_99": 4}) == "Ån 4"
    assert rules.of({"Namn_130": "Storgatan", "KLASS_99": None}) is None
    columns("Bredd_*")
    columns("Bredd_*")
    assert columns.missing == ["Bredd_*"]


def test_a_file_without_columns_misses_none() -> None:
    columns = ColumnNames(None)
    assert list(columns("oneway")) == ["oneway"]
    assert columns.missing == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('is = "gc"', 'is = "path"', "kind: `is` is one of area, carriageway, gc, not 'path'"),
        ("{is = 5}", "{is = 6}", "winter_class: `is` is one of 1, 2, 3, 4, 5, not 6"),
        ("{is = -1", "{is = 7", "one_way"),
        ("{is = 2},\n]", "{is = 3},\n]", "passes_required"),
        ("kind = [", "kinds = [", "kind"),
        ("{below = 5.0}", "{under = 5.0}", "under"),
        ("kind = [", "kind = {", "not a network mapping"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(old: str, new: str, message: str) -> None:
    text = shipped("nvdb").decode()
    assert old in text
    with pytest.raises(NetworkFileError, match=message):
        read_mapping(text.replace(old, new).encode())
