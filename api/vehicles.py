"""GET /api/v1/vehicles: where each vehicle was last, and what it really did there.

Positions of vehicles are personal data: this route exists while the API answers to the loopback interface only.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api import geojson
from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import since_parameter
from vinterkoll.api.problems import documented
from vinterkoll.api.representation import NEVER_KEEP, GeoJsonResponse, json_answer
from vinterkoll.processing.actions import TREATING_ACTIONS, codes_of
from vinterkoll.processing.treatment import effective_actions
from vinterkoll.storage import reading

router = APIRouter(tags=["vehicles"])

_DEFAULT_SINCE: Final = "PT24H"


class VehicleProperties(BaseModel):
    """A vehicle at its latest position."""

    contractor: str
    contractor_name: str = Field(description="The register's name at `time`, else `contractor`.")
    vehicle: str = Field(description="Unique within the contractor.")
    name: str = Field(description="The register's name at `time`, else `vehicle`.")
    registered: bool = Field(description="Whether the register knows the vehicle at `time`.")
    time: datetime
    age_s: float = Field(description="Seconds since `time`.")
    speed_kmh: float | None
    heading_deg: float | None = Field(description="Clockwise from north.")
    actions: list[str] = Field(
        description="What it really does: a raised plough does not plough, a spreader at 0 g/m² does not spread."
    )
    working: bool = Field(
        description="Whether any of `actions` leaves a treated street behind; else transit."
    )


class VehicleFeature(BaseModel):
    """One vehicle."""

    type: Literal["Feature"]
    geometry: geojson.Point
    properties: VehicleProperties


class VehicleCollection(geojson.Collection[VehicleFeature]):
    """The vehicles that were heard from."""

    model_config = geojson.example(
        {"type": "Point", "coordinates": [18.7168, 63.2907]},
        {
            "contractor": "snorojarna",
            "contractor_name": "Snöröjarna AB",
            "vehicle": "plog-7",
            "name": "Plogbil 7",
            "registered": True,
            "time": "2026-01-15T05:41:10.500000Z",
            "age_s": 1.8,
            "speed_kmh": 28.4,
            "heading_deg": 73.0,
            "actions": ["PLOUGHING"],
            "working": True,
        },
    )


@router.get(
    "/api/v1/vehicles",
    summary="Vehicles at their latest position",
    response_class=GeoJsonResponse,
    response_model=VehicleCollection,
    responses=documented(400, 503),
)
async def vehicles(
    request: Request, context: Shared, since: Annotated[datetime, Depends(since_parameter(_DEFAULT_SINCE))]
) -> Response:
    """Each vehicle that reported at or after `since`; fixes that cannot be believed, or lie ahead of the clock, do not count. For the loopback interface only, until roles exist."""
    now = context.clock()
    async with context.connections.connection() as connection:
        rows = await reading.vehicles(connection, since, now)
    return await run_in_threadpool(
        lambda: json_answer(request, geojson.collection(features_of(rows, now)), cache_control=NEVER_KEEP)
    )


def really_done(rows: list[reading.VehicleRow]) -> list[int]:
    """Return the mask of effective actions of each row."""

    def column(name: str, dtype: str) -> Any:
        return np.array([getattr(row, name) for row in rows], dtype=dtype)  # None becomes NaN

    masks = effective_actions(
        column("actions", "i8"),
        column("plough_known", "i2"),
        column("plough_down", "i2"),
        column("spread_g_per_m2", "f4"),
        column("spread_ml_per_m2", "f4"),
    )
    return [int(mask) for mask in masks]


def features_of(rows: list[reading.VehicleRow], now: datetime) -> list[dict[str, Any]]:
    """Return one feature per vehicle."""
    return [
        geojson.feature(
            geojson.point(row.lon, row.lat),
            {
                "contractor": row.contractor,
                "contractor_name": row.contractor_name or row.contractor,
                "vehicle": row.vehicle,
                "name": row.name or row.vehicle,
                "registered": row.name is not None,
                "time": row.time,
                "age_s": round(max(0.0, (now - row.time).total_seconds()), 1),
                "speed_kmh": _rounded(row.speed_kmh),
                "heading_deg": _rounded(row.heading_deg),
                "actions": codes_of(mask),
                "working": bool(mask & TREATING_ACTIONS),
            },
        )
        for row, mask in zip(rows, really_done(rows), strict=True)
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
