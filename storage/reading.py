"""What the API asks of the database about streets and vehicles: one function a question, each answered from an index.

Nothing is capped: a caller who asks for everything gets everything. Times are UTC.
"""

import asyncio
import os
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple, TypeAlias

from psycopg import AsyncConnection, IsolationLevel
from psycopg_pool import AsyncConnectionPool

from vinterkoll.storage.action_names import NAMED_ACTIONS
from vinterkoll.storage.connecting import noticing_arguments
from vinterkoll.storage.stretches import GREATEST_FIRST

Connection: TypeAlias = AsyncConnection[Any]

_POOL_SIZE_MAX: Final = 8
_CONNECTION_WAIT_S: Final = 3.0
"""A visitor is told `unavailable` rather than left waiting."""
_ANSWER_MAX_S: Final = 1.0
"""How long a connection may take to say that it is there, before it is lent."""
_IDLE_MAX_S: Final = 30
"""How long a transaction may be left open, whose sight of old rows holds up housekeeping: between two statements the API
computes a second or so, and does so for one visitor at a time."""
_STATEMENT_TIMEOUT_MS: Final = 15_000
"""Above the slowest honest answer (a day of traffic of a whole town), below the patience of a proxy."""


class Box(NamedTuple):
    """A bounding box in degrees, WGS 84."""

    west: float
    south: float
    east: float
    north: float


class NetworkRow(NamedTuple):
    """A loaded street network."""

    name: str
    generated: bool
    digest: str


class SegmentRow(NamedTuple):
    """A street segment; `geometry` is a WKB LineString."""

    segment_id: int
    geometry: bytes
    name: str
    kind: str
    winter_class: int
    passes_required: int
    length_m: float


class TreatmentRow(NamedTuple):
    """The latest treatment of a segment in one direction (1, -1, or 0: both) by one action (its bit number).

    `contractor` did the latest pass, `contractors` all that count. `spread` has an object a material. Since `whole_time`
    `whole_share` of the length was covered, four fifths or more.
    """

    segment_id: int
    direction: int
    action: int
    first_time: datetime
    time: datetime
    share: float
    whole_time: datetime | None
    whole_share: float | None
    spread: list[dict[str, Any]] | None
    contractor: str | None
    contractors: list[str]
    street: str
    kind: str
    winter_class: int
    geometry: bytes | None


class VehicleRow(NamedTuple):
    """A vehicle's latest position. Names are the register's of its time, None where it does not know them."""

    contractor: str
    contractor_name: str | None
    vehicle: str
    name: str | None
    time: datetime
    lon: float
    lat: float
    speed_kmh: float | None
    heading_deg: float | None
    actions: int
    plough_known: int
    plough_down: int
    spread_g_per_m2: float | None
    spread_ml_per_m2: float | None


def reading_pool(url: str) -> AsyncConnectionPool[Connection]:
    """Return a closed pool of read-only connections on which one transaction sees one state of the database."""
    arguments = noticing_arguments(
        url,
        idle_max_s=_IDLE_MAX_S,
        server={"statement_timeout": _STATEMENT_TIMEOUT_MS},
        application_name="vinterkoll api",
    )
    arguments["options"] += " -c TimeZone=UTC"  # whatever the URL says
    return AsyncConnectionPool(
        min_size=1,
        max_size=_POOL_SIZE_MAX,
        timeout=_CONNECTION_WAIT_S,
        open=False,
        configure=_configure,
        check=_check,
        kwargs=arguments,
        name="api",
    )


async def _configure(connection: Connection) -> None:
    await connection.set_read_only(True)
    await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)


async def _check(connection: Connection) -> None:
    """Raise an `OperationalError` unless `connection` answers: something between may keep it up, so that TCP notices nothing.

    Hung up rather than cancelled, for which psycopg would ask the silent server.
    """
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        late = asyncio.get_running_loop().call_later(_ANSWER_MAX_S, line.shutdown, socket.SHUT_RDWR)
        try:
            await AsyncConnectionPool.check_connection(connection)
        finally:
            late.cancel()


async def fetch_all(
    connection: Connection, query: LiteralString, parameters: dict[str, Any]
) -> list[tuple[Any, ...]]:
    """Return the rows of `query`, read in binary."""
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchall()


def box_parameters(bbox: Box | None) -> dict[str, float | None]:
    """Return the parameters of a query with a box; without one they are not looked at."""
    box = bbox or Box(-180.0, -90.0, 180.0, 90.0)
    return box._asdict()


_VALID: Final = "FROM network WHERE valid_from <= %(at)s ORDER BY valid_from DESC, network_id DESC LIMIT 1"


