"""Random stretches over some days of the town of `town_rows`, its areas, and two vehicles each of two contractors."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import shapely

from town_rows import GC_PATH, SIDE_STREET, STORGATAN, add_device, add_network, insert
from vinterkoll.processing.actions import mask_of
from vinterkoll.storage import areas

SPRING_FORWARD = datetime(2026, 3, 29, 12, tzinfo=UTC)
"""A day of 23 hours."""
CENTRUM = shapely.box(18.71, 63.28, 18.72, 63.2904)
"""Storgatan, and the first half of the side street less a metre: its midpoint lies outside."""
EVERYWHERE = shapely.box(18, 63, 19, 64)
ACTIONS = (["PLOUGHING"], ["PLOUGHING", "SANDING_LINE"], ["SANDING_LINE"], ["SALTING_BRINE"])


def add_town(connection: psycopg.Connection[Any]) -> None:
    """The network, `kommunen` with all of it, and `centrum`, which loses the side street on the second day."""
    add_network(connection)
    for area, polygon, limits in (
        ("kommunen", EVERYWHERE, {}),
        ("centrum", EVERYWHERE, {"valid_to": SPRING_FORWARD}),
        ("centrum", CENTRUM, {"valid_from": SPRING_FORWARD}),
    ):
        insert(connection, "area", area=area, name=area.title(), polygon=shapely.to_wkb(polygon), **limits)
    areas.renew(connection)
    for material in ("SALT", "SAND"):
        insert(connection, "material", name=material)
    for owner in ("nord", "syd"):
        for name in ("p1", "p2"):
            add_device(connection, "stretch", owner, name, "2026-03")


def add_stretches(connection: psycopg.Connection[Any], count: int, chance: random.Random) -> None:
    """Passes at any time from the day before to the day after; of some it is not known how much they spread."""
    devices = [one for (one,) in connection.execute("SELECT device_id FROM device ORDER BY owner, name")]
    materials = [
        None,
        *(one for (one,) in connection.execute("SELECT material_id FROM material ORDER BY name")),
    ]
    for number in range(count):
        actions = chance.choice(ACTIONS)
        spread: dict[str, Any] = {}
        if actions != ["PLOUGHING"]:
            amounts = {"mg_per_m2": 15_000, "ul_per_m2": 7_000, "width_mm": 2_500 + number}
            spread = {name: value for name, value in amounts.items() if chance.random() > 0.05}
            spread["material_id"] = chance.choice(materials)
        from_dm = chance.randrange(0, 480)
        time = SPRING_FORWARD + timedelta(seconds=chance.randrange(-36 * 3600, 36 * 3600))
        insert(
            connection,
            "stretch",
            device_id=chance.choice(devices),
            time=time,
            seq=number,
            piece=0,
            until_time=time + timedelta(seconds=5),
            segment_id=chance.choice((STORGATAN, SIDE_STREET, GC_PATH)),
            direction=chance.choice((1, -1)),
            from_dm=from_dm,
            to_dm=from_dm + chance.randrange(1, 20),
            actions=mask_of(actions),
            **spread,
        )
