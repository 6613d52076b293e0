"""POST /api/v1/ingest/{format}: what a contractor's system sends; 200 only after the commit, 202 once Kafka has it."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from vinterkoll.api.body import read_body
from vinterkoll.api.context import Context, Shared
from vinterkoll.api.intake import BusyError, Delivery, Intake, NotReadyError, TooManyItemsError
from vinterkoll.api.keyholder import Sender
from vinterkoll.api.problems import RETRY_AFTER_S, documented
from vinterkoll.api.representation import JSON, NEVER_KEEP, json_answer

router = APIRouter(tags=["ingest"])

_PATH: Final = "/api/v1/ingest/{format}"
_LINES: Final = "application/x-ndjson"
_MEDIA_TYPES: Final = (JSON, "application/ld+json", _LINES)
_BUSY_RETRY_AFTER_S: Final = 2
"""The writer needs about as long for a full body."""


class RejectedItem(BaseModel):
    """An item that was not accepted."""

    index: int = Field(ge=0, description="Its place in the body, from 0; for NDJSON its line.")
    code: str = Field(description="A reason code of docs/rejects.md.")
    field: str = Field(description="The member at fault, if one is.")
    detail: str


class Receipt(BaseModel):
    """What became of a body. All of it is durable, rejects too; with 202 it is stored in a moment."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "accepted": 2,
                    "duplicate": 1,
                    "rejected": [
                        {
                            "index": 3,
                            "code": "out_of_range",
                            "field": "lat",
                            "detail": "Expected float <= 90.0",
                        }
                    ],
                }
            ]
        }
    )
    accepted: int = Field(ge=0, description="Items stored now; with 202, that can be read.")
    duplicate: int = Field(ge=0, description="Items that were stored already; with 202 not known, and 0.")
    rejected: list[RejectedItem]


_POSITION: Final[dict[str, Any]] = {
    "vehicle": "lastbil-7",
    "time": "2026-01-15T06:00:00Z",
    "lon": 18.7153,
    "lat": 63.2909,
    "actions": ["PLOUGHING"],
}
_BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "In the format that the path names. `Content-Encoding: gzip` is taken.",
    "content": {
        JSON: {
            "schema": {"type": ["object", "array"]},
            "examples": {
                "one": {"summary": "One position", "value": _POSITION},
                "many": {"summary": "Many", "value": [_POSITION]},
                "wrapped": {
                    "summary": "Many of one vehicle",
                    "value": {
                        "vehicle": "lastbil-7",
                        "positions": [{name: _POSITION[name] for name in ("time", "lon", "lat", "actions")}],
                    },
                },
            },
        },
        "application/ld+json": {"schema": {"type": ["object", "array"]}},
        _LINES: {"schema": {"type": "string", "description": "One JSON value a line."}},
    },
}


_PathName = Annotated[
    str,
    Path(
        description="A built-in format, or a mapping by its name.",
        examples=["mip"],
    ),
]


@router.post(
    _PATH,
    summary="Send observations",
    response_model=Receipt,
    responses={
        202: {"model": Receipt, "description": "Durable, and stored in a moment"},
        **documented(400, 401, 403, 404, 408, 413, 415, 429, 503),
    },
    openapi_extra={"requestBody": _BODY},
)
async def ingest(request: Request, context: Shared, holder: Sender, format: _PathName) -> Response:  # noqa: A002
    """Store a body. Send it again after any error or doubt: what is there already is counted as duplicate.

    Items that cannot be used are listed, and kept with
    their bytes for `GET /api/v1/rejects`; they do not keep the others out.
    """
    intake = _intake(context, format)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise HTTPException(415, f"Content-Type is one of {', '.join(_MEDIA_TYPES)}.")
    if intake.busy:
        raise _busy()
    content = await read_body(request, intake.body_bytes_max)
    try:
        receipt = await intake.accept(Delivery(format, holder.owner, content, media_type == _LINES))
    except BusyError:
        raise _busy() from None
    except TooManyItemsError as error:
        raise HTTPException(413, f"Nothing was stored: {error}.") from None
    except NotReadyError as error:
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        raise HTTPException(503, f"Not ready: {error}. Send it again.", retry) from None
    answer = json_answer(request, asdict(receipt), JSON, cache_control=NEVER_KEEP)
    answer.status_code = 200 if intake.is_stored else 202
    return answer


def list_formats(paths: dict[str, Any], names: Collection[str]) -> None:
    """Say in the `paths` of the OpenAPI document which formats this installation takes."""
    [format_parameter] = paths[_PATH]["post"]["parameters"]
    format_parameter["schema"]["enum"] = sorted(names)


def _intake(context: Context, path_name: str) -> Intake:
    if context.intake is None:
        raise HTTPException(
            404,
            "This installation takes nothing by HTTP: neither VINTERKOLL_INGEST_DATABASE_URL nor VINTERKOLL_HTTP_TO is set.",
        )
    if path_name not in context.intake.path_names:
        raise HTTPException(
            404, f"There is no such format. There are {', '.join(sorted(context.intake.path_names))}."
        )
    return context.intake


def _busy() -> HTTPException:
    detail = "Too many requests wait. Nothing was stored: send it again."
    return HTTPException(429, detail, {"Retry-After": str(_BUSY_RETRY_AFTER_S)})
