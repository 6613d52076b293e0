"""Personal members are blanked whatever their value is; the rest of the bytes stays as it came."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.ingest.blanking import blanking

NAMES = ["driver", "Förare"]
KEYS = ["driver", "DRIVER", "Förare", "drivers", "lat", "note"]

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6) | st.sampled_from(['"driver": 1', "}]"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


def blanked_slowly(document: object) -> object:
    if isinstance(document, list):
        return [blanked_slowly(one) for one in document]
    if isinstance(document, dict):
        names = {name.lower() for name in NAMES}
        return {key: "" if key.lower() in names else blanked_slowly(value) for key, value in document.items()}
    return document


@given(documents, st.booleans())
def test_json_stays_the_same_json_otherwise(document: object, indented: bool) -> None:
    payload = orjson.dumps(document, option=orjson.OPT_INDENT_2 if indented else 0)
    assert orjson.loads(blanking(NAMES)(payload)) == blanked_slowly(document)


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
    ],
)
def test_broken_json_too(broken: bytes, left: bytes) -> None:
    assert blanking(NAMES)(broken) == left


def test_without_names_nothing_is_blanked() -> None:
    assert blanking([])(b'{"operator": "Anna"}') == b'{"operator": "Anna"}'


def test_a_large_message_is_blanked_in_one_pass() -> None:
    payload = b'{"driver": "' + b'\\"' * 2_000_000 + b'", "x": [' + b'{"driver": [[' * 200_000
    assert blanking(NAMES)(payload) == b'{"driver": "", "x": [{"driver": ""'
