"""Whatever bytes come: no decoder raises, every item is accounted for once, and what is accepted can be stored."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzing import add, examples, tally
from good_messages import GOOD, LIST_FIELD, TOPIC
from odd_json import HARD_PAYLOADS, VALUES, changed, corrupted
from vinterkoll.ingest.formats import FORMATS, KINDS, snow, vegapuls, weather_observed
from vinterkoll.ingest.formats.problems import DETAIL_CHARS, FIELD_CHARS, Problem
from vinterkoll.ingest.formats.snow_reading import Reading, Sent, reading_of
from vinterkoll.ingest.formats.times import EARLIEST_MS, LATEST_MS
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DTYPES
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason


def checked(name: str, payload: bytes, topic: str | None = None) -> Decoded:
    """Decode `payload` between two good messages and check all that must hold."""
    good = json.dumps(GOOD[name][0]).encode()
    messages = [
        Message(TOPIC[name], good, 0),
        Message(topic or TOPIC[name], payload, 0),
        Message(TOPIC[name], good, 0),
    ]
    decoded = FORMATS[name](messages)
    assert decoded.kind == KINDS[name]
    assert decoded.rows.dtype == DTYPES[decoded.kind]
    rows = list(zip(decoded.rows["message"].tolist(), decoded.rows["item"].tolist(), strict=True))
    if name == "harja":
        rows = list(dict.fromkeys(rows))  # an observation along a line is a row a vertex
    rejects = [(reject.message, reject.item) for reject in decoded.rejects]
    assert rows == sorted(rows)
    assert rejects == sorted(rejects)
    assert len({*rows, *rejects}) == len(rows) + len(rejects)
    assert rows[0] == (0, 0)
    assert rows[-1] == (2, 0)
    places = sorted(item for message, item in [*rows, *rejects] if message == 1)
    if places != [WHOLE_MESSAGE]:
        assert places == list(range(item_count(payload, wrapper_of(name, payload))))
    storable(decoded)
    tally(name, decoded)
    return decoded


def wrapper_of(name: str, payload: bytes) -> str:
    if name == "snow":
        return "data" if snow._decoder_of(payload) is weather_observed.decode else "uplinks"
    return LIST_FIELD[name]


def item_count(payload: bytes, field: str) -> int:
    value = json.loads(payload)
    if isinstance(value, dict):
        if field == "TrafficFlow" and value.get("RESPONSE") is not None:
            return sum(len(result[field]) for result in value["RESPONSE"]["RESULT"])
        return len(value[field]) if field in value else 1
    return len(value)


def storable(decoded: Decoded) -> None:
    for reject in decoded.rejects:
        assert len(reject.detail) <= DETAIL_CHARS
        assert len(reject.field) <= FIELD_CHARS
        for text in (reject.detail, reject.field):
            assert "\0" not in text
            text.encode()
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


@pytest.mark.parametrize("name", sorted(FORMATS))
@examples(150)
@given(payload=st.binary(max_size=200))
def test_any_bytes(name: str, payload: bytes) -> None:
    checked(name, payload)


@pytest.mark.parametrize("name", sorted(FORMATS))
@examples(150)
@given(value=VALUES)
def test_any_json(name: str, value: Any) -> None:
    checked(name, json.dumps(value).encode())


@pytest.mark.parametrize("name", sorted(FORMATS))
@examples(250)
@given(data=st.data())
def test_good_messages_with_other_values(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(GOOD[name]))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed(value, data)
    checked(name, json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", sorted(FORMATS))
@examples(250)
@given(data=st.data())
def test_good_messages_with_broken_bytes(name: str, data: st.DataObject) -> None:
    checked(name, corrupted(json.dumps(data.draw(st.sampled_from(GOOD[name]))).encode(), data))


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("payload", HARD_PAYLOADS)
def test_hard_cases(name: str, payload: bytes) -> None:
    assert len(checked(name, payload).rejects) > 0


@examples(150)
@given(topic=st.text(max_size=80))
def test_any_topic(topic: str) -> None:
    for name in FORMATS:
        checked(name, b"[]", topic)


@examples(500)
@given(
    first=st.sampled_from([0, 1, 2, 5, *range(6, 28), 255]),
    flags=st.sampled_from([0, 1, 2, 3, 7, 0xFFFF]),
    unit=st.sampled_from([0, *vegapuls._METRES]),
    rest=st.binary(min_size=33, max_size=33),
    length=st.sampled_from([0, 5, 7, 9, 11, *vegapuls.PACKET_BYTES.values()]),
)
def test_any_bytes_of_a_sensor(first: int, flags: int, unit: int, rest: bytes, length: int) -> None:
    decentlab = bytes([first]) + rest[:2] + flags.to_bytes(2, "big") + rest[2:]
    plain, with_state = (bytes([first]) + rest[:at] + bytes([unit]) + rest[at:] for at in (4, 5))
    for payload in (decentlab, plain, with_state):
        reading, problem = read(payload[:length])
        if problem is not None:
            assert (problem.code, problem.field) == (Reason.BAD_PAYLOAD, "data")
            add("sensor bytes", rows=0, bad_payload=1)
        else:
            assert not np.isinf(reading).any()
            assert not reading.distance_m < 0
            add("sensor bytes", rows=1)


def read(payload: bytes) -> tuple[Reading, Problem | None]:
    try:
        return reading_of(Sent(None, "object", payload, "data")), None
    except Problem as problem:
        return Reading(np.nan, np.nan, np.nan), problem
