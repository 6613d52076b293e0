"""GET /api/v1/status: what the map must say of its data."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from vinterkoll.api.context import Shared
from vinterkoll.api.problems import documented
from vinterkoll.api.representation import JSON, NEVER_KEEP, json_answer
from vinterkoll.storage import ingest_reading, reading

router = APIRouter(tags=["about"])


class NetworkNote(BaseModel):
    """A loaded street network."""

    name: str
    generated: bool = Field(description="Made up: no map of real streets.")


class Status(BaseModel):
    """The present, and how far the data reaches."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "now": "2026-01-15T05:41:12.300000Z",
                    "version": "0.1.0",
                    "simulated": True,
                    "networks": [{"name": "Örnsköldsvik och Ånge (genererat)", "generated": True}],
                    "newest_treatment": "2026-01-15T05:41:10.500000Z",
                    "newest_observation": "2026-01-15T05:41:11Z",
                }
            ]
        }
    )
    now: datetime
    version: str
    simulated: bool = Field(description="The data comes from a simulator.")
    networks: list[NetworkNote]
    newest_treatment: datetime | None
    newest_observation: datetime | None = Field(
        description="The greatest event time that any ingest worker stored, of whatever kind: a wrong clock puts it ahead of `now`, and one sensor hides that all vehicles are silent."
    )


@router.get("/api/v1/status", summary="About the data", response_model=Status, responses=documented(400, 503))
async def status(request: Request, context: Shared) -> Response:
    """Whether streets or data are made up, and how far the data reaches."""
    async with context.connections.connection() as connection:
        networks = await reading.networks(connection, at=context.clock())
        newest = await reading.newest_treatment(connection)
        workers = await ingest_reading.ingest(connection)
    events = [worker.last_event_at for worker in workers if worker.last_event_at is not None]
    content = {
        "now": context.clock(),
        "version": context.version,
        "simulated": context.simulated,
        "networks": [{"name": network.name, "generated": network.generated} for network in networks],
        "newest_treatment": newest,
        "newest_observation": max(events, default=None),
    }
    return json_answer(request, content, JSON, cache_control=NEVER_KEEP)
