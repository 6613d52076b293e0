"""The recording format: bytes come back as they were, schema and code agree, broken files say where."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from vinterkoll.ingest.message import Message
from vinterkoll.ingest.recording import SOURCE, RecordingError, Recordings, line_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "recording.schema.json").read_text("utf-8"))
TIME_US = 1_768_446_000_123_456
TOPIC = "mip/v1/nordsnö/AB1/position"
GOOD = line_of(TIME_US, TOPIC, b'{"lon": 18.7}')

jsons = st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(
    lambda value: json.dumps(value).encode()
)


def read(path: Path) -> list[Message]:
    return list(Recordings([path]))


@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b" {}", b'{"a":\n1}', b"\xff", b'"\xff"', b"[1", b"NaN", b'"\\ud800"', b"\r"),
        *(b"null", b"0", b'{"a": 1.0 , "a":[]}', b"1e999", '"å"'.encode(), b"[" * 2000 + b"]" * 2000),
    ],
)
def test_any_payload_comes_back_byte_for_byte(tmp_path: Path, payload: bytes) -> None:
    path = tmp_path / "one"
    path.write_bytes(line_of(TIME_US, TOPIC, payload))
    assert read(path) == [Message(TOPIC, payload, TIME_US, SOURCE)]


@given(payload=st.binary() | jsons, time_us=st.integers(0, 4_000_000_000_000_000))
def test_a_line_is_of_the_schema_and_comes_back(
    tmp_path_factory: pytest.TempPathFactory, payload: bytes, time_us: int
) -> None:
    line = line_of(time_us, TOPIC, payload)
    assert line.count(b"\n") == 1
    Draft7Validator(SCHEMA).validate(json.loads(line))
    path = tmp_path_factory.getbasetemp() / "drawn"
    path.write_bytes(line)
    assert read(path) == [Message(TOPIC, payload, time_us, SOURCE)]


def test_json_stands_there_to_be_read_and_other_bytes_as_base64() -> None:
    assert json.loads(GOOD)["payload"] == {"lon": 18.7}
    assert json.loads(line_of(TIME_US, TOPIC, b"[1"))["payload_base64"] == "WzE="


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_files_are_read_one_after_the_other_packed_or_not(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    for number, path in enumerate(paths):
        path.write_bytes(pack(b"".join(line_of(number * 10 + at, "t", b"%d" % at) for at in range(3))))
    recordings = Recordings(paths)
    assert [message.received_us for message in recordings] == [0, 1, 2, 10, 11, 12]
    assert recordings.bytes_read == recordings.bytes_total == sum(path.stat().st_size for path in paths)


TIMED = b'{"time":"2026-01-15T04:00:00Z","topic":"t",'


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"\n", "truncated"),
        (b"{}\n", "missing required field `time`"),
        (b'{"time":"2026-01-15T04:00:00","topic":"t","payload":1}\n', "timezone"),
        (TIMED + b'"seq":1,"payload":1}\n', "unknown field `seq`"),
        (TIMED[:-1] + b"}\n", "one of `payload` and `payload_base64`"),
        (TIMED + b'"payload":1,"payload_base64":"WzE="}\n', "one of `payload` and `payload_base64`"),
        (TIMED + b'"payload_base64":"W*"}\n', "base64"),
        (TIMED.replace(b'"t"', b'"mip/+"') + b'"payload":1}\n', "topic"),
        (TIMED.replace(b'"t"', b'"\xff"') + b'"payload":1}\n', "not UTF-8"),
        (GOOD[: len(GOOD) // 2], "truncated"),
    ],
)
def test_a_broken_line_is_named_after_what_is_before_it(tmp_path: Path, line: bytes, fault: str) -> None:
    path = tmp_path / "broken.ndjson"
    path.write_bytes(GOOD * 2 + line)
    reading = iter(Recordings([path]))
    assert [next(reading).topic, next(reading).topic] == [TOPIC] * 2
    with pytest.raises(RecordingError, match=rf"broken.ndjson, line 3: .*{fault}"):
        next(reading)


def test_a_torn_gzip_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "torn.gz"
    path.write_bytes(gzip.compress(GOOD * 3)[:-8])  # without its end: what is packed is all there
    reading = iter(Recordings([path]))
    assert [next(reading).topic for _ in range(3)] == [TOPIC] * 3
    with pytest.raises(RecordingError, match=r"torn.gz, after line 3: the gzip file is cut off"):
        next(reading)


def test_spoilt_gzip_is_told_from_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.gz"
    packed = gzip.compress(GOOD)
    path.write_bytes(packed[:-8] + bytes(8))
    with pytest.raises(RecordingError, match=r"spoilt.gz, after line 1: broken gzip"):
        read(path)


def test_skipped_lines_are_not_looked_at_and_counted_over_all_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"broken\n" + line_of(1, "t", b"1"))
    two.write_bytes(b"broken\n" + line_of(2, "t", b"2") + line_of(3, "t", b"3"))
    recordings = Recordings([one, two], skip=3)
    assert [message.payload for message in recordings] == [b"2", b"3"]
    assert (recordings.handed, recordings.ended) == (2, True)
