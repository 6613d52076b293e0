"""Errors as RFC 9457 problem details: what went wrong, whose fault it was, and which parameter.

caller's fault    400 invalid-parameter (also unknown ones), 401, 403, 404, 405, 408, 413, 415, 421 wrong-host, 422
environment       429 and 503 unavailable, with Retry-After
ours              500 internal, which says nothing of our insides
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from vinterkoll.storage.inputs import OldRulesError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 5
"""A restarting database is back within seconds."""


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:problem-type:vinterkoll:invalid-parameter",
                    "title": "Invalid parameter",
                    "status": 400,
                    "detail": "bbox takes four numbers: west,south,east,north",
                    "instance": "/api/v1/segments",
                    "parameter": "bbox",
                }
            ]
        }
    )
    type: str = Field(description="Names the kind of problem; `about:blank` where the status says it all.")
    title: str
    status: int
    detail: str
    instance: str = Field(description="The path that was asked for.")
    parameter: str | None = Field(default=None, description="The parameter at fault, if one is.")


class ParameterError(Exception):
    """A query parameter that cannot be used."""

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(f"{parameter}: {detail}")
        self.parameter = parameter
        self.detail = detail


def problem_content(
    status: int, detail: str, instance: str, kind: str = "", title: str = "", parameter: str | None = None
) -> bytes:
    """Return the JSON of a problem; without a `kind` its type is `about:blank`."""
    content: dict[str, Any] = {
        "type": f"urn:problem-type:vinterkoll:{kind}" if kind else "about:blank",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    if parameter is not None:
        content["parameter"] = parameter
    return orjson.dumps(content)


def _answer(content: bytes, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)


async def _parameter(request: Request, error: ParameterError) -> Response:
    path = request.url.path
    content = problem_content(
        400, error.detail, path, "invalid-parameter", "Invalid parameter", error.parameter
    )
    return _answer(content, 400)


async def _validation(request: Request, error: RequestValidationError) -> Response:
    """A parameter that FastAPI itself refused: 400 in the query or the path, 422 in a body."""
    first: dict[str, Any] = next(iter(error.errors()), {})
    place = [str(step) for step in first.get("loc", ())]
    status = 422 if place[:1] == ["body"] else 400
    parameter = ".".join(place[1:]) or None
    detail = f"{parameter}: {first.get('msg', 'not valid')}"
    content = problem_content(
        status, detail, request.url.path, "invalid-parameter", "Invalid parameter", parameter
    )
    return _answer(content, status)


async def _http(request: Request, error: HTTPException) -> Response:
    details = {
        404: "There is nothing at this path. /openapi.json lists what there is.",
        405: f"{request.method} is not possible here.",
    }
    known = error.detail != HTTPStatus(error.status_code).phrase
    detail = error.detail if known else details.get(error.status_code, error.detail)
    return _answer(
        problem_content(error.status_code, detail, request.url.path), error.status_code, error.headers
    )


def unavailable(instance: str, detail: str) -> Response:
    """Return 503: try again soon."""
    content = problem_content(503, detail, instance, "unavailable", "Unavailable")
    return _answer(content, 503, {"Retry-After": str(RETRY_AFTER_S)})


async def _database(request: Request, _error: psycopg.Error) -> Response:
    return unavailable(request.url.path, "The database does not answer. Try again soon.")


async def _schema(request: Request, _error: psycopg.Error) -> Response:
    return unavailable(
        request.url.path,
        "The database is not migrated to this version, or to a later one. See /health/ready.",
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem details. Unexpected ones are answered by `guard.Guard`."""
    handlers: dict[type[Exception], Any] = {
        ParameterError: _parameter,
        RequestValidationError: _validation,
        HTTPException: _http,
        psycopg.OperationalError: _database,
        psycopg.InterfaceError: _database,
        psycopg.errors.IdleInTransactionSessionTimeout: _database,
        psycopg.errors.UndefinedTable: _schema,
        psycopg.errors.UndefinedColumn: _schema,
        OldRulesError: _schema,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of these problems."""
    texts = {
        400: "A parameter cannot be used, or is unknown; `parameter` names it.",
        401: "No API key, or none that is good.",
        403: "The API key is not good for this.",
        404: "There is no such format, or this is not done by HTTP here.",
        408: "The body did not come in time.",
        413: "The body is too long, or holds too many items. Nothing of it was stored.",
        415: "The body's type or encoding is none of those that are taken.",
        422: "A row does not fit; `detail` says which and why. Nothing was changed.",
        429: "Too many requests wait for the database; `Retry-After` says when to try again. Nothing was stored.",
        503: "The database does not answer; `Retry-After` says when to try again.",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": texts[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


LIST_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    **documented(400, 503),
    304: {"description": "Nothing changed since the answer that `If-None-Match` names."},
}
"""What the lists may answer besides 200."""
