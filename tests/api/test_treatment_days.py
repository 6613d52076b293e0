"""/api/v1/treatment-days, and /api/v1/flow by hours and days."""

import random
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from slow_days import slow_days
from town_days import SPRING_FORWARD, add_stretches, add_town
from town_rows import NOW, add_device, add_window, insert
from vinterkoll.processing.actions import CODES, SPREADING_ACTIONS

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]


def days(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/treatment-days{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: list[dict[str, Any]] = answer.json()["days"]
    return found


def test_days_of_areas(client: httpx.Client, rows: Database) -> None:
    add_town(rows)
    assert days(client) == []
    add_stretches(rows, 60, random.Random(6))
    expected, spreads = slow_days(rows)
    found = days(client, "?since=2026-03-01T00:00:00Z")
    assert len(found) == len(expected)
    by_key = {(one["area"], one["from"], one["kind"], one["action"]): one for one in found}
    for area, time, until, kind, action, network_m, treated_m, driven_m, segments, *rest in expected:
        one = by_key[area, f"{time:%Y-%m-%dT%H:%M:%SZ}", kind, CODES[action]]
        assert one["to"] == f"{until:%Y-%m-%dT%H:%M:%SZ}"
        assert (one["name"], one["network_m"]) == (area.title(), round(network_m, 1))
        assert (one["treated_m"], one["driven_m"], one["segments"]) == (treated_m, driven_m, segments)
        assert one["share"] == round(treated_m / network_m, 3)
        assert [one["first_time"], one["last_time"]] == [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in rest[:2]]
        assert (one["vehicles"], one["contractors"]) == (rest[2], rest[3])
        own = [row[4:] for row in spreads if row[:4] == (area, time, kind, action)]
        told = [(each["material"], each["kg"], each["litres"]) for each in one["spread"]]
        assert sorted(told, key=str) == (sorted(own, key=str) if SPREADING_ACTIONS >> action & 1 else [])
    assert {bool(one["spread"]) for one in found} == {True, False}
    of_centrum = days(client, "?since=2026-03-01T00:00:00Z&area=centrum")
    assert of_centrum == [one for one in found if one["area"] == "centrum"]
    # the day of an instant is whole
    midday = SPRING_FORWARD.isoformat().replace("+00:00", "Z")
    assert min(by_key)[1] < "2026-03-28T23"
    assert {one["from"] for one in days(client, f"?since={midday}")} == {
        "2026-03-28T23:00:00Z",
        "2026-03-29T22:00:00Z",
        "2026-03-30T22:00:00Z",
    }


def test_an_unknown_area_is_told(client: httpx.Client, rows: Database) -> None:
    add_town(rows)
    answer = client.get("/api/v1/treatment-days?area=Centrum")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "no area of this name; the register has centrum, kommunen"
    assert answer.json()["parameter"] == "area"


def test_flow_by_hours_and_days(client: httpx.Client, rows: Database) -> None:
    insert(rows, "sensor", sensor="urn:a", kind="flow", name="Bron", lon=18.715, lat=63.29)
    device = add_device(rows, "flow", "", "urn:a", "lane=1 forward car")
    other = add_device(rows, "flow", "", "urn:b")
    add_window(rows, device, NOW - timedelta(minutes=60), 10, speed_kmh=50.0)
    add_window(rows, device, NOW - timedelta(minutes=55), 30, covered_s=150, speed_kmh=40.0)
    add_window(rows, device, NOW - timedelta(hours=8), 5, speed_kmh=None)
    add_window(rows, other, NOW - timedelta(minutes=60), None, covered_s=0, speed_kmh=None)

    def shown(query: str) -> list[tuple[Any, ...]]:
        answer = client.get(f"/api/v1/flow?{query}")
        assert answer.status_code == 200, answer.text
        names = (
            "sensor",
            "from",
            "to",
            "vehicles",
            "vehicles_per_hour",
            "speed_kmh",
            "occupancy",
            "covered_s",
        )
        return [tuple(one["properties"][name] for name in names) for one in answer.json()["features"]]

    morning = ("urn:a", "2026-01-15T05:00:00Z", "2026-01-15T06:00:00Z", 40, 320, 42.5, 0.1, 450)
    nothing = ("urn:b", "2026-01-15T05:00:00Z", "2026-01-15T06:00:00Z", None, None, None, None, 0)
    assert shown("per=hour") == [morning, nothing]
    evening = ("urn:a", "2026-01-14T22:00:00Z", "2026-01-14T23:00:00Z", 5, 60, None, 0.1, 300)
    assert shown("per=hour&since=P1D") == [evening, morning, nothing]
    assert shown("per=hour&since=P1D&latest=true") == [morning, nothing]
    assert [row[:4] for row in shown("per=day&since=P3D")] == [
        ("urn:a", "2026-01-13T23:00:00Z", "2026-01-14T23:00:00Z", 5),
        ("urn:a", "2026-01-14T23:00:00Z", "2026-01-15T23:00:00Z", 40),
        ("urn:b", "2026-01-14T23:00:00Z", "2026-01-15T23:00:00Z", None),
    ]
    refused = client.get("/api/v1/flow?per=week")
    assert refused.status_code == 400
    assert refused.json()["parameter"] == "per"
