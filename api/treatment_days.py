"""GET /api/v1/treatment-days: what was done in an area, by day."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from vinterkoll.api.context import Shared
from vinterkoll.api.parameters import since_parameter
from vinterkoll.api.problems import LIST_ANSWERS, ParameterError
from vinterkoll.api.representation import JSON, json_answer
from vinterkoll.api.segments import SegmentKind
from vinterkoll.processing.actions import CODES, SPREADING_ACTIONS
from vinterkoll.storage import area_reading

router = APIRouter(tags=["streets"])

_DEFAULT_SINCE: Final = "P1D"


class SpreadOfDay(BaseModel):
    """What was spread of one material. null where a pass did not say, or not believably: unknown is not nothing."""

    material: str | None = Field(description="As the vehicles name it.")
    kg: float | None = Field(ge=0)
    litres: float | None = Field(ge=0)


class TreatmentDay(BaseModel):
    """What one action did on one day to the streets of one kind in one area."""

    area: str
    name: str = Field(description="The register's name of the area.")
    from_: datetime = Field(alias="from", description="The Swedish midnight that begins the day, in UTC.")
    to: datetime
    kind: SegmentKind
    action: str
    network_m: float | None = Field(
        description="What there was to treat: length, twice where both directions need a pass of their own."
    )
    treated_m: float = Field(description="How much of it was treated, however often.")
    share: float | None = Field(ge=0, le=1, description="`treated_m` of `network_m`.")
    driven_m: float = Field(description="Length of all passes.")
    segments: int = Field(description="Street segments that were treated, at least in part.")
    first_time: datetime
    last_time: datetime
    vehicles: int = Field(description="In the first hours of a month, those of both months.")
    contractors: list[str]
    spread: list[SpreadOfDay] = Field(description="By material; empty where the action spreads nothing.")


class TreatmentDays(BaseModel):
    """Days by area, time, kind of street and action."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "days": [
                        {
                            "area": "centrum",
                            "name": "Örnsköldsvik centrum",
                            "from": "2026-01-14T23:00:00Z",
                            "to": "2026-01-15T23:00:00Z",
                            "kind": "carriageway",
                            "action": "SANDING_LINE",
                            "network_m": 48210.4,
                            "treated_m": 40112.0,
                            "share": 0.832,
                            "driven_m": 61309.5,
                            "segments": 412,
                            "first_time": "2026-01-15T02:10:05Z",
                            "last_time": "2026-01-15T06:41:10Z",
                            "vehicles": 3,
                            "contractors": ["norrplog", "snorojarna"],
                            "spread": [{"material": "SAND", "kg": 18392.85, "litres": 0.0}],
                        }
                    ]
                }
            ]
        }
    )
    days: list[TreatmentDay]


@router.get(
    "/api/v1/treatment-days",
    summary="Treatment per area and day",
    response_model=TreatmentDays,
    responses=LIST_ANSWERS,
)
async def treatment_days(
    request: Request,
    context: Shared,
    since: Annotated[datetime, Depends(since_parameter(_DEFAULT_SINCE))],
    area: Annotated[str | None, Query(description="Only this area of the register.")] = None,
) -> Response:
    """What was done in the register's areas, by Swedish civil day, from the day of `since` on.

    A pass counts on the day it began. Areas and streets are those of the day's end. What nobody did is not in the list.
    """
    async with context.connections.connection() as connection:
        if area is not None and area not in (known := await area_reading.area_names(connection)):
            raise ParameterError(
                "area", f"no area of this name; the register has {', '.join(known) or 'none'}"
            )
        rows = await area_reading.treatment_days(connection, since, area)
    return await run_in_threadpool(lambda: json_answer(request, {"days": list(map(_day, rows))}, JSON))


def _day(row: area_reading.TreatmentDayRow) -> dict[str, Any]:
    spreads = SPREADING_ACTIONS >> row.action & 1
    return {
        "area": row.area,
        "name": row.name,
        "from": row.time,
        "to": row.until,
        "kind": row.kind,
        "action": CODES[row.action],
        "network_m": None if row.network_m is None else round(row.network_m, 1),
        "treated_m": row.treated_m,
        "share": None if row.network_m is None else round(min(row.treated_m / row.network_m, 1.0), 3),
        "driven_m": row.driven_m,
        "segments": row.segments,
        "first_time": row.first_time,
        "last_time": row.last_time,
        "vehicles": row.vehicles,
        "contractors": row.contractors,
        "spread": [one._asdict() for one in row.spread] if spreads else [],
    }
