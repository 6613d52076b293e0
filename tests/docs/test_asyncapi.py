"""docs/asyncapi.yaml: valid by AsyncAPI's own schema, and true of the topics, the decoders and the sample payloads."""

import json
import re
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from jsonschema import Draft7Validator

from format_schemas import validator_of
from npm_packages import installed
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message

TESTS = Path(__file__).parents[1]
DOCUMENT = TESTS.parent / "docs" / "asyncapi.yaml"
API: Final[dict[str, Any]] = msgspec.yaml.decode(DOCUMENT.read_bytes())
OFFICIAL = Path("@asyncapi", "specs", "schemas", f"{API['asyncapi']}-without-$id.json")
SETTINGS: Any = Settings.model_construct()  # the defaults, whatever the environment says
PARAMETER = re.compile(r"\{(\w+)\}")


def resolved(part: Any) -> Any:
    """What `part` refers to within the document, or itself."""
    while isinstance(part, dict) and part.get("$ref", "").startswith("#/"):
        found: Any = API
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [one for inner in part.values() for one in references(inner)]
    return [one for inner in part for one in references(inner)] if isinstance(part, list) else []


def filter_of(channel: dict[str, Any]) -> str:
    return PARAMETER.sub("+", channel["address"])


def topic_of(channel: dict[str, Any]) -> str:
    """The topic with the first example of each parameter."""
    parameters = channel["parameters"]
    return PARAMETER.sub(lambda found: resolved(parameters[found[1]])["examples"][0], channel["address"])


CHANNELS: Final[dict[str, dict[str, Any]]] = API["channels"]
EXAMPLES = [
    pytest.param(channel, message, example, id=f"{key}-{example['name']}")
    for key, channel in CHANNELS.items()
    for message in map(resolved, channel["messages"].values())
    for example in message["examples"]
]


def test_it_is_valid_by_asyncapis_own_schema() -> None:
    official = json.loads((installed(TESTS / "asyncapi") / OFFICIAL).read_text(encoding="utf-8"))
    Draft7Validator(official).validate(API)


def test_every_reference_leads_somewhere() -> None:
    for reference in references(API):
        if reference.startswith("#/"):
            resolved({"$ref": reference})
        else:
            assert (DOCUMENT.parent / reference).is_file(), reference


def test_its_channels_are_the_topics_of_the_settings() -> None:
    formats = {
        filter_of(channel): {Path(message["payload"]["$ref"]).name for message in messages}
        for channel in CHANNELS.values()
        if (messages := [resolved(message) for message in channel["messages"].values()])
    }
    assert formats == {topic: {f"{name}.schema.json"} for topic, name in SETTINGS.mqtt_topics.items()}


@pytest.mark.parametrize("key", CHANNELS)
def test_a_channel_names_its_parameters_and_is_sent_to_once_at_qos_1(key: str) -> None:
    assert PARAMETER.findall(CHANNELS[key]["address"]) == list(CHANNELS[key]["parameters"])
    channel = {"$ref": f"#/channels/{key}"}
    operations = [one for one in API["operations"].values() if one["channel"] == channel]
    assert [one["action"] for one in operations] == ["send"]
    assert [resolved(one) for one in operations[0]["messages"]] == [
        resolved(one) for one in CHANNELS[key]["messages"].values()
    ]
    bindings = [resolved(trait)["bindings"]["mqtt"] for trait in operations[0]["traits"]]
    assert [(one["qos"], one["retain"]) for one in bindings] == [(1, False)]


@pytest.mark.parametrize(("channel", "message", "example"), EXAMPLES)
def test_an_example_is_a_sample_that_is_valid_and_accepted(
    channel: dict[str, Any], message: dict[str, Any], example: dict[str, Any]
) -> None:
    assert example["payload"] == json.loads((TESTS / "data" / example["name"]).read_text(encoding="utf-8"))
    name = Path(message["payload"]["$ref"]).name.removesuffix(".schema.json")
    validator_of(name).validate(example["payload"])
    decoded = FORMATS[name]([Message(topic_of(channel), json.dumps(example["payload"]).encode(), 0)])
    assert len(decoded.rows) > 0
    assert decoded.rejects == []
