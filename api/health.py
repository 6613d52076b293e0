"""GET /health/live and /health/ready, for whoever starts and watches the process."""

from datetime import datetime
from typing import Any

import psycopg
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from vinterkoll.api import problems
from vinterkoll.api.context import Shared
from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.api.representation import JSON, NEVER_KEEP, json_answer
from vinterkoll.storage import ingest_reading
from vinterkoll.storage.status import SILENCE_MAX

router = APIRouter(tags=["health"])


class Live(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "live", "version": "0.1.0"}]})
    status: str
    version: str


class WorkerHealth(BaseModel):
    """One ingest worker."""

    worker: str
    lag_s: float | None = Field(
        description="From receipt to commit, the worst of its last batch; null before the first."
    )
    updated_at: datetime
    last_event_at: datetime | None


class Ready(BaseModel):
    """Everything the API needs is there, or `reasons` says what is not."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "ready",
                    "reasons": [],
                    "workers": [
                        {
                            "worker": "ingest",
                            "lag_s": 0.21,
                            "updated_at": "2026-01-15T05:41:11Z",
                            "last_event_at": "2026-01-15T05:41:10.500000Z",
                        }
                    ],
                    "rederiving_since": "2026-01-15T05:12:40Z",
                }
            ]
        }
    )
    status: str
    reasons: list[str]
    workers: list[WorkerHealth]
    rederiving_since: datetime | None = Field(
        description="Since when stored days wait to be derived anew, after a change; null when all are. No reason not to be ready."
    )


@router.get("/health/live", summary="Is the process alive?", response_model=Live)
async def live(request: Request, context: Shared) -> Response:
    """Always, if it answers at all: restart the process when it does not."""
    content = {"status": "live", "version": context.version}
    return json_answer(request, content, JSON, cache_control=NEVER_KEEP)


@router.get(
    "/health/ready",
    summary="Can it serve?",
    response_model=Ready,
    responses={503: {"model": Ready, "description": "Not now; `reasons` says why."}},
)
async def ready(request: Request, context: Shared) -> Response:
    """Ready: the database answers, its migrations are this version's, and a worker that reads the stream is alive.

    What the API takes in by HTTP keeps an account among the workers, but says nothing of the stream. Where it does so and no other
    worker has ever been there, none is waited for.
    """
    reasons: list[str] = []
    workers: list[dict[str, Any]] = []
    rederiving_since: datetime | None = None
    try:
        async with context.connections.connection() as connection:
            if different := await ingest_reading.schema_problem(connection):
                reasons.append(different)
            else:
                workers = _workers(await ingest_reading.ingest(connection))
                rederiving_since = await ingest_reading.rederiving_since(connection)
                heard_since = context.clock() - SILENCE_MAX
                heard = [one["updated_at"] >= heard_since for one in workers if one["worker"] != HTTP_WORKER]
                if not any(heard) and (heard or context.intake is None):
                    silence_s = SILENCE_MAX.total_seconds()
                    reasons.append(f"ingest lag unknown: no stream worker was heard of for {silence_s:g} s")
    except (psycopg.OperationalError, psycopg.InterfaceError):
        reasons.append("database not reachable")
    content = {
        "status": "not ready" if reasons else "ready",
        "reasons": reasons,
        "workers": workers,
        "rederiving_since": rederiving_since,
    }
    answer = json_answer(request, content, JSON, cache_control=NEVER_KEEP)
    if reasons:
        answer.status_code = 503
        answer.headers["Retry-After"] = str(problems.RETRY_AFTER_S)
    return answer


def _workers(rows: list[ingest_reading.IngestRow]) -> list[dict[str, Any]]:
    return [
        {
            "worker": row.worker,
            "lag_s": row.lag_s,
            "updated_at": row.updated_at,
            "last_event_at": row.last_event_at,
        }
        for row in rows
    ]
