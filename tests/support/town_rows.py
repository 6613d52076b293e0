"""Rows of a small town, put straight into the database: two streets in Örnsköldsvik, what was done, who was there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import shapely
from psycopg import sql

NOW = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)

STORGATAN, SIDE_STREET, GC_PATH = 1, 2, 3
LINES = {
    STORGATAN: [(18.7160, 63.2900), (18.7170, 63.2900), (18.7180, 63.2900)],
    SIDE_STREET: [(18.7180, 63.2900), (18.7180, 63.2909)],
    GC_PATH: [(18.8000, 63.3000), (18.8020, 63.3000)],
}


def hours_ago(hours: float, now: datetime = NOW) -> datetime:
    return now - timedelta(hours=hours)


def insert(connection: psycopg.Connection[Any], table: str, **values: Any) -> Any:
    """Insert a row; return the value of its first column."""
    # as JSON: a register row's -infinity is no datetime of Python's
    query = sql.SQL(
        "WITH made AS (INSERT INTO {} ({}) VALUES ({}) RETURNING *) SELECT row_to_json(made) FROM made"
    ).format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(sql.Placeholder() for _ in values),
    )
    row = connection.execute(query, list(values.values())).fetchone()
    assert row is not None
    return next(iter(row[0].values()))


def add_network(connection: psycopg.Connection[Any], digest: str = "one") -> None:
    """Storgatan and a side street where both directions need a pass, and a foot- and cycleway."""
    network = insert(connection, "network", name="Småstad", generated=True, digest=digest)
    about = {
        STORGATAN: ("Storgatan", "carriageway", 1, 2, 100.04),
        SIDE_STREET: ("Sidogatan", "carriageway", 3, 2, 100.0),
        GC_PATH: ("Strandvägen", "gc", 2, 1, 50.0),
    }
    for number, (name, kind, winter_class, passes, length) in about.items():
        line = shapely.LineString(LINES[number])
        west, south, east, north = line.bounds
        insert(
            connection,
            "segment",
            segment_id=number,
            network_id=network,
            name=name,
            kind=kind,
            winter_class=winter_class,
            passes_required=passes,
            length_m=length,
            start_node=number,
            end_node=number + 1,
            geometry=shapely.to_wkb(line),
            extent=f"({east},{north}),({west},{south})",
        )
        insert(connection, "network_segment", network_id=network, segment_id=number)


def add_device(connection: psycopg.Connection[Any], kind: str, owner: str, name: str, part: str = "") -> int:
    return int(insert(connection, "device", kind=kind, owner=owner, name=name, part=part))


def add_treatment(
    connection: psycopg.Connection[Any],
    segment: int,
    direction: int,
    action: int,
    time: datetime,
    device: int,
    share: float = 1.0,
    **values: Any,
) -> None:
    """Add what one pass leaves, unless `values` say otherwise."""
    usual: dict[str, Any] = {"first_time": time, "device_ids": [device]}
    if share >= 0.8:
        usual |= {"whole_time": time, "whole_share": share}
    insert(
        connection,
        "treatment",
        segment_id=segment,
        direction=direction,
        action=action,
        time=time,
        share=share,
        device_id=device,
        **usual | values,
    )


def add_position(connection: psycopg.Connection[Any], device: int, time: datetime, **values: Any) -> None:
    usual: dict[str, Any] = {
        "seq": 0,
        "digest": 1,
        "received_at": time,
        "lon": 18.7165,
        "lat": 63.29,
        "actions": 0,
        "plough_known": 0,
        "plough_down": 0,
    }
    insert(connection, "position", device_id=device, time=time, **usual | values)


def add_window(
    connection: psycopg.Connection[Any],
    device: int,
    time: datetime,
    vehicles: float | None,
    covered_s: float = 300.0,
    speed_kmh: float | None = 40.0,
) -> None:
    insert(
        connection,
        "flow_window",
        device_id=device,
        time=time,
        vehicles=vehicles,
        speed_kmh=speed_kmh,
        occupancy=0.1,
        covered_s=covered_s,
        counted_s=covered_s,
    )


def add_depth(
    connection: psycopg.Connection[Any], device: int, time: datetime, distance_m: float | None, **values: Any
) -> None:
    usual: dict[str, Any] = {"seq": 0, "digest": 1, "received_at": time}
    insert(connection, "snow", device_id=device, time=time, distance_m=distance_m, **usual | values)
