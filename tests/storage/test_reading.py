"""The API's queries, as the role that the API logs in with, on a real PostgreSQL."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb

from town_rows import (
    GC_PATH,
    LINES,
    NOW,
    SIDE_STREET,
    STORGATAN,
    add_depth,
    add_device,
    add_network,
    add_position,
    add_treatment,
    add_window,
    hours_ago,
    insert,
)
from vinterkoll.storage import ingest_reading, reading, sensor_reading
from vinterkoll.storage.reading import Box

pytestmark = pytest.mark.postgres
T = TypeVar("T")

CENTRE = Box(18.71, 63.28, 18.72, 63.295)
PLOUGHING, SANDING = 0, 9


@pytest.fixture
def rows(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ask(database_url: str) -> Callable[[Callable[[reading.Connection], Coroutine[Any, Any, T]]], T]:
    """Run a query on a connection of the API's pool, with the API's rights."""

    async def run(query: Callable[[reading.Connection], Coroutine[Any, Any, T]]) -> T:
        pool = reading.reading_pool(make_conninfo(database_url))
        async with pool, pool.connection() as connection:
            await connection.execute("SET LOCAL ROLE vinterkoll_api")
            return await query(connection)

    return lambda query: asyncio.run(run(query))


Ask = Callable[[Callable[[reading.Connection], Coroutine[Any, Any, Any]]], Any]
Database = psycopg.Connection[Any]


def test_segments_are_those_whose_extent_meets_the_box(rows: Database, ask: Ask) -> None:
    add_network(rows)
    everywhere = ask(lambda connection: reading.segments(connection, at=NOW))
    centre = ask(lambda connection: reading.segments(connection, CENTRE, at=NOW))
    assert [row.segment_id for row in everywhere] == [STORGATAN, SIDE_STREET, GC_PATH]
    assert [row.segment_id for row in centre] == [STORGATAN, SIDE_STREET]
    west, _ = LINES[STORGATAN][0]
    touching = ask(lambda connection: reading.segments(connection, Box(18.70, 63.2, west, 63.3), at=NOW))
    assert [row.segment_id for row in touching] == [STORGATAN]


def test_networks(rows: Database, ask: Ask) -> None:
    add_network(rows)
    insert(rows, "network", name="Nyare", generated=False, digest="two", valid_from=NOW)
    assert ask(lambda connection: reading.networks(connection, at=hours_ago(1))) == [("Småstad", True, "one")]
    assert ask(lambda connection: reading.networks(connection, at=NOW)) == [("Nyare", False, "two")]
    assert not ask(lambda connection: reading.segments(connection, at=NOW))


def test_treatments_by_street_and_direction_with_the_latest_action_first(rows: Database, ask: Ask) -> None:
    add_network(rows)
    plough = add_device(rows, "position", "nord", "p1")
    sander = add_device(rows, "position", "syd", "s1")
    add_treatment(rows, STORGATAN, -1, PLOUGHING, hours_ago(3), plough)
    add_treatment(rows, STORGATAN, 1, PLOUGHING, hours_ago(2), plough, share=0.5)
    both: dict[str, Any] = {"first_time": hours_ago(1.5), "device_ids": [plough, sander]}
    sand = Jsonb([{"material": "sand", "kg": None}])
    add_treatment(rows, STORGATAN, 1, SANDING, hours_ago(1), sander, **both, spread=sand)
    add_treatment(rows, GC_PATH, 0, PLOUGHING, hours_ago(30), plough)

    found = ask(lambda connection: reading.treatments(connection, hours_ago(24), at=NOW))
    assert [(row.segment_id, row.direction, row.action) for row in found] == [
        (STORGATAN, 1, SANDING),
        (STORGATAN, 1, PLOUGHING),
        (STORGATAN, -1, PLOUGHING),
    ]
    assert found[0][3:14] == (
        *(hours_ago(1.5), hours_ago(1), 1.0, hours_ago(1), 1.0),
        *([{"material": "sand", "kg": None}], "syd", ["nord", "syd"], "Storgatan", "carriageway", 1),
    )
    assert (found[1].spread, found[1].contractors) == (None, ["nord"])
    assert found[0].geometry is not None

    ploughed = ask(
        lambda connection: reading.treatments(connection, hours_ago(48), [PLOUGHING], at=NOW, geometry=False)
    )
    assert [(row.segment_id, row.direction) for row in ploughed] == [
        (STORGATAN, 1),
        (STORGATAN, -1),
        (GC_PATH, 0),
    ]
    assert {row.geometry for row in ploughed} == {None}
    assert not ask(lambda connection: reading.treatments(connection, hours_ago(48), [], CENTRE, at=NOW))
    beside = ask(
        lambda connection: reading.treatments(
            connection, hours_ago(48), None, Box(18.79, 63, 18.9, 64), at=NOW
        )
    )
    assert [row.segment_id for row in beside] == [GC_PATH]


def test_treatments_at_the_instant_itself_count(rows: Database, ask: Ask) -> None:
    add_network(rows)
    device = add_device(rows, "position", "nord", "p1")
    add_treatment(rows, STORGATAN, 1, PLOUGHING, hours_ago(1), device)
    assert len(ask(lambda connection: reading.treatments(connection, hours_ago(1), at=NOW))) == 1
    later = hours_ago(1) + timedelta(microseconds=1)
    assert not ask(lambda connection: reading.treatments(connection, later, at=NOW))


def test_the_newest_treatment(rows: Database, ask: Ask) -> None:
    assert ask(reading.newest_treatment) is None
    device = add_device(rows, "position", "nord", "p1")
    for hours in (5, 1, 3):
        add_treatment(rows, hours, 1, PLOUGHING, hours_ago(hours), device)
    assert ask(reading.newest_treatment) == hours_ago(1)


def test_a_vehicle_is_where_its_latest_position_says_and_a_correction_wins(rows: Database, ask: Ask) -> None:
    insert(rows, "contractor", contractor="nord", name="Nord AB")
    insert(rows, "vehicle", contractor="nord", vehicle="p1", name="Plogbil 1")
    known = add_device(rows, "position", "nord", "p1")
    stranger = add_device(rows, "position", "nord", "p2")
    silent = add_device(rows, "position", "nord", "p3")
    add_device(rows, "position", "nord", "p4")  # never heard from
    add_device(rows, "flow", "", "counter")
    add_position(rows, known, hours_ago(1), lat=63.1)
    add_position(rows, known, NOW, seq=1, lat=63.2, digest=9)
    add_position(rows, known, NOW, seq=2, lat=63.3, digest=9)
    add_position(rows, known, NOW, seq=2, lat=63.4, digest=1, version=NOW)
    add_position(rows, known, NOW, seq=2, lat=63.5, digest=2, version=NOW)
    add_position(rows, stranger, hours_ago(2), spread_g_per_m2=12.5)
    add_position(rows, silent, hours_ago(25))

    found = ask(lambda connection: reading.vehicles(connection, hours_ago(24), NOW))
    assert [(row.vehicle, row.name, row.lat) for row in found] == [
        ("p1", "Plogbil 1", 63.5),
        ("p2", None, 63.29),
    ]
    assert found[1].spread_g_per_m2 == 12.5
    assert found[1].speed_kmh is None


def test_a_vehicle_is_not_where_a_flagged_fix_says(rows: Database, ask: Ask) -> None:
    device = add_device(rows, "position", "nord", "p1")
    add_position(rows, device, hours_ago(1), lat=63.1)
    add_position(rows, device, NOW, lat=63.2)
    add_position(rows, device, NOW, seq=1, lat=63.3)
    add_position(rows, device, NOW, seq=1, lat=63.4, version=NOW, digest=2)
    insert(rows, "fix_flag", device_id=device, time=NOW, seq=1, flags=8)
    found = ask(lambda connection: reading.vehicles(connection, hours_ago(24), NOW))
    assert [row.lat for row in found] == [63.2]


def test_one_fix_of_the_future_does_not_stop_a_vehicle(rows: Database, ask: Ask) -> None:
    """Acceptance allows five minutes; until they are over, the fixes of the present are the latest."""
    device = add_device(rows, "position", "nord", "p1")
    add_position(rows, device, NOW + timedelta(seconds=290), lat=63.9)
    for seconds in (0, 5, 10):
        now = NOW + timedelta(seconds=seconds)
        add_position(rows, device, now, lat=63.2 + seconds / 1000)
        found = ask(partial(reading.vehicles, since=hours_ago(24), now=now))
        assert [(row.time, row.lat) for row in found] == [(now, 63.2 + seconds / 1000)]


def test_flow_windows_of_every_series_or_the_latest(rows: Database, ask: Ask) -> None:
    insert(rows, "sensor", sensor="urn:a", kind="flow", name="Bron", lon=18.715, lat=63.29)
    forward = add_device(rows, "flow", "", "urn:a", "lane=1 forward")
    backward = add_device(rows, "flow", "", "urn:a", "lane=1 backward")
    for minutes in (65, 10, 5):
        add_window(rows, forward, NOW - timedelta(minutes=minutes), minutes)
    add_window(rows, backward, NOW - timedelta(minutes=20), None)

    found = ask(lambda connection: sensor_reading.flow(connection, hours_ago(1)))
    assert [(row.part, row.vehicles) for row in found] == [
        ("lane=1 backward", None),
        ("lane=1 forward", 10.0),
        ("lane=1 forward", 5.0),
    ]
    latest = ask(lambda connection: sensor_reading.flow(connection, hours_ago(2), latest=True))
    assert [(row.part, row.vehicles) for row in latest] == [
        ("lane=1 backward", None),
        ("lane=1 forward", 5.0),
    ]
    assert latest[0][2:5] == ("Bron", 18.715, 63.29)


def test_a_counter_that_the_register_does_not_know_is_where_it_says_it_is_or_nowhere(
    rows: Database, ask: Ask
) -> None:
    placed = add_device(rows, "flow", "", "urn:b")
    nowhere = add_device(rows, "flow", "", "urn:c")
    for lon in (18.0, 18.715):
        insert(
            rows,
            "flow",
            device_id=placed,
            time=NOW if lon > 18.5 else hours_ago(1),
            seq=0,
            digest=1,
            received_at=NOW,
            congested=-1,
            reversed_lane=-1,
            lon=lon,
            lat=63.29,
        )
    for device in (placed, nowhere):
        add_window(rows, device, hours_ago(0.5), 3)
    found = ask(lambda connection: sensor_reading.flow(connection, hours_ago(1)))
    assert [(row.sensor, row.name, row.lon) for row in found] == [
        ("urn:b", None, 18.715),
        ("urn:c", None, None),
    ]
    within = ask(lambda connection: sensor_reading.flow(connection, hours_ago(1), CENTRE))
    assert [row.sensor for row in within] == ["urn:b"]


def test_snow_depth_and_its_change(rows: Database, ask: Ask) -> None:
    insert(
        rows,
        "sensor",
        sensor="eui1",
        kind="snow",
        name="Torget",
        lon=18.715,
        lat=63.29,
        mounting_height_m=3.0,
    )
    torget = add_device(rows, "snow", "", "eui1")
    stranger = add_device(rows, "snow", "", "eui2")
    add_depth(rows, torget, hours_ago(4.5), 2.99)  # before the trend's three hours
    add_depth(rows, torget, hours_ago(2.5), 2.95)
    add_depth(rows, torget, hours_ago(1), 2.875)
    add_depth(rows, torget, hours_ago(1), 2.75, digest=0, version=NOW)  # a correction
    add_depth(rows, torget, hours_ago(0.5), None)  # a message about the battery
    add_depth(rows, stranger, hours_ago(1), None, depth_m=0.5)

    found = ask(lambda connection: sensor_reading.snow(connection, hours_ago(24)))
    assert [(row.sensor, row.name, row.registered) for row in found] == [
        ("eui1", "Torget", True),
        ("eui2", "eui2", False),
    ]
    assert found[0].time == hours_ago(1)
    assert found[0].depth_m == pytest.approx(0.25)
    assert found[0].before_time == hours_ago(2.5)
    assert found[0].before_depth_m == pytest.approx(0.05)
    assert found[1].before_depth_m is None
    assert found[1].lon is None
    within = ask(lambda connection: sensor_reading.snow(connection, hours_ago(24), CENTRE))
    assert [row.sensor for row in within] == ["eui1"]


def test_what_the_workers_say(rows: Database, ask: Ask) -> None:
    assert ask(ingest_reading.ingest) == []
    insert(
        rows,
        "ingest_status",
        worker="w",
        updated_at=NOW,
        lag_s=0.25,
        messages=4,
        rows=3,
        duplicates=2,
        rejects=1,
    )
    assert ask(ingest_reading.ingest) == [("w", NOW, None, None, 0.25, 4, 3, 2, 1, None)]


def test_the_schema_is_compared_with_this_installation(rows: Database, ask: Ask) -> None:
    assert ask(ingest_reading.schema_problem) == ""
    insert(rows, "schema_migration", version=9000, name="later", checksum="x")
    assert ask(ingest_reading.schema_problem) == "migrated by a newer version: 9000"
    rows.execute("DELETE FROM schema_migration WHERE version = 9000")
    rows.execute("UPDATE schema_migration SET checksum = 'x' WHERE version = 1")
    assert ask(ingest_reading.schema_problem) == "migrations changed after they were applied: 1"
    rows.execute("DELETE FROM schema_migration WHERE version = 1")
    assert ask(ingest_reading.schema_problem) == "migrations not applied: 1"


def test_an_empty_database_lacks_every_migration(empty_database_url: str) -> None:
    async def run() -> str:
        pool = reading.reading_pool(empty_database_url)
        async with pool, pool.connection() as connection:
            return await ingest_reading.schema_problem(connection)

    assert asyncio.run(run()).startswith("migrations not applied: 1, 2")


def test_the_pool_cannot_write(ask: Ask) -> None:
    async def write(connection: reading.Connection) -> None:
        await connection.execute("RESET ROLE")
        await connection.execute("DELETE FROM treatment")

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        ask(write)


def settings(url: str) -> dict[str, str]:
    """What the server takes for the settings of a connection of the pool."""

    async def run() -> dict[str, str]:
        async with reading.reading_pool(url) as pool, pool.connection() as connection:
            found = await connection.execute("SELECT name, current_setting(name) FROM pg_settings")
            return dict(await found.fetchall())

    return asyncio.run(run())


def test_the_server_gives_up_a_reader_that_falls_silent(database_url: str) -> None:
    in_force = {
        "tcp_keepalives_idle": "5",
        "tcp_user_timeout": "10000",
        "idle_in_transaction_session_timeout": "30s",
        "statement_timeout": "15s",
    }
    assert in_force.items() <= settings(database_url).items()


def test_what_the_url_says_of_the_session_counts(database_url: str) -> None:
    said = "-c statement_timeout=7s -c work_mem=5MB -c TimeZone=Asia/Tokyo"
    in_force = {
        "statement_timeout": "7s",
        "work_mem": "5MB",
        "idle_in_transaction_session_timeout": "30s",
        "TimeZone": "UTC",
    }
    assert in_force.items() <= settings(make_conninfo(database_url, options=said)).items()
