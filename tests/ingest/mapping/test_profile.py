"""A mapping that gives MIP's own fields their own names decodes as the MIP decoder does; no mapping ever raises."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odd_json import HARD_PAYLOADS, VALUES, changed
from vinterkoll.ingest.formats import mip
from vinterkoll.ingest.formats.problems import DETAIL_CHARS, FIELD_CHARS
from vinterkoll.ingest.formats.times import EARLIEST_MS, LATEST_MS
from vinterkoll.ingest.mapping.reading import read_mapping
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.actions import BIT
from vinterkoll.processing.observations import POSITION
from vinterkoll.processing.rejects import WHOLE_MESSAGE

TOPIC = "mip/v1/nordsno/AB12/position"
RENAMED = """
[time]
path = "time"
[position]
x = "lon"
y = "lat"
[actions]
path = "actions"
[fields]
{fields}
[plough]
{plough}
[spread]
{spread}
""".format(
    fields="\n".join(
        f'{name} = "{name}"'
        for name in [
            "vehicle",
            "speed_kmh",
            "heading",
            "accuracy_m",
            "hdop",
            "odometer_m",
            "area",
            "contract",
            "event",
            "seq",
        ]
    ),
    plough="\n".join(
        f'{name} = "plough.{name}"' for name in ["front", "side_left", "side_right", "underbody"]
    ),
    spread="\n".join(
        f'{name} = "spread.{name}"' for name in ["material", "g_per_m2", "ml_per_m2", "width_m", "symmetry"]
    ),
)
SWEREF = RENAMED.replace('x = "lon"\ny = "lat"', 'epsg = 3006\nx = "e"\ny = "n"')
EPOCH = RENAMED.replace('path = "time"', 'path = "time"\nformat = "epoch_ms"')
WRAPPED = 'items = "positions"\n' + RENAMED
HEADED = WRAPPED.replace('vehicle = "vehicle"', 'vehicle = { path = "vehicle", header = "vehicle" }')
POSITIONS: dict[str, Any] = {
    "vehicle": "AB12",
    "time": "2026-01-12T05:11:12.123Z",
    "lon": 18.7,
    "lat": 63.29,
    "speed_kmh": 30,
    "heading": 10.5,
    "accuracy_m": 2,
    "hdop": 0.5,
    "odometer_m": 1_000.5,
    "actions": ["PLOUGHING", "x", "SALTING_DRY"],
    "plough": {"front": "DOWN", "side_left": "UP"},
    "spread": {"material": "salt", "g_per_m2": 10, "ml_per_m2": 1, "width_m": 6, "symmetry": "LEFT"},
    "seq": 1,
    "area": "Norr",
    "contract": "2026-4",
    "event": "start",
}
SWEREF_POSITION = {
    **{key: value for key, value in POSITIONS.items() if key not in ("lon", "lat")},
    "e": 675_000.5,
    "n": 7_000_000,
}
EPOCH_POSITION = {**POSITIONS, "time": 1_768_194_672_123}
ODD = """
items = "a.b"
contractor = "nordsno"
loose_types = true
[time]
header = "sent.at"
path = "t[0]"
zone = "Europe/Stockholm"
local_as_utc = true
[position]
epsg = 3067
x = { path = "p[0]", factor = 1e-3 }
y = { path = "p[1]", factor = 1e-3 }
[fields]
vehicle = { path = "who", header = "who" }
heading = { path = "io[id=7].v", not_known = [-1] }
area = "io[id=7].v"
seq = "io[id=7].v"
[actions]
path = "io[*].name"
required = false
flags = [{ path = "io[id=8].v", codes = "GRADING" }]
[plough]
front = "io[id=8].v"
"""
ODD_ITEM = {
    "who": "AB12",
    "t": ["2026-01-12T05:11:12"],
    "p": ["500000000", 7_000_000_000],
    "io": [{"id": 7, "v": "12", "name": "x"}, {"id": 8, "v": "DOWN"}, None],
}
PATTERN = RENAMED.replace(
    'path = "time"', 'path = "time"\nformat = "%Y-%m-%dT%H:%M:%S"\nzone = "Europe/Stockholm"'
)
SAMPLES: dict[str, tuple[str, list[Any]]] = {
    "renamed": (RENAMED, [POSITIONS, [POSITIONS, POSITIONS]]),
    "sweref": (SWEREF, [SWEREF_POSITION]),
    "epoch": (EPOCH, [EPOCH_POSITION]),
    "wrapped": (WRAPPED, [{"vehicle": "AB12", "positions": [POSITIONS, POSITIONS]}]),
    "headed": (HEADED, [{"vehicle": "AB12", "positions": [POSITIONS]}]),
    "odd": (ODD, [{"a": {"b": [ODD_ITEM, ODD_ITEM]}, "sent": {"at": "2026-01-12T05:11:12Z"}}]),
    "pattern": (PATTERN, [{**POSITIONS, "time": "2026-01-12T05:11:12"}]),
}
FORMATS = {name: read_mapping(mapping.encode()) for name, (mapping, _) in SAMPLES.items()}


def same(name: str, value: Any) -> None:
    messages = [Message(TOPIC, json.dumps(value).encode(), 0)]
    ours, theirs = FORMATS[name].decode(messages), mip.decode(messages)
    assert len(ours.rows) == len(theirs.rows), (ours.rejects, theirs.rejects)
    for column in POSITION.names or ():
        np.testing.assert_array_equal(ours.rows[column], theirs.rows[column], column)
    assert [(one.message, one.item) for one in ours.rejects] == [
        (one.message, one.item) for one in theirs.rejects
    ]


@pytest.mark.parametrize("name", ["renamed", "sweref", "epoch", "wrapped", "headed"])
def test_the_samples_are_the_same(name: str) -> None:
    for value in SAMPLES[name][1]:
        same(name, value)


@pytest.mark.parametrize("name", ["renamed", "sweref", "epoch"])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_mapping_of_the_profile_is_the_profile(name: str, data: st.DataObject) -> None:
    """But for what a mapping fixes and the profile leaves open: the form of time, and which coordinates."""
    item = SAMPLES[name][1][0]
    for _ in range(data.draw(st.integers(1, 3))):
        key = data.draw(st.sampled_from(sorted(item)))
        if key != "time":
            item = {**item, key: changed(item[key], data)}
    same(name, item)


def checked(name: str, payload: bytes, topic: str = TOPIC) -> Decoded:
    good = json.dumps(SAMPLES[name][1][0]).encode()
    messages = [Message(TOPIC, good, 0), Message(topic, payload, 0), Message(TOPIC, good, 0)]
    decoded = FORMATS[name].decode(messages)
    rows = list(zip(decoded.rows["message"].tolist(), decoded.rows["item"].tolist(), strict=True))
    rejects = [(one.message, one.item) for one in decoded.rejects]
    assert rows == sorted(rows)
    assert rejects == sorted(rejects)
    assert len({*rows, *rejects}) == len(rows) + len(rejects)
    assert rows[0] == (0, 0)
    assert rows[-1][0] == 2
    places = sorted(item for message, item in [*rows, *rejects] if message == 1)
    if places != [WHOLE_MESSAGE]:
        assert places == list(range(item_count(name, payload)))
    storable(decoded)
    return decoded


def item_count(name: str, payload: bytes) -> int:
    value = json.loads(payload)
    path = {"odd": ["a", "b"], "wrapped": ["positions"], "headed": ["positions"]}.get(name)
    if path is None:
        return len(value) if isinstance(value, list) else 1
    for key in path:
        value = value[key]
    return len(value)


def storable(decoded: Decoded) -> None:
    for reject in decoded.rejects:
        assert len(reject.detail) <= DETAIL_CHARS
        assert len(reject.field) <= FIELD_CHARS
        (reject.field + reject.detail).encode()
    times = decoded.rows["time_us"]
    assert ((times >= EARLIEST_MS * 1000) & (times < LATEST_MS * 1000)).all()
    for column in decoded.rows.dtype.names or ():
        values = decoded.rows[column]
        if values.dtype == object:
            for text in values.tolist() if column != "device" else [t for d in values for t in d]:
                assert "\0" not in text
                text.encode()
        else:
            assert not np.isinf(values.astype(np.float64)).any(), column


@pytest.mark.parametrize("name", sorted(SAMPLES))
@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_any_json(name: str, value: Any) -> None:
    checked(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", sorted(SAMPLES))
@settings(max_examples=100, deadline=None)
@given(payload=st.binary(max_size=200))
def test_any_bytes(name: str, payload: bytes) -> None:
    checked(name, payload)


@pytest.mark.parametrize("name", sorted(SAMPLES))
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_good_messages_with_other_values(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(SAMPLES[name][1]))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed(value, data)
    checked(name, json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", sorted(SAMPLES))
@pytest.mark.parametrize(
    "payload",
    [*HARD_PAYLOADS, b"", b"{},{}"],
)
def test_hard_cases(name: str, payload: bytes) -> None:
    assert len(checked(name, payload).rejects) > 0


@settings(max_examples=100, deadline=None)
@given(topic=st.text(max_size=80))
def test_any_topic(topic: str) -> None:
    for name in ("renamed", "wrapped", "odd"):
        checked(name, b"[]", topic)


@settings(max_examples=100, deadline=None)
@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
        max_size=32,
    )
)
def test_unknown_actions_are_kept(names: list[str]) -> None:
    payload = json.dumps({**POSITIONS, "actions": names}).encode()
    (row,) = FORMATS["renamed"].decode([Message(TOPIC, payload, 0)]).rows
    kept = set(row["unknown_actions"].split("\n")) - {""}
    assert kept == {" ".join(name.split()) for name in names} - BIT.keys() - {""}