async def networks(connection: Connection, *, at: datetime) -> list[NetworkRow]:
    """Return the version of the street network that is valid at an instant, if there is one."""
    found = await fetch_all(connection, "SELECT name, generated, digest " + _VALID, {"at": at})
    return [NetworkRow._make(row) for row in found]


_IN_VERSION: Final = (
    "JOIN network_segment n ON n.segment_id = s.segment_id AND n.network_id = (SELECT network_id "
    + _VALID
    + ")"
)
_WITHIN: Final = "s.extent && box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))"


async def segments(connection: Connection, bbox: Box | None = None, *, at: datetime) -> list[SegmentRow]:
    """Return the segments valid at an instant whose own bounding box meets `bbox`, or all, by id."""
    query: LiteralString = """
        SELECT s.segment_id, s.geometry, s.name, s.kind, s.winter_class, s.passes_required, s.length_m
        FROM segment s
    """
    query += _IN_VERSION
    if bbox is not None:
        query += " WHERE " + _WITHIN
    parameters = {"at": at, **box_parameters(bbox)}
    found = await fetch_all(connection, query + " ORDER BY s.segment_id", parameters)
    return [SegmentRow._make(row) for row in found]


async def treatments(
    connection: Connection,
    since: datetime,
    actions: Sequence[int] | None = None,
    bbox: Box | None = None,
    *,
    at: datetime,
    geometry: bool = True,
) -> list[TreatmentRow]:
    """Return treatments at or after `since` of the segments valid at an instant: by segment and direction, latest first.

    `actions` are bit numbers; None means all.
    """
    query: LiteralString = """
        SELECT t.segment_id, t.direction, t.action, t.first_time, t.time, t.share, t.whole_time, t.whole_share, t.spread, d.owner,
               CASE WHEN cardinality(t.device_ids) = 1 AND d.owner IS NOT NULL THEN ARRAY[d.owner] ELSE ARRAY(
                   SELECT DISTINCT owner COLLATE "C" FROM device WHERE device_id = ANY (t.device_ids) ORDER BY 1
               ) END,
               s.name, s.kind, s.winter_class,
    """
    query += "s.geometry" if geometry else "NULL::bytea"
    query += """
        FROM treatment t
        JOIN segment s USING (segment_id)
        LEFT JOIN device d USING (device_id)
    """
    query += _IN_VERSION + " WHERE t.time >= %(since)s"
    if actions is not None:
        query += " AND t.action = ANY(%(actions)s)"
    if bbox is not None:
        query += " AND " + _WITHIN
    query += " ORDER BY t.segment_id, t.direction DESC, t.time DESC, t.action"
    parameters = {
        "at": at,
        "since": since,
        "actions": None if actions is None else list(actions),
        **box_parameters(bbox),
    }
    return [TreatmentRow._make(row) for row in await fetch_all(connection, query, parameters)]


async def vehicles(connection: Connection, since: datetime, now: datetime) -> list[VehicleRow]:
    """Return the latest position from `since` to `now` of each vehicle that has one: one index look-up a vehicle.

    Flagged fixes do not count, nor do those of the future, however little: one of them would be the latest for minutes.
    """
    found = await fetch_all(
        connection,
        f"""
        SELECT d.owner, c.name, d.name, v.name, p.*
        FROM device d
        CROSS JOIN LATERAL (
            SELECT o.time, o.lon, o.lat, o.speed_kmh, o.heading_deg, {NAMED_ACTIONS}, o.plough_known, o.plough_down,
                   o.spread_g_per_m2, o.spread_ml_per_m2
            FROM position o
            WHERE o.device_id = d.device_id AND o.time >= %(since)s AND o.time <= %(now)s
              AND NOT EXISTS (SELECT FROM fix_flag f
                              WHERE f.device_id = o.device_id AND f.time = o.time AND f.seq = o.seq)
            ORDER BY o.time DESC, o.seq DESC, {GREATEST_FIRST}
            LIMIT 1
        ) p
        LEFT JOIN contractor c ON c.contractor = d.owner AND c.valid_from <= p.time AND p.time < c.valid_to
        LEFT JOIN vehicle v ON v.contractor = d.owner AND v.vehicle = d.name
                           AND v.valid_from <= p.time AND p.time < v.valid_to
        WHERE d.kind = 'position'
        ORDER BY d.owner, d.name
        """,  # noqa: S608 - no input is put into the statement
        {"since": since, "now": now},
    )
    return [VehicleRow._make(row) for row in found]


async def newest_treatment(connection: Connection) -> datetime | None:
    """Return the time of the newest treatment of all."""
    [(newest,)] = await fetch_all(connection, "SELECT max(time) FROM treatment", {})
    return newest if isinstance(newest, datetime) else None
