"""Personal members are blanked whatever their value is; the rest of the bytes stays as it came."""

import bz2
import gzip
import json
import lzma
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.ingest.blanking import blanking

NAMES = ["driver", "Förare"]
KEYS = ["driver", "DRIVER", "Förare", "drivers", "lat", "note"]


class Nested(NamedTuple):
    """JSON in a text."""

    document: object


documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.text(max_size=6)
    | st.sampled_from(['"driver" 1', "}]", "\\"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
        | st.builds(Nested, st.dictionaries(st.sampled_from(KEYS), inner, max_size=4))
    ),
    max_leaves=20,
)


def blanked_slowly(document: object) -> object:
    match document:
        case Nested(inner):
            return Nested(blanked_slowly(inner))
        case list():
            return [blanked_slowly(one) for one in document]
        case dict():
            names = {name.lower() for name in NAMES}
            return {
                key: "" if key.lower() in names else blanked_slowly(value) for key, value in document.items()
            }
        case _:
            return document


def written(document: object, chance: Random, indent: str) -> str:
    """As JSON, some characters of whose texts are escapes."""
    match document:
        case Nested(inner):
            return written(written(inner, chance, indent), chance, indent)
        case str():
            units = document.encode("utf-16-be", "surrogatepass")
            pairs = [f"\\u{units[at]:02x}{units[at + 1]:02X}" for at in range(0, len(units), 2)]
            if len(pairs) == len(document):
                pairs = [
                    spelled if chance.random() < 0.2 else json.dumps(character)[1:-1]
                    for spelled, character in zip(pairs, document, strict=True)
                ]
            return f'"{"".join(pairs)}"'
        case list():
            return f"[{f',{indent}'.join(written(one, chance, indent) for one in document)}]"
        case dict():
            members = [
                f"{written(key, chance, indent)}{indent}:{indent}{written(value, chance, indent)}"
                for key, value in document.items()
            ]
            return f"{{{indent}{f',{indent}'.join(members)}{indent}}}"
        case _:
            return json.dumps(document)


def read(content: object, like: object) -> object:
    """Read JSON in texts where `like` has it."""
    match like:
        case Nested(inner):
            assert isinstance(content, str)
            return Nested(read(json.loads(content), inner))
        case list():
            assert isinstance(content, list)
            return [read(one, other) for one, other in zip(content, like, strict=True)]
        case dict():
            assert isinstance(content, dict)
            return {key: read(value, like[key]) for key, value in content.items()}
        case _:
            return content


@given(documents, st.randoms(use_true_random=False), st.sampled_from(["", " ", "\r\n\t"]))
def test_json_stays_the_same_json_otherwise(document: object, chance: Random, indent: str) -> None:
    payload = written(document, chance, indent).encode()
    expected = blanked_slowly(document)
    assert read(json.loads(blanking(NAMES)(payload)), expected) == expected


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        (b'{"driver": "An', b'{"driver": ""'),
        (b'{"driver": "An\\', b'{"driver": ""\\'),
        (b'{"driver": {"name": "Anna", "of": [1, "]"', b'{"driver": ""'),
        (b'{"driver": Anna, "lat": 63', b'{"driver": "", "lat": 63'),
        (b'{"driver": ["Anna"], "lat": 63', b'{"driver": "", "lat": 63'),
        (b'{"driver":', b'{"driver":'),
        (b'\xff{"driver": "\xc5sa"}', b'\xff{"driver": ""}'),
        (b'{"F\\u00F6rare": "Anna", "lat', b'{"F\\u00F6rare": "", "lat'),
        (b'{"driver": Anna af Ek, "lat": 63', b'{"driver": "", "lat": 63'),
        (b'{"\\u0064river": "An', b'{"\\u0064river": ""'),
        (b"{'driver': 'Anna', 'lat': 1}", b"{'driver': '', 'lat': 1}"),
        (b'{"driver"\r\n:\t"Anna"', b'{"driver"\r\n:\t""'),
        (b'{"driver": "Anna"}\n{"lat": 1,}\n{"DRIVER": 7', b'{"driver": ""}\n{"lat": 1,}\n{"DRIVER": ""'),
        (rb'{\"driver\": \"Anna\", "lat', rb'{\"driver\": \"\", "lat'),
        (rb'{"x": "{\"driver\": \"An', rb'{"x": "{\"driver\": \"\"'),
        (rb'{"x": "{\"driver\": [\"An", "lat": 63', rb'{"x": "{\"driver\": \"\"", "lat": 63'),
        (rb'"{\"x\": \"{\\\"driver\\\": \\\"Anna', rb'"{\"x\": \"{\\\"driver\\\": \\\"\\\"'),
        (rb'"{\u0022\\u0064river\u0022:1}', rb'"{\u0022\\u0064river\u0022:\u0022\u0022}'),
        (b'"' + b"\\" * 600 + b'"driver": 1', b'"'),
        (b'{"lat": 63}\0, "driver": 5}', b'{"lat": 63}\0, "driver": ""'),
        (gzip.compress(b'{"driver": "Anna"}'), b"\x1f\x8b"),
        (bz2.compress(b'{"driver": "Anna"}', 3), b"BZh31AY&SY"),
        (lzma.compress(b'{"driver": "Anna"}'), b"\xfd7zXZ"),
        (b'PK\x03\x04..{"driver": "Anna"}', b"PK\x03\x04"),
        (b'\x04\x22\x4d\x18..{"driver": "Anna"}', b"\x04\x22\x4d\x18"),
    ],
)
def test_broken_json_too(broken: bytes, left: bytes) -> None:
    assert blanking(NAMES)(broken) == left


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_utf_8_is_cut_off_at_the_first(encoding: str, name: str) -> None:
    sent = f'{{"lat": 63, "{name}": "Anna \u2200\u5c22 Ek", "x": "Anna"}}'.encode(encoding)
    kept = blanking(NAMES)(sent)
    assert sent.startswith(kept[:-2])
    assert kept.replace(b"\0", b"").endswith(b':  ""'.replace(b"  ", b" "))
    untold = f'{{"lat": 63, "drivers": "{name}"}}'.encode(encoding)
    assert blanking(NAMES)(untold) == untold


def test_without_names_nothing_is_blanked() -> None:
    assert blanking([])(b'{"operator": "Anna"}') == b'{"operator": "Anna"}'


@pytest.mark.parametrize(
    ("part", "left"),
    [
        (rb"\u0064river", rb"\u0064river"),
        (rb"\u005c", b""),
        (rb"{\"driver\":[", rb"{\"driver\":"),
        (b'"driver"  ', b'"driver"  '),
        (b'\0"driver": {', b'\0"driver": ""'),
    ],
)
def test_large_messages_take_one_pass_a_level(part: bytes, left: bytes) -> None:
    kept = blanking(NAMES)(part * 300_000)
    assert kept.startswith(left)


def test_a_large_message_is_blanked_in_one_pass() -> None:
    payload = b'{"driver": "' + b'\\"' * 2_000_000 + b'", "x": [' + b'{"driver": [[' * 200_000
    assert blanking(NAMES)(payload) == b'{"driver": "", "x": [{"driver": ""'
