"""GET /api/v1/segments: the street network."""

from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api import geojson
from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import At, Bbox
from vinterkoll.api.problems import LIST_ANSWERS
from vinterkoll.api.representation import GeoJsonResponse, digest_of, json_answer, unchanged
from vinterkoll.storage import reading

router = APIRouter(tags=["streets"])

SegmentKind = Literal["carriageway", "gc", "area"]


class SegmentProperties(BaseModel):
    """A stretch of street between two nodes, at most some hundred metres long."""

    segment_id: int
    name: str = Field(description="The street's name; many segments share one.")
    kind: SegmentKind = Field(description="`gc` is a foot- and cycleway.")
    winter_class: int = Field(ge=1, le=5, description="1 is cleared first.")
    passes_required: Literal[1, 2] = Field(description="2: each direction needs a pass of its own.")
    length_m: float


class SegmentFeature(BaseModel):
    """One segment."""

    type: Literal["Feature"]
    id: int
    geometry: geojson.LineString
    properties: SegmentProperties


class SegmentCollection(geojson.Collection[SegmentFeature]):
    """The segments that meet the box."""

    model_config = geojson.example(
        {"type": "LineString", "coordinates": [[18.7162, 63.2905], [18.7175, 63.2909]]},
        {
            "segment_id": 1017,
            "name": "Storgatan",
            "kind": "carriageway",
            "winter_class": 2,
            "passes_required": 2,
            "length_m": 79.4,
        },
        id=1017,
    )


@router.get(
    "/api/v1/segments",
    summary="The street network",
    response_class=GeoJsonResponse,
    response_model=SegmentCollection,
    responses=LIST_ANSWERS,
)
async def segments(request: Request, context: Shared, bbox: Bbox, at: At) -> Response:
    """Every segment with its geometry, in the version of the network valid then.

    The ETag changes with the network only: keep the answer and ask with it.
    """
    async with context.connections.connection() as connection:
        networks = await reading.networks(connection, at=at)
        tag = digest_of(context.version, *(network.digest for network in networks), repr(bbox))
        if same := unchanged(request, tag):
            return same
        rows = await reading.segments(connection, bbox, at=at)
    return await run_in_threadpool(lambda: json_answer(request, _collection(rows), tag=tag))


def _collection(rows: list[reading.SegmentRow]) -> dict[str, object]:
    geometries = geojson.lines([row.geometry for row in rows])
    return geojson.collection(
        [
            {
                "type": "Feature",
                "id": row.segment_id,
                "geometry": geometry,
                "properties": {
                    "segment_id": row.segment_id,
                    "name": row.name,
                    "kind": row.kind,
                    "winter_class": row.winter_class,
                    "passes_required": row.passes_required,
                    "length_m": round(row.length_m, 1),
                },
            }
            for row, geometry in zip(rows, geometries, strict=True)
        ]
    )
