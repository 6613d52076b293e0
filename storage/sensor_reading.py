"""What the API asks of the database about traffic and snow. Nothing is capped."""

from datetime import datetime, timedelta
from typing import Final, Literal, LiteralString, NamedTuple, TypeAlias

from vinterkoll.storage.reading import Box, Connection, box_parameters, fetch_all

_SNOW_TREND: Final = timedelta(hours=3)
"""How far back the change of the snow depth looks."""


Per: TypeAlias = Literal["5min", "hour", "day"]
"""Windows of five minutes; of an hour; of a Swedish civil day."""


class FlowRow(NamedTuple):
    """A window of one traffic series (`part`: lane, direction and class of the sensor)."""

    sensor: str
    part: str
    name: str | None
    lon: float | None
    lat: float | None
    time: datetime
    until: datetime
    vehicles: float | None
    speed_kmh: float | None
    occupancy: float | None
    covered_s: float
    counted_s: float


class SnowRow(NamedTuple):
    """A sensor's latest depth, and its earliest reading of the hours before, where there is one."""

    sensor: str
    name: str
    registered: bool
    lon: float | None
    lat: float | None
    time: datetime
    depth_m: float
    before_time: datetime | None
    before_depth_m: float | None


_FLOW: Final = """
    SELECT d.name, d.part, s.name, coalesce(s.lon, o.lon), coalesce(s.lat, o.lat),
           w.time, w.until, w.vehicles, w.speed_kmh, w.occupancy, w.covered_s, w.counted_s
    FROM device d
    LEFT JOIN LATERAL (  -- where the register has no position, the sensor's own latest word
        SELECT f.lon, f.lat
        FROM flow f
        WHERE f.device_id = d.device_id
        ORDER BY f.time DESC, f.seq DESC, f.version DESC NULLS LAST, f.digest DESC
        LIMIT 1
    ) o ON true
"""
_WINDOWS: Final = """
    SELECT time, time + interval '5 min' AS until, vehicles, speed_kmh, occupancy, covered_s, counted_s
    FROM flow_window x
"""
_SUMMED: Final = """
    vehicles::float8, (speed_kmh_vehicles / nullif(speed_vehicles, 0))::float8 AS speed_kmh,
    (occupied_s / nullif(occupancy_covered_s, 0))::float8 AS occupancy, covered_s::float8, counted_s::float8
"""
_OF: Final[dict[Per, LiteralString]] = {
    "5min": _WINDOWS,
    "hour": f"SELECT time, time + interval '1 hour' AS until, {_SUMMED} FROM flow_hour x",  # noqa: S608 - no input
    "day": f"""SELECT time, (time AT TIME ZONE 'Europe/Stockholm' + interval '1 day') AT TIME ZONE 'Europe/Stockholm' AS until,
        {_SUMMED} FROM flow_day x""",  # noqa: S608 - no input is put into the statement
}
_FLOW_WITHIN: Final = """
    AND coalesce(s.lon, o.lon) BETWEEN %(west)s AND %(east)s
    AND coalesce(s.lat, o.lat) BETWEEN %(south)s AND %(north)s
"""


async def flow(
    connection: Connection,
    since: datetime,
    bbox: Box | None = None,
    *,
    latest: bool = False,
    per: Per = "5min",
) -> list[FlowRow]:
    """Return the windows that begin at or after `since`, by series and time; `latest`: only the newest of each."""
    query: LiteralString = _FLOW + f"CROSS JOIN LATERAL ({_OF[per]}"
    query += " WHERE x.device_id = d.device_id AND x.time >= %(since)s"
    # OFFSET 0: as a plain join, the sums of every series would be made for each
    query += " ORDER BY x.time DESC LIMIT 1" if latest else " OFFSET 0"
    query += """
        ) w
        LEFT JOIN sensor s ON s.sensor = d.name AND s.kind = 'flow' AND s.valid_from <= w.time AND w.time < s.valid_to
        WHERE d.kind = 'flow'
    """
    if bbox is not None:
        query += _FLOW_WITHIN
    query += " ORDER BY d.name, d.part, w.time"
    found = await fetch_all(connection, query, {"since": since, **box_parameters(bbox)})
    return [FlowRow._make(row) for row in found]


async def snow(connection: Connection, since: datetime, bbox: Box | None = None) -> list[SnowRow]:
    """Return each sensor's latest depth at or after `since`, and the first of the three hours before it."""
    query: LiteralString = """
        SELECT n.sensor, n.name, n.registered, n.lon, n.lat, n.time, n.depth_m, b.time, b.depth_m
        FROM device d
        CROSS JOIN LATERAL (
            SELECT * FROM snow_depth x
            WHERE x.device_id = d.device_id AND x.time >= %(since)s AND x.depth_m IS NOT NULL
            ORDER BY x.time DESC, x.seq DESC
            LIMIT 1
        ) n
        LEFT JOIN LATERAL (
            SELECT x.time, x.depth_m FROM snow_depth x
            WHERE x.device_id = d.device_id AND x.time >= n.time - %(trend)s AND x.time < n.time
                  AND x.depth_m IS NOT NULL
            ORDER BY x.time, x.seq
            LIMIT 1
        ) b ON true
        WHERE d.kind = 'snow'
    """
    if bbox is not None:
        query += " AND n.lon BETWEEN %(west)s AND %(east)s AND n.lat BETWEEN %(south)s AND %(north)s"
    found = await fetch_all(
        connection,
        query + " ORDER BY n.sensor",
        {"since": since, "trend": _SNOW_TREND, **box_parameters(bbox)},
    )
    return [SnowRow._make(row) for row in found]
