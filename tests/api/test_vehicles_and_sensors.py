"""/api/v1/vehicles, /api/v1/flow, /api/v1/snow and /api/v1/status."""

from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from town_rows import NOW, add_depth, add_device, add_network, add_position, add_window, hours_ago, insert
from vinterkoll.api.flow import series_of
from vinterkoll.processing.actions import mask_of
from vinterkoll.processing.observations import PLOUGH_PARTS

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]


def features(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    found: list[dict[str, Any]] = answer.json()["features"]
    return found


def test_vehicles(client: httpx.Client, rows: Database) -> None:
    insert(rows, "contractor", contractor="nord", name="Nord AB")
    insert(rows, "vehicle", contractor="nord", vehicle="p1", name="Plogbil 1")
    device = add_device(rows, "position", "nord", "p1")
    time = NOW - timedelta(seconds=12.5)
    add_position(rows, device, time, actions=mask_of(["PLOUGHING"]), speed_kmh=28.44, heading_deg=90.0)
    answer = client.get("/api/v1/vehicles")
    assert features(answer) == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [18.7165, 63.29]},
            "properties": {
                "contractor": "nord",
                "contractor_name": "Nord AB",
                "vehicle": "p1",
                "name": "Plogbil 1",
                "registered": True,
                "time": "2026-01-15T05:59:47.500000Z",
                "age_s": 12.5,
                "speed_kmh": 28.4,
                "heading_deg": 90.0,
                "actions": ["PLOUGHING"],
                "working": True,
            },
        }
    ]
    assert answer.headers["cache-control"] == "no-store"  # personal data
    assert features(client.get("/api/v1/vehicles?since=PT5S")) == []


def test_a_named_action_of_a_vehicle_is_shown_as_its_code(client: httpx.Client, rows: Database) -> None:
    device = add_device(rows, "position", "nord", "p1")
    sent = {"actions": mask_of(["UNKNOWN"]), "unknown_actions": "Plogning\nVinsch"}
    add_position(rows, device, NOW - timedelta(seconds=9), **sent)

    def shown() -> list[str]:
        [feature] = features(client.get("/api/v1/vehicles"))
        found: list[str] = feature["properties"]["actions"]
        return found

    assert shown() == ["UNKNOWN"]
    insert(rows, "action_name", contractor="nord", text="Plogning", meaning=mask_of(["PLOUGHING"]))
    assert shown() == ["PLOUGHING", "UNKNOWN"]
    insert(rows, "action_name", contractor="nord", text="Vinsch", meaning=0)
    assert shown() == ["PLOUGHING"]


@pytest.mark.parametrize(
    ("reported", "state", "done", "working"),
    [
        (["PLOUGHING"], {"plough_known": PLOUGH_PARTS["front"]}, [], False),
        (["PLOUGHING"], {"plough_known": 1, "plough_down": 1}, ["PLOUGHING"], True),
        (["PLOUGHING"], {}, ["PLOUGHING"], True),
        (["SALTING_BRINE"], {"spread_g_per_m2": 0.0, "spread_ml_per_m2": 0.0}, [], False),
        (["SALTING_BRINE", "PLOUGHING"], {"spread_g_per_m2": 0.0}, ["PLOUGHING"], True),
        (["SANDING_LINE"], {"spread_g_per_m2": 120.0}, ["SANDING_LINE"], True),
        (["INSPECTION"], {}, ["INSPECTION"], False),
        ([], {}, [], False),
    ],
)
def test_a_vehicle_does_what_its_implements_say(
    client: httpx.Client,
    rows: Database,
    reported: list[str],
    state: dict[str, float],
    done: list[str],
    working: bool,
) -> None:
    device = add_device(rows, "position", "nord", "unknown")
    add_position(rows, device, NOW, actions=mask_of(reported), **state)
    [vehicle] = features(client.get("/api/v1/vehicles"))
    assert vehicle["properties"]["actions"] == done
    assert vehicle["properties"]["working"] is working
    assert vehicle["properties"]["registered"] is False
    assert vehicle["properties"]["name"] == "unknown"


