"""docs/schemas/: each is what the types say today, and refuses nothing that the decoder takes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from format_schemas import ENVELOPES, SCHEMAS, Validator, committed, text_of, validator_of
from good_messages import GOOD, TOPIC
from odd_json import changed
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.formats.ngsi_expanded import is_expanded
from vinterkoll.ingest.message import Message

GENERATED = (*ENVELOPES, "snow")
REWRITTEN = ("traffic-flow-observed", "weather-observed", "snow")
"""Formats with other forms, which are turned into the one that the schema describes before they are read."""
VALIDATORS = {name: validator_of(name) for name in FORMATS}


def taken(name: str, payload: bytes) -> bool:
    """Whether there is something in `payload`, and nothing of it is rejected."""
    decoded = FORMATS[name]([Message(TOPIC[name], payload, 0)])
    return len(decoded.rows) > 0 and not decoded.rejects


def in_another_form(name: str, payload: bytes) -> bool:
    return name in REWRITTEN and is_expanded(payload)


def test_every_format_has_one() -> None:
    assert {path.name.removesuffix(".schema.json") for path in SCHEMAS.iterdir()} == FORMATS.keys()


@pytest.mark.parametrize("name", GENERATED)
def test_it_is_what_the_types_say(name: str) -> None:
    assert (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8") == text_of(name), "run make schemas"
    Validator.check_schema(committed(name))


@pytest.mark.parametrize("name", GENERATED)
@settings(max_examples=500)
@given(data=st.data())
def test_what_is_accepted_is_valid(name: str, data: st.DataObject) -> None:
    value: Any = data.draw(st.sampled_from(GOOD[name]))
    for _ in range(data.draw(st.integers(0, 3))):
        value = changed(value, data)
    payload = json.dumps(value).encode()
    if taken(name, payload) and not in_another_form(name, payload):
        VALIDATORS[name].validate(value)


@pytest.mark.parametrize("name", GENERATED)
def test_the_samples_that_are_taken_are_valid(name: str) -> None:
    payloads = [json.dumps(value).encode() for value in GOOD[name]]
    good = [one for one in payloads if taken(name, one) and not in_another_form(name, one)]
    assert good
    for payload in good:
        VALIDATORS[name].validate(json.loads(payload))
