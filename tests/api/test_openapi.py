"""The OpenAPI document is valid, its examples fit its schemas, and so do real answers."""

from typing import Any

import httpx
import jsonschema
import psycopg
import pytest
from psycopg.types.json import Jsonb

from http_ingest import REGISTRAR, add_keys
from town_rows import (
    NOW,
    STORGATAN,
    add_depth,
    add_device,
    add_network,
    add_position,
    add_treatment,
    add_window,
)

pytestmark = pytest.mark.postgres

LISTS = ["segments", "treatments", "vehicles", "flow", "snow"]


@pytest.fixture
def document(client: httpx.Client) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    content: dict[str, Any] = answer.json()
    return content


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    whole = schema | {"components": document["components"]}
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(
        whole, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def answer_schema(document: dict[str, Any], path: str) -> dict[str, Any]:
    content = document["paths"][path]["get"]["responses"]["200"]["content"]
    [media_type] = content
    assert media_type in {"application/geo+json", "application/json"}
    schema: dict[str, Any] = content[media_type]["schema"]
    return schema


def test_every_reference_leads_somewhere_and_every_route_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")

    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for value in part.values() for one in references(value)]
        return [one for value in part for one in references(value)] if isinstance(part, list) else []

    schemas = document["components"]["schemas"]
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    for operation in (one for path in document["paths"].values() for one in path.values()):
        assert operation["summary"]
        assert operation["description"]
        assert all(parameter["description"] for parameter in operation.get("parameters", []))


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    with_examples = {name: schema for name, schema in schemas.items() if "examples" in schema}
    assert (
        len(with_examples) == len(LISTS) + 9
    )  # Status, Live, Ready, Problem, Receipt, Rejects, RegisterRows, RegisterChanges, TreatmentDays
    for schema in with_examples.values():
        for example in schema["examples"]:
            validator(document, schema).validate(example)


def test_examples_of_parameters_are_accepted(
    client: httpx.Client, document: dict[str, Any], database_url: str
) -> None:
    add_keys(database_url)
    client.headers["Authorization"] = f"Bearer {REGISTRAR}"
    tried = 0
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            for example in parameter["schema"].get("examples", []):
                answer = client.get(path, params={parameter["name"]: example})
                assert answer.status_code == 200, answer.text
                tried += 1
    assert tried > len(LISTS)


def test_real_answers_fit_the_schemas(
    client: httpx.Client, document: dict[str, Any], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as rows:
        add_network(rows)
        truck = add_device(rows, "position", "nord", "p1")
        add_treatment(rows, STORGATAN, 1, 0, NOW, truck)
        unknown = dict.fromkeys(("material", "kg", "litres", "g_per_m2", "ml_per_m2", "width_m"))
        add_treatment(rows, STORGATAN, 1, 6, NOW, truck, spread=Jsonb([unknown]))
        add_position(rows, truck, NOW)
        add_window(rows, add_device(rows, "flow", "", "urn:a"), NOW, None)
        add_depth(rows, add_device(rows, "snow", "", "eui"), NOW, None, depth_m=0.1)
    for name in LISTS:
        content = client.get(f"/api/v1/{name}").json()
        assert content["features"], name
        validator(document, answer_schema(document, f"/api/v1/{name}")).validate(content)
    for path in ("/api/v1/status", "/api/v1/treatment-days?since=2026-03-01T00:00:00Z", "/health/live"):
        validator(document, answer_schema(document, path.partition("?")[0])).validate(client.get(path).json())
    problem = client.get("/api/v1/flow?bbox=x").json()
    validator(document, document["components"]["schemas"]["Problem"]).validate(problem)