def test_flow(client: httpx.Client, rows: Database) -> None:
    insert(rows, "sensor", sensor="urn:a", kind="flow", name="Bron", lon=18.715, lat=63.29)
    device = add_device(rows, "flow", "", "urn:a", "lane=1 forward car")
    nowhere = add_device(rows, "flow", "", "urn:b")
    add_window(rows, device, NOW - timedelta(minutes=5), 20, covered_s=150, speed_kmh=43.26)
    add_window(rows, device, NOW - timedelta(minutes=60), 10)
    add_window(rows, device, NOW - timedelta(minutes=65), 10)
    add_window(rows, nowhere, NOW - timedelta(minutes=5), None, covered_s=0, speed_kmh=None)

    found = features(client.get("/api/v1/flow"))
    assert [(one["properties"]["sensor"], one["properties"]["from"]) for one in found] == [
        ("urn:a", "2026-01-15T05:00:00Z"),
        ("urn:a", "2026-01-15T05:55:00Z"),
        ("urn:b", "2026-01-15T05:55:00Z"),
    ]
    assert found[1] == {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [18.715, 63.29]},
        "properties": {
            "sensor": "urn:a",
            "name": "Bron",
            "registered": True,
            "lane": 1,
            "direction": "forward",
            "vehicle_type": "car",
            "from": "2026-01-15T05:55:00Z",
            "to": "2026-01-15T06:00:00Z",
            "vehicles": 20.0,
            "vehicles_per_hour": 480.0,
            "speed_kmh": 43.3,
            "occupancy": 0.1,
            "covered_s": 150.0,
        },
    }
    assert found[2]["geometry"] is None
    assert found[2]["properties"]["vehicles_per_hour"] is None
    assert len(features(client.get("/api/v1/flow?latest=true&since=P1D"))) == 2
    within = features(client.get("/api/v1/flow?bbox=18.7,63.2,18.8,63.3"))
    assert {one["properties"]["sensor"] for one in within} == {"urn:a"}


@pytest.mark.parametrize(
    ("part", "series"),
    [
        ("", (None, None, None)),
        ("lane=2", (2, None, None)),
        ("lane=1 backward", (1, "backward", None)),
        ("forward bus", (None, "forward", "bus")),
    ],
)
def test_series(part: str, series: tuple[int | None, str | None, str | None]) -> None:
    assert tuple(series_of(part).values()) == series


def test_snow(client: httpx.Client, rows: Database) -> None:
    insert(
        rows, "sensor", sensor="eui", kind="snow", name="Torget", lon=18.715, lat=63.29, mounting_height_m=3.0
    )
    device = add_device(rows, "snow", "", "eui")
    add_depth(rows, device, hours_ago(2), 2.95)
    add_depth(rows, device, hours_ago(0.5), 2.876)
    assert features(client.get("/api/v1/snow")) == [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [18.715, 63.29]},
            "properties": {
                "sensor": "eui",
                "name": "Torget",
                "registered": True,
                "time": "2026-01-15T05:30:00Z",
                "depth_m": 0.124,
                "change_m": 0.074,
                "change_from": "2026-01-15T04:00:00Z",
            },
        }
    ]
    assert features(client.get("/api/v1/snow?bbox=0,0,1,1")) == []


def test_status_says_what_is_made_up(client: httpx.Client, rows: Database) -> None:
    assert client.get("/api/v1/status").json()["networks"] == []
    add_network(rows)
    insert(
        rows,
        "ingest_status",
        worker="w",
        updated_at=NOW,
        last_event_at=hours_ago(1),
        messages=0,
        rows=0,
        duplicates=0,
        rejects=0,
    )
    status = client.get("/api/v1/status").json()
    assert status["networks"] == [{"name": "Småstad", "generated": True}]
    assert status["simulated"] is False
    assert status["now"] == "2026-01-15T06:00:00Z"
    assert status["newest_observation"] == "2026-01-15T05:00:00Z"
    assert status["newest_treatment"] is None
