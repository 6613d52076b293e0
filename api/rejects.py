"""GET /api/v1/rejects: what of a contractor's own messages was not accepted, and why, whichever way they came."""

import re
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from vinterkoll.api.context import Shared
from vinterkoll.api.keyholder import Reader
from vinterkoll.api.parameters import instant_of
from vinterkoll.api.problems import ParameterError, documented
from vinterkoll.api.representation import JSON, NEVER_KEEP, json_answer
from vinterkoll.processing.rejects import Reason
from vinterkoll.storage.reject_reading import Place, RejectRow, rejects_of

router = APIRouter(tags=["ingest"])

_PATH: Final = "/api/v1/rejects"
_LIMIT: Final = 1_000
_LIMIT_MAX: Final = 10_000
_PLACE: Final = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)


class RejectNote(BaseModel):
    """An item that was not accepted, or a message as a whole."""

    id: int
    received_at: datetime
    source: str = Field(description="`mqtt` or `http`.")
    topic: str = Field(description="For `http` one that stands for the contractor and the format.")
    format: str
    item: int = Field(ge=-1, description="Its place in the message, from 0; -1: the message as a whole.")
    code: str = Field(description="A reason code of docs/rejects.md.")
    field: str
    detail: str
    replayed_at: datetime | None = Field(description="When it was turned into a row after all.")


class Link(BaseModel):
    """Where there is more."""

    rel: str
    type: str
    href: str


class Rejects(BaseModel):
    """A page of rejects, newest first; without a link `next` it is the last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rejects": [
                        {
                            "id": 41,
                            "received_at": "2026-01-15T06:00:01.250000Z",
                            "source": "http",
                            "topic": "mip/v1/norrplog/positions",
                            "format": "mip",
                            "item": 3,
                            "code": "out_of_range",
                            "field": "lat",
                            "detail": "Expected float <= 90.0",
                            "replayed_at": "2026-01-15T09:12:40Z",
                        }
                    ],
                    "links": [
                        {
                            "rel": "next",
                            "type": "application/json",
                            "href": "/api/v1/rejects?limit=1&before=17-41",
                        }
                    ],
                }
            ]
        }
    )
    rejects: list[RejectNote]
    links: list[Link]


def _since(
    context: Shared,
    since: Annotated[
        str | None,
        Query(
            description="Received from this instant on: ISO 8601 with offset, or a duration before now.",
            examples=["PT8H", "2026-01-15T06:00:00Z"],
        ),
    ] = None,
) -> datetime | None:
    try:
        return None if since is None else instant_of(since, context.clock())
    except ValueError as error:
        raise ParameterError("since", str(error)) from None


def _codes(
    code: Annotated[
        list[str] | None,
        Query(
            description="Only these reason codes; repeat it or put commas between.",
            examples=[["bad_json"], ["future,too_old"]],
        ),
    ] = None,
) -> list[str] | None:
    if code is None:
        return None
    codes = {one.strip() for text in code for one in text.split(",")}
    if unknown := sorted(codes - set(Reason)):
        raise ParameterError("code", f"unknown code {', '.join(unknown)}: the codes are {', '.join(Reason)}")
    return sorted(codes)


def _before(
    before: Annotated[str | None, Query(description="As a `next` link has it.", examples=["17-41"])] = None,
) -> Place | None:
    if before is None:
        return None
    matched = _PLACE.fullmatch(before)
    if matched is None:
        raise ParameterError("before", "takes what a `next` link has")
    return Place(int(matched[1]), int(matched[2]))


@router.get(_PATH, summary="Own rejects", response_model=Rejects, responses=documented(400, 401, 503))
async def rejects(
    request: Request,
    context: Shared,
    holder: Reader,
    since: Annotated[datetime | None, Depends(_since)],
    codes: Annotated[list[str] | None, Depends(_codes)],
    before: Annotated[Place | None, Depends(_before)],
    limit: Annotated[
        int, Query(ge=1, description=f"Of a page; at most {_LIMIT_MAX}.", examples=[100])
    ] = _LIMIT,
) -> Response:
    """What was not accepted of the messages of the key's contractor, newest first, with a link to the next page.

    A key of any scope will do. The bytes are kept by the operator.
    """
    limit = min(limit, _LIMIT_MAX)
    async with context.connections.connection() as connection:
        found = await rejects_of(connection, holder.owner, limit + 1, since, codes, before)
    page, links = found[:limit], []
    if len(found) > limit:
        links.append({"rel": "next", "type": JSON, "href": _next(limit, since, codes, page[-1].place)})
    content = {"rejects": [_note(row) for row in page], "links": links}
    return json_answer(request, content, JSON, cache_control=NEVER_KEEP)


def _next(limit: int, since: datetime | None, codes: list[str] | None, last: Place) -> str:
    """The next page's address: an instant instead of a duration, which would move meanwhile."""
    query: dict[str, Any] = {"limit": limit, "before": f"{last.message_id}-{last.reject_id}"}
    if since is not None:
        query["since"] = since.isoformat()
    if codes is not None:
        query["code"] = ",".join(codes)
    return f"{_PATH}?{urlencode(query)}"


def _note(row: RejectRow) -> dict[str, Any]:
    content = row._asdict()
    del content["message_id"]
    return {"id": content.pop("reject_id"), **content}
