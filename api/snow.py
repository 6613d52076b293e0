"""GET /api/v1/snow: how deep the snow lies."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api import geojson
from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import Bbox, since_parameter
from vinterkoll.api.problems import LIST_ANSWERS
from vinterkoll.api.representation import GeoJsonResponse, json_answer
from vinterkoll.storage import sensor_reading

router = APIRouter(tags=["sensors"])

_DEFAULT_SINCE: Final = "PT24H"


class SnowProperties(BaseModel):
    """A sensor's latest reading."""

    sensor: str
    name: str = Field(description="The register's name, else `sensor`.")
    registered: bool
    time: datetime
    depth_m: float = Field(description="Snow depth in metres.")
    change_m: float | None = Field(description="Change of the depth since `change_from`.")
    change_from: datetime | None = Field(description="The first reading of the three hours before `time`.")


class SnowFeature(BaseModel):
    """One sensor."""

    type: Literal["Feature"]
    geometry: geojson.Point | None = Field(description="null where the sensor's position is not known.")
    properties: SnowProperties


class SnowCollection(geojson.Collection[SnowFeature]):
    """The sensors that were heard from."""

    model_config = geojson.example(
        {"type": "Point", "coordinates": [18.7168, 63.2907]},
        {
            "sensor": "70b3d57ba0000303",
            "name": "Torget",
            "registered": True,
            "time": "2026-01-15T05:30:00Z",
            "depth_m": 0.124,
            "change_m": 0.043,
            "change_from": "2026-01-15T02:30:00Z",
        },
    )


@router.get(
    "/api/v1/snow",
    summary="Snow depth",
    response_class=GeoJsonResponse,
    response_model=SnowCollection,
    responses=LIST_ANSWERS,
)
async def snow(
    request: Request,
    context: Shared,
    bbox: Bbox,
    since: Annotated[datetime, Depends(since_parameter(_DEFAULT_SINCE))],
) -> Response:
    """The latest depth of each sensor that reported at or after `since`."""
    async with context.connections.connection() as connection:
        rows = await sensor_reading.snow(connection, since, bbox)
    return await run_in_threadpool(
        lambda: json_answer(request, geojson.collection([_feature(row) for row in rows]))
    )


def _feature(row: sensor_reading.SnowRow) -> dict[str, Any]:
    change = None if row.before_depth_m is None else round(row.depth_m - row.before_depth_m, 4)
    return geojson.feature(
        geojson.point(row.lon, row.lat),
        {
            "sensor": row.sensor,
            "name": row.name,
            "registered": row.registered,
            "time": row.time,
            "depth_m": round(row.depth_m, 4),
            "change_m": change,
            "change_from": row.before_time,
        },
    )
