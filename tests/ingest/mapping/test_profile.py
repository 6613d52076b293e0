"""A mapping that gives MIP's own fields their own names decodes as the MIP decoder does; no mapping ever raises."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing import examples, tally
from mapping_samples import MAPPED, POSITIONS, SAMPLES
from odd_json import HARD_PAYLOADS, VALUES, changed, corrupted
from vinterkoll.ingest.formats import mip
from vinterkoll.ingest.formats.problems import DETAIL_CHARS, FIELD_CHARS
from vinterkoll.ingest.formats.times import EARLIEST_MS, LATEST_MS
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.actions import BIT
from vinterkoll.processing.observations import POSITION
from vinterkoll.processing.rejects import WHOLE_MESSAGE

TOPIC = "mip/v1/nordsno/AB12/position"


def same(name: str, value: Any) -> None:
    messages = [Message(TOPIC, json.dumps(value).encode(), 0)]
    ours, theirs = MAPPED[name].decode(messages), mip.decode(messages)
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
@examples(400)
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
    decoded = MAPPED[name].decode(messages)
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
    tally(f"mapping {name!r}", decoded)
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
@examples(100)
@given(value=VALUES)
def test_any_json(name: str, value: Any) -> None:
    checked(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", sorted(SAMPLES))
@examples(100)
@given(payload=st.binary(max_size=200))
def test_any_bytes(name: str, payload: bytes) -> None:
    checked(name, payload)


@pytest.mark.parametrize("name", sorted(SAMPLES))
@examples(300)
@given(data=st.data())
def test_good_messages_with_other_values(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(SAMPLES[name][1]))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed(value, data)
    checked(name, json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", sorted(SAMPLES))
@examples(100)
@given(data=st.data())
def test_good_messages_with_broken_bytes(name: str, data: st.DataObject) -> None:
    checked(name, corrupted(json.dumps(data.draw(st.sampled_from(SAMPLES[name][1]))).encode(), data))


@pytest.mark.parametrize("name", sorted(SAMPLES))
@pytest.mark.parametrize(
    "payload",
    [*HARD_PAYLOADS, b"", b"{},{}"],
)
def test_hard_cases(name: str, payload: bytes) -> None:
    assert len(checked(name, payload).rejects) > 0


@examples(100)
@given(topic=st.text(max_size=80))
def test_any_topic(topic: str) -> None:
    for name in ("renamed", "wrapped", "odd"):
        checked(name, b"[]", topic)


@examples(100)
@given(
    names=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30),
        max_size=32,
    )
)
def test_unknown_actions_are_kept(names: list[str]) -> None:
    payload = json.dumps({**POSITIONS, "actions": names}).encode()
    (row,) = MAPPED["renamed"].decode([Message(TOPIC, payload, 0)]).rows
    kept = set(row["unknown_actions"].split("\n")) - {""}
    assert kept == {" ".join(name.split()) for name in names} - BIT.keys() - {""}
