"""GET /api/v1/flow: traffic in windows of five minutes, hours and days."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api import geojson
from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import Bbox, since_parameter
from vinterkoll.api.problems import LIST_ANSWERS
from vinterkoll.api.representation import GeoJsonResponse, json_answer
from vinterkoll.storage import sensor_reading

router = APIRouter(tags=["sensors"])

_DEFAULT_SINCE: Final = "PT1H"
_HOUR_S: Final = 3600.0


class FlowProperties(BaseModel):
    """A window of one series: a sensor's lane, direction and class of vehicles."""

    sensor: str
    name: str = Field(description="The register's name, else `sensor`.")
    registered: bool
    lane: int | None = Field(description="null: the sensor does not tell lanes apart.")
    direction: Literal["forward", "backward"] | None
    vehicle_type: str | None = Field(description="null: all vehicles.")
    from_: datetime = Field(alias="from")
    to: datetime
    vehicles: float | None = Field(description="Counted in the window; null where nobody counted.")
    vehicles_per_hour: float | None = Field(
        description="`vehicles` over the seconds in which somebody counted."
    )
    speed_kmh: float | None = Field(description="Mean over the vehicles.")
    occupancy: float | None = Field(description="Mean over the time, 0-1.")
    covered_s: float = Field(description="Seconds of the window that were observed.")


class FlowFeature(BaseModel):
    """One window of one series."""

    type: Literal["Feature"]
    geometry: geojson.Point | None = Field(description="null where the sensor's position is not known.")
    properties: FlowProperties


class FlowCollection(geojson.Collection[FlowFeature]):
    """Windows by series and time."""

    model_config = geojson.example(
        {"type": "Point", "coordinates": [18.7168, 63.2907]},
        {
            "sensor": "urn:ngsi-ld:TrafficFlowObserved:ovik-03",
            "name": "Centralesplanaden",
            "registered": True,
            "lane": 1,
            "direction": "forward",
            "vehicle_type": "car",
            "from": "2026-01-15T05:35:00Z",
            "to": "2026-01-15T05:40:00Z",
            "vehicles": 31.0,
            "vehicles_per_hour": 372.0,
            "speed_kmh": 46.2,
            "occupancy": 0.06,
            "covered_s": 300.0,
        },
    )


@router.get(
    "/api/v1/flow",
    summary="Traffic flow",
    response_class=GeoJsonResponse,
    response_model=FlowCollection,
    responses=LIST_ANSWERS,
)
async def flow(
    request: Request,
    context: Shared,
    bbox: Bbox,
    since: Annotated[datetime, Depends(since_parameter(_DEFAULT_SINCE))],
    latest: Annotated[bool, Query(description="`true`: only the newest window of each series.")] = False,
    per: Annotated[
        sensor_reading.Per,
        Query(description="How long a window is. A `day` is Sweden's, from midnight to midnight."),
    ] = "5min",
) -> Response:
    """The windows that begin at or after `since`. With `bbox`, sensors whose position is not known are left out."""
    async with context.connections.connection() as connection:
        rows = await sensor_reading.flow(connection, since, bbox, latest=latest, per=per)
    return await run_in_threadpool(
        lambda: json_answer(request, geojson.collection([_feature(row) for row in rows]))
    )


def series_of(part: str) -> dict[str, int | str | None]:
    """Return lane, direction and vehicle type of a series.

    >>> series_of("lane=1 forward car")
    {'lane': 1, 'direction': 'forward', 'vehicle_type': 'car'}
    >>> series_of("lane=1 backward car subtype=taxi")["vehicle_type"]
    'car'
    >>> series_of("")
    {'lane': None, 'direction': None, 'vehicle_type': None}
    """
    series: dict[str, int | str | None] = {"lane": None, "direction": None, "vehicle_type": None}
    for word in part.split():
        if word.startswith("lane="):
            lane = word.removeprefix("lane=")
            series["lane"] = int(lane) if lane.isdecimal() else None
        elif word in {"forward", "backward"}:
            series["direction"] = word
        elif "=" not in word:  # subtype=…, side=…
            series["vehicle_type"] = word
    return series


def _feature(row: sensor_reading.FlowRow) -> dict[str, Any]:
    per_hour = None
    if row.vehicles is not None and row.counted_s > 0:
        per_hour = round(row.vehicles / row.counted_s * _HOUR_S, 1)
    return geojson.feature(
        geojson.point(row.lon, row.lat),
        {
            "sensor": row.sensor,
            "name": row.name or row.sensor,
            "registered": row.name is not None,
            **series_of(row.part),
            "from": row.time,
            "to": row.until,
            "vehicles": row.vehicles,
            "vehicles_per_hour": per_hour,
            "speed_kmh": None if row.speed_kmh is None else round(row.speed_kmh, 1),
            "occupancy": None if row.occupancy is None else round(row.occupancy, 4),
            "covered_s": row.covered_s,
        },
    )
