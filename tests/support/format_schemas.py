"""`make schemas`: docs/schemas/ from the types that the decoders read with.

A schema says what a decoder's types refuse, and no more: what a decoder checks beside them (the offset of a time, the
sensor's bytes, the device in the topic) is in docs/formats.md. MIP profile v1, which is our own, is written by hand.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
from jsonschema import Draft7Validator, validators

from vinterkoll.ingest.formats import (
    chirpstack,
    harja,
    netmore,
    the_things_stack,
    traffic_flow_observed,
    trafikverket_traffic_flow,
    weather_observed,
)
from vinterkoll.ingest.formats.envelope import MAX_ITEMS, Envelope

SCHEMAS: Final = Path(__file__).parents[2] / "docs" / "schemas"
DRAFT: Final = "http://json-schema.org/draft-07/schema#"
"""The draft that every AsyncAPI tool reads."""

ENVELOPES: Final[dict[str, Envelope[Any, Any]]] = {
    "traffic-flow-observed": traffic_flow_observed._ENVELOPE,
    "trafikverket-traffic-flow": trafikverket_traffic_flow._ENVELOPE,
    "chirpstack": chirpstack._ENVELOPE,
    "the-things-stack": the_things_stack._ENVELOPE,
    "netmore": netmore._ENVELOPE,
    "weather-observed": weather_observed._ENVELOPE,
    "harja": harja._ENVELOPE,
}
SNOW: Final = ("the-things-stack", "chirpstack", "weather-observed", "netmore")
"""What `snow` reads."""

_FLOWS: Final = {"type": "array", "items": {"$ref": "#/definitions/Flow"}}
_RESULTS: Final = {"type": "object", "required": ["TrafficFlow"], "properties": {"TrafficFlow": _FLOWS}}
ANSWER: Final = {
    "properties": {
        "RESPONSE": {
            "type": "object",
            "required": ["RESULT"],
            "properties": {"RESULT": {"type": "array", "items": _RESULTS}},
        }
    }
}
"""How Trafikverket's API wraps its wrapper."""

Validator: Final = validators.extend(  # type: ignore[no-untyped-call]
    Draft7Validator,
    type_checker=Draft7Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int),
)
"""The formats' integers have no decimal point; JSON Schema lets 3.0 pass for one."""

_INLINED: Final = "Property"
"""A generic type: its name holds the text of its parameter, which is no name for a reader."""


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of the format `name`."""
    head = {
        "$schema": DRAFT,
        "title": name,
        "description": "What vinterkoll reads of it: see docs/formats.md. What is not named here is ignored.",
    }
    if name == "snow":
        return head | {"anyOf": [{"$ref": f"{one}.schema.json"} for one in SNOW]}
    body, definitions = _body(ENVELOPES[name])
    if name == "trafikverket-traffic-flow":
        body = _if_sent("RESPONSE", ANSWER, body)
    head["$id"] = f"urn:vinterkoll:{name}"  # so that its references stay within it wherever it is put
    return head | body | {"definitions": definitions}


def text_of(name: str) -> str:
    """Return the schema as it is committed."""
    return json.dumps(schema_of(name), indent=2, ensure_ascii=False) + "\n"


def validator_of(name: str) -> Any:
    """Return what checks values against the committed schema of the format `name`."""
    if name == "snow":  # what its references name, put in their place
        return Validator({"anyOf": [committed(one["$ref"]) for one in committed(name)["anyOf"]]})
    return Validator(committed(name))


def committed(name: str) -> dict[str, Any]:
    """Return the schema in docs/schemas/."""
    file = SCHEMAS / f"{name.removesuffix('.schema.json')}.schema.json"
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema


def _body(envelope: Envelope[Any, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """One item, an array, or a wrapper; told apart as the envelope does it."""
    types = [envelope._one.type, envelope._many.type, envelope._wrapped.type]
    (item, items, wrapper), found = msgspec.json.schema_components(types, ref_template="#/definitions/{name}")
    definitions = _readable(found)
    field = envelope._field
    definitions["Wrapper"]["properties"][field]["maxItems"] = MAX_ITEMS
    if definitions["Wrapper"]["required"] != [field]:  # what is said beside the items cannot be left out
        return {"allOf": [wrapper]}, definitions
    array = {"if": {"type": "array"}, "then": items | {"maxItems": MAX_ITEMS}, "else": item}
    return _if_sent(field, wrapper, array), definitions


def _if_sent(field: str, then: Any, otherwise: Any) -> dict[str, Any]:
    sent = {"type": "object", "required": [field], "properties": {field: {"type": ["array", "object"]}}}
    return {"if": sent, "then": then, "else": otherwise}


def _readable(definitions: dict[str, Any]) -> dict[str, Any]:
    """Generic types where they are used, and patterns as JSON Schema writes them."""
    text = json.dumps(definitions).replace(r"\\Z", "$")
    for name in [name for name in definitions if name.startswith(_INLINED)]:
        inlined = {
            key: part for key, part in definitions[name].items() if key not in {"title", "description"}
        }
        text = text.replace(json.dumps({"$ref": f"#/definitions/{name}"}), json.dumps(inlined))
    return {name: part for name, part in json.loads(text).items() if not name.startswith(_INLINED)}


if __name__ == "__main__":
    for each in (*ENVELOPES, "snow"):
        (SCHEMAS / f"{each}.schema.json").write_text(text_of(each), encoding="utf-8")
