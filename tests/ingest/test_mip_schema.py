"""The published documents say what the decoder does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from format_schemas import Validator, committed, validator_of
from odd_json import changed
from vinterkoll.ingest.formats.envelope import MAX_ITEMS
from vinterkoll.ingest.formats.mip import decode
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import ACTIONS
from vinterkoll.processing.rejects import Reason

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = committed("mip")
EXAMPLES: list[Any] = SCHEMA["examples"]
PROFILE = (DOCS / "mip-profile-v1.md").read_text()

validator = validator_of("mip")


def accepted(value: Any, topic: str = "mip/v1/nordsno/positions") -> bool:
    return not decode([Message(topic, json.dumps(value).encode(), 0)]).rejects


def with_vehicle(value: Any) -> Any:
    """The schema cannot see the topic, so let every position name the one vehicle or none."""
    if isinstance(value, list):
        return [with_vehicle(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: with_vehicle(part) if key == "positions" else part for key, part in value.items()}
    vehicle = value.get("vehicle")
    return {**value, "vehicle": "AB12"} if isinstance(vehicle, str) and 0 < len(vehicle) <= 64 else value


def test_it_is_a_schema() -> None:
    Validator.check_schema(SCHEMA)
    assert SCHEMA["definitions"]["positions"]["maxItems"] == MAX_ITEMS


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_its_examples_are_valid_and_accepted(number: int) -> None:
    example = EXAMPLES[number]
    validator.validate(example)
    one = isinstance(example, dict) and "positions" not in example
    assert accepted(example, "mip/v1/nordsno/AB12/position" if one else "mip/v1/nordsno/positions")


@settings(max_examples=1_500)
@given(data=st.data())
def test_what_is_valid_is_accepted_and_what_is_not_is_not(data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(EXAMPLES))
    for _ in range(data.draw(st.integers(1, 3))):
        value = changed(value, data)
    value = with_vehicle(value)
    assert validator.is_valid(value) == accepted(value, "mip/v1/nordsno/AB12/position")


def test_every_field_is_documented() -> None:
    for name in SCHEMA["definitions"]["position"]["properties"]:
        assert f"`{name}`" in PROFILE, name


def test_every_action_is_documented_with_its_kind() -> None:
    documented = re.findall(r"^\| `([A-Z_]+)` \|.*\| ([a-z-]+) \|$", PROFILE, re.MULTILINE)
    assert documented == [(code, kind.value) for code, kind in ACTIONS.items()]


def test_the_commands_of_the_profile_send_what_is_accepted() -> None:
    commands = re.findall(r"-t (\S+) -m '(.*?)'", PROFILE, re.DOTALL)
    assert len(commands) == 2
    for topic, payload in commands:
        validator.validate(json.loads(payload))
        assert accepted(json.loads(payload), topic)


def test_every_reason_is_documented() -> None:
    documented = re.findall(r"^\| `([a-z_]+)` \|", (DOCS / "rejects.md").read_text(), re.MULTILINE)
    assert documented == [reason.value for reason in Reason]
