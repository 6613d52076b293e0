"""GET /api/v1/treatments: which street was treated, how, in which direction, when, and how much of it."""

from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api import geojson
from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import Actions, Bbox, since_parameter
from vinterkoll.api.problems import LIST_ANSWERS
from vinterkoll.api.representation import GeoJsonResponse, json_answer
from vinterkoll.api.segments import SegmentKind
from vinterkoll.processing.actions import CODES
from vinterkoll.storage import reading

router = APIRouter(tags=["streets"])

_DEFAULT_SINCE: Final = "PT24H"
_WHOLE_TIME: Final = (
    "Four fifths of the length or more were treated at this time or later, however little the latest pass covered;"
    " null: not within the 24 hours up to `time`."
)
_WHOLE_SHARE: Final = "Of the segment's length that was covered since `whole_time`."
DIRECTIONS: Final = {1: "forward", -1: "backward", 0: "both"}


class Spread(BaseModel):
    """What was spread of one material. null where a pass did not say, or not believably: unknown is not nothing."""

    material: str | None = Field(description="As the vehicles name it.")
    kg: float | None = Field(ge=0, description="Setting × width × length, of all passes.")
    litres: float | None = Field(ge=0)
    g_per_m2: float | None = Field(ge=0, description="The mean setting over the metres driven.")
    ml_per_m2: float | None = Field(ge=0)
    width_m: float | None = Field(ge=0, description="The mean setting over the metres driven.")


class Treated(BaseModel):
    """The latest treatment by one action: its passes within two hours."""

    first_time: datetime = Field(description="When the first of these passes came.")
    time: datetime = Field(description="When the latest came.")
    share: float = Field(ge=0, le=1, description="Of the segment's length that the passes covered together.")
    whole_time: datetime | None = Field(description=_WHOLE_TIME)
    whole_share: float | None = Field(ge=0.8, le=1, description=_WHOLE_SHARE)
    spread: list[Spread] = Field(description="By material; empty where the action spreads nothing.")
    contractor: str | None = Field(description="Who did the latest pass.")
    contractors: list[str] = Field(description="Who did the passes.")


class TreatmentProperties(BaseModel):
    """What was done to a segment in one direction."""

    segment_id: int
    street: str
    kind: SegmentKind
    winter_class: int = Field(ge=1, le=5)
    direction: Literal["forward", "backward", "both"] = Field(
        description="Along the segment's geometry, against it, or `both`: one pass clears this street."
    )
    action: str = Field(description="The latest of the actions asked for.")
    first_time: datetime = Field(description="When the treatment by `action` began.")
    time: datetime = Field(description="When `action` was last done.")
    share: float = Field(ge=0, le=1, description="Share of the length that `action` covered.")
    whole_time: datetime | None = Field(description=f"By `action`: {_WHOLE_TIME}")
    whole_share: float | None = Field(ge=0.8, le=1, description=_WHOLE_SHARE)
    contractor: str | None = Field(description="Who did `action` last.")
    actions: dict[str, Treated] = Field(description="The latest treatment by each action, latest first.")


class TreatmentFeature(BaseModel):
    """A segment and direction."""

    type: Literal["Feature"]
    geometry: geojson.LineString | None = Field(description="null with `geometry=false`.")
    properties: TreatmentProperties


