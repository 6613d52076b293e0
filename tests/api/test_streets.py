"""/api/v1/segments and /api/v1/treatments."""

import gzip
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from town_rows import (
    GC_PATH,
    LINES,
    NOW,
    SIDE_STREET,
    STORGATAN,
    add_device,
    add_network,
    add_treatment,
    hours_ago,
    insert,
)
from vinterkoll.processing.actions import CODES

pytestmark = pytest.mark.postgres

PLOUGHING, SANDING = CODES.index("PLOUGHING"), CODES.index("SANDING_LINE")
Database = psycopg.Connection[Any]


def properties(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    content = answer.json()
    assert content["type"] == "FeatureCollection"
    return [feature["properties"] for feature in content["features"]]


def copy_storgatan(rows: Database, times: int) -> None:
    rows.execute(
        "INSERT INTO segment SELECT 1000 + n, network_id, name, kind, winter_class, passes_required, length_m,"
        " start_node, end_node, geometry, extent FROM segment, generate_series(1, %s) n WHERE segment_id = 1",
        [times],
    )
    rows.execute(
        "INSERT INTO network_segment SELECT network_id, segment_id FROM segment ON CONFLICT DO NOTHING"
    )


def test_segments(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    answer = client.get("/api/v1/segments")
    assert [one["segment_id"] for one in properties(answer)] == [STORGATAN, SIDE_STREET, GC_PATH]
    assert answer.json()["features"][0] == {
        "type": "Feature",
        "id": STORGATAN,
        "geometry": {"type": "LineString", "coordinates": [list(place) for place in LINES[STORGATAN]]},
        "properties": {
            "segment_id": STORGATAN,
            "name": "Storgatan",
            "kind": "carriageway",
            "winter_class": 1,
            "passes_required": 2,
            "length_m": 100.0,
        },
    }
    within = client.get("/api/v1/segments", params={"bbox": "18.79,63.29,18.81,63.31"})
    assert [one["segment_id"] for one in properties(within)] == [GC_PATH]
    assert properties(client.get("/api/v1/segments", params={"bbox": "0,0,1,1"})) == []


def test_segments_of_another_time(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    version = insert(rows, "network", name="Nu", generated=True, digest="two", valid_from=hours_ago(1))
    insert(rows, "network_segment", network_id=version, segment_id=GC_PATH)
    device = add_device(rows, "position", "nord", "p1")
    for segment in (STORGATAN, GC_PATH):
        add_treatment(rows, segment, 1, PLOUGHING, hours_ago(3), device)
    assert [one["segment_id"] for one in properties(client.get("/api/v1/segments"))] == [GC_PATH]
    then = client.get("/api/v1/segments", params={"datetime": "PT2H"})
    assert [one["segment_id"] for one in properties(then)] == [STORGATAN, SIDE_STREET, GC_PATH]
    assert [one["segment_id"] for one in properties(client.get("/api/v1/treatments"))] == [GC_PATH]
    refused = client.get("/api/v1/segments", params={"datetime": "yesterday"})
    assert (refused.status_code, refused.json()["parameter"]) == (400, "datetime")


def test_the_network_is_sent_once(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    first = client.get("/api/v1/segments")
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    again = client.get("/api/v1/segments", headers={"If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert client.get("/api/v1/segments?bbox=0,0,1,1").headers["etag"] != etag
    assert client.get("/api/v1/segments", headers={"Accept-Encoding": "identity"}).headers["etag"] != etag

    insert(rows, "network", name="Mer", generated=True, digest="two")
    assert client.get("/api/v1/segments", headers={"If-None-Match": etag}).status_code == 200


def test_compressed_only_for_those_who_take_it(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    copy_storgatan(rows, 100)
    plain = client.get("/api/v1/segments", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/api/v1/segments", headers={"Accept-Encoding": "br, gzip"}) as packed:
        content = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert gzip.decompress(content) == plain.content


SAND = {
    "material": "sand",
    "kg": 45.018,
    "litres": None,
    "g_per_m2": 150.0,
    "ml_per_m2": None,
    "width_m": 4.0,
}


@pytest.fixture
def treated(rows: Database) -> Database:
    """Storgatan ploughed both ways and sanded one way by two, the path ploughed yesterday, the side street never."""
    add_network(rows)
    nord = add_device(rows, "position", "nord", "p1")
    syd = add_device(rows, "position", "syd", "s1")
    add_treatment(rows, STORGATAN, 1, PLOUGHING, hours_ago(3), nord)
    add_treatment(
        rows,
        STORGATAN,
        1,
        SANDING,
        hours_ago(1),
        syd,
        share=0.75,
        whole_time=hours_ago(9),
        whole_share=0.8754,
        first_time=hours_ago(2),
        device_ids=[nord, syd],
        spread=Jsonb([SAND]),
    )
    add_treatment(rows, STORGATAN, -1, PLOUGHING, hours_ago(2.5), nord)
    add_treatment(rows, GC_PATH, 0, PLOUGHING, hours_ago(23), nord)
    return rows


def test_treatments(client: httpx.Client, treated: Database) -> None:
    answer = client.get("/api/v1/treatments")
    found = properties(answer)
    assert [(one["segment_id"], one["direction"]) for one in found] == [
        (STORGATAN, "forward"),
        (STORGATAN, "backward"),
        (GC_PATH, "both"),
    ]
    assert found[0] == {
        "segment_id": STORGATAN,
        "street": "Storgatan",
        "kind": "carriageway",
        "winter_class": 1,
        "direction": "forward",
        "action": "SANDING_LINE",
        "first_time": "2026-01-15T04:00:00Z",
        "time": "2026-01-15T05:00:00Z",
        "share": 0.75,
        "whole_time": "2026-01-14T21:00:00Z",
        "whole_share": 0.875,
        "contractor": "syd",
        "actions": {
            "SANDING_LINE": {
                "first_time": "2026-01-15T04:00:00Z",
                "time": "2026-01-15T05:00:00Z",
                "share": 0.75,
                "whole_time": "2026-01-14T21:00:00Z",
                "whole_share": 0.875,
                "spread": [SAND],
                "contractor": "syd",
                "contractors": ["nord", "syd"],
            },
            "PLOUGHING": {
                "first_time": "2026-01-15T03:00:00Z",
                "time": "2026-01-15T03:00:00Z",
                "share": 1.0,
                "whole_time": "2026-01-15T03:00:00Z",
                "whole_share": 1.0,
                "spread": [],
                "contractor": "nord",
                "contractors": ["nord"],
            },
        },
    }
    geometries = [feature["geometry"]["coordinates"] for feature in answer.json()["features"]]
    assert geometries == [[list(place) for place in LINES[at]] for at in (STORGATAN, STORGATAN, GC_PATH)]
    assert "p1" not in answer.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since=PT2H", [(STORGATAN, "SANDING_LINE")]),
        ("since=2026-01-15T04:30:00%2B01:00", [(STORGATAN, "SANDING_LINE"), (STORGATAN, "PLOUGHING")]),
        ("action=PLOUGHING&since=PT8H", [(STORGATAN, "PLOUGHING"), (STORGATAN, "PLOUGHING")]),
        ("action=GRADING,SANDING_LINE", [(STORGATAN, "SANDING_LINE")]),
        ("action=GRADING&action=SANDING_LINE", [(STORGATAN, "SANDING_LINE")]),
        ("action=GRADING", []),
        ("bbox=18.79,63.29,18.81,63.31", [(GC_PATH, "PLOUGHING")]),
    ],
)
def test_treatments_asked_for(
    client: httpx.Client, treated: Database, query: str, found: list[tuple[int, str]]
) -> None:
    answer = client.get(f"/api/v1/treatments?{query}")
    assert [(one["segment_id"], one["action"]) for one in properties(answer)] == found


def test_polling_costs_little_until_something_changes(client: httpx.Client, treated: Database) -> None:
    path = "/api/v1/treatments?geometry=false"
    first = client.get(path)
    assert {feature["geometry"] for feature in first.json()["features"]} == {None}
    etag = {"If-None-Match": first.headers["etag"]}
    assert client.get(path, headers=etag).status_code == 304
    treated.execute("UPDATE treatment SET share = 0.9 WHERE segment_id = %s", [GC_PATH])
    assert client.get(path, headers=etag).status_code == 200


def test_a_street_that_left_the_network_is_not_listed(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    device = add_device(rows, "position", "nord", "p1")
    add_treatment(rows, 99, 1, PLOUGHING, NOW, device)
    assert properties(client.get("/api/v1/treatments")) == []


def test_every_row_is_sent(client: httpx.Client, rows: Database) -> None:
    add_network(rows)
    copy_storgatan(rows, 12_000)
    rows.execute(
        "INSERT INTO treatment SELECT segment_id, 1, 0, %s, 1, 1, %s, '{1}' FROM segment", [NOW, NOW]
    )
    assert len(properties(client.get("/api/v1/segments"))) == 12_003
    assert len(properties(client.get("/api/v1/treatments"))) == 12_003
