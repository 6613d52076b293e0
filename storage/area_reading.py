"""What the API asks of the database about areas: what was done there, by Swedish civil day."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

from vinterkoll.storage.reading import Connection, fetch_all


class SpreadRow(NamedTuple):
    """What was spread of one material (None: not named); None where one of the passes did not say."""

    material: str | None
    kg: float | None
    litres: float | None


class TreatmentDayRow(NamedTuple):
    """What one action (its bit number) did on one day to the streets of one kind in one area."""

    area: str
    name: str
    time: datetime
    until: datetime
    kind: str
    action: int
    network_m: float | None
    treated_m: float
    driven_m: float
    segments: int
    first_time: datetime
    last_time: datetime
    vehicles: int
    contractors: list[str]
    spread: list[SpreadRow]


_SINCE: Final = """
    time >= date_trunc('day', %(since)s::timestamptz AT TIME ZONE 'Europe/Stockholm') AT TIME ZONE 'Europe/Stockholm'
"""
_OF_AREA: Final = " AND area = %(area)s"


async def area_names(connection: Connection) -> list[str]:
    """Return the areas that the register has, of whatever time."""
    return [
        name for (name,) in await fetch_all(connection, "SELECT DISTINCT area FROM area ORDER BY area", {})
    ]


async def treatment_days(
    connection: Connection, since: datetime, area: str | None = None
) -> list[TreatmentDayRow]:
    """Return the days from that of `since` on, of one area or all of them; by area, day, kind and action."""
    where: LiteralString = _SINCE if area is None else _SINCE + _OF_AREA
    parameters = {"since": since, "area": area}
    spread: dict[tuple[Any, ...], list[SpreadRow]] = defaultdict(list)
    query: LiteralString = f"""
        SELECT area, time, kind, action, material, kg::float8, litres::float8 FROM spread_day
        WHERE {where} ORDER BY material COLLATE "C"
    """  # noqa: S608 - no input is put into the statement
    for *key, material, kg, litres in await fetch_all(connection, query, parameters):
        spread[tuple(key)].append(SpreadRow(material, kg, litres))
    query = f"""
        SELECT t.area, a.name, t.time, t.until, t.kind, t.action, t.network_m, t.treated_m::float8, t.driven_m::float8,
               t.segments, t.first_time, t.last_time, t.vehicles, t.contractors
        FROM (SELECT * FROM treatment_day WHERE {where}) AS t
        JOIN area a ON a.area = t.area AND a.valid_from < t.until AND a.valid_to >= t.until
        ORDER BY t.area COLLATE "C", t.time, t.kind, t.action
    """  # noqa: S608 - no input is put into the statement
    return [
        TreatmentDayRow._make((*row, spread[row[0], row[2], row[4], row[5]]))
        for row in await fetch_all(connection, query, parameters)
    ]