class TreatmentCollection(geojson.Collection[TreatmentFeature]):
    """One feature per segment and direction that was treated."""

    model_config = geojson.example(
        {
            "type": "LineString",
            "coordinates": [[18.7162, 63.2905], [18.7175, 63.2909]],
        },
        {
            "segment_id": 1017,
            "street": "Storgatan",
            "kind": "carriageway",
            "winter_class": 2,
            "direction": "forward",
            "action": "SANDING_LINE",
            "first_time": "2026-01-15T05:41:05.500000Z",
            "time": "2026-01-15T05:41:10.500000Z",
            "share": 0.97,
            "whole_time": "2026-01-15T05:41:05.500000Z",
            "whole_share": 0.97,
            "contractor": "snorojarna",
            "actions": {
                "SANDING_LINE": {
                    "first_time": "2026-01-15T05:41:05.500000Z",
                    "time": "2026-01-15T05:41:10.500000Z",
                    "share": 0.97,
                    "whole_time": "2026-01-15T05:41:05.500000Z",
                    "whole_share": 0.97,
                    "spread": [
                        {
                            "material": "SAND",
                            "kg": 46.212,
                            "litres": 0.0,
                            "g_per_m2": 150.0,
                            "ml_per_m2": 0.0,
                            "width_m": 4.0,
                        }
                    ],
                    "contractor": "snorojarna",
                    "contractors": ["snorojarna"],
                },
                "PLOUGHING": {
                    "first_time": "2026-01-15T03:20:12Z",
                    "time": "2026-01-15T04:02:31Z",
                    "share": 0.04,
                    "whole_time": "2026-01-15T01:15:40Z",
                    "whole_share": 1.0,
                    "spread": [],
                    "contractor": "vinterbolaget",
                    "contractors": ["snorojarna", "vinterbolaget"],
                },
            },
        },
    )


@router.get(
    "/api/v1/treatments",
    summary="Treated streets",
    response_class=GeoJsonResponse,
    response_model=TreatmentCollection,
    responses=LIST_ANSWERS,
)
async def treatments(
    request: Request,
    context: Shared,
    bbox: Bbox,
    since: Annotated[datetime, Depends(since_parameter(_DEFAULT_SINCE))],
    actions: Actions,
    geometry: Annotated[bool, Query(description="`false`: geometry is null, for those who poll.")] = True,
) -> Response:
    """The latest treatment of each segment and direction of the network valid now.

    A street that is not in the list was not treated.
    """
    async with context.connections.connection() as connection:
        rows = await reading.treatments(
            connection, since, actions, bbox, at=context.clock(), geometry=geometry
        )
    return await run_in_threadpool(lambda: json_answer(request, geojson.collection(features_of(rows))))


def features_of(rows: list[reading.TreatmentRow]) -> list[dict[str, Any]]:
    """Return one feature per segment and direction of `rows`, which come sorted, the latest action first."""
    if not rows:
        return []
    shapes: list[dict[str, Any] | None] = [None] * len(rows)
    if all(row.geometry is not None for row in rows):
        shapes[:] = geojson.lines([row.geometry for row in rows if row.geometry is not None])
    features = []
    for _, group in groupby(
        zip(rows, shapes, strict=True), key=lambda pair: (pair[0].segment_id, pair[0].direction)
    ):
        done = list(group)
        features.append(_feature([row for row, _ in done], done[0][1]))
    return features


def _feature(rows: list[reading.TreatmentRow], shape: dict[str, Any] | None) -> dict[str, Any]:
    latest = rows[0]
    actions = {CODES[row.action]: _treated(row) for row in rows}
    code = CODES[latest.action]
    done = actions[code]
    return geojson.feature(
        shape,
        {
            "segment_id": latest.segment_id,
            "street": latest.street,
            "kind": latest.kind,
            "winter_class": latest.winter_class,
            "direction": DIRECTIONS[latest.direction],
            "action": code,
            **{
                name: done[name]
                for name in ("first_time", "time", "share", "whole_time", "whole_share", "contractor")
            },
            "actions": actions,
        },
    )


def _treated(row: reading.TreatmentRow) -> dict[str, Any]:
    return {
        "first_time": row.first_time,
        "time": row.time,
        "share": round(row.share, 3),
        "whole_time": row.whole_time,
        "whole_share": None if row.whole_share is None else round(row.whole_share, 3),
        "spread": row.spread or [],
        "contractor": row.contractor,
        "contractors": row.contractors,
    }
