"""TrafficFlowObserved: the official examples, and the traps in them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.traffic_flow_observed import decode
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import FLOW, DeviceKey
from vinterkoll.processing.rejects import Reason

EXAMPLES = Path(__file__).parents[1] / "data" / "smart-data-models"
TOPIC = "traffic/v1/kommun/flow"


def prop(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def moment(text: str) -> dict[str, Any]:
    return prop({"@type": "DateTime", "@value": text})


GOOD: dict[str, Any] = {
    "id": "urn:ngsi-ld:TrafficFlowObserved:1",
    "type": "TrafficFlowObserved",
    "dateObserved": moment("2026-01-12T05:10:00Z"),
    "dateObservedFrom": moment("2026-01-12T05:10:00Z"),
    "dateObservedTo": moment("2026-01-12T05:11:00Z"),
    "intensity": prop(12),
}


def decoded(*payloads: Any) -> Decoded:
    return decode(
        [Message(TOPIC, p if isinstance(p, bytes) else json.dumps(p).encode(), 0) for p in payloads]
    )


def us(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.json*")))
def test_the_official_examples(name: str) -> None:
    result = decoded((EXAMPLES / name).read_bytes())
    assert result.rejects == []
    (row,) = result.rows
    assert result.rows.dtype == FLOW
    assert row["device"].name.endswith("TrafficFlowObserved-Valladolid-osm-60821110")
    assert row["device"].part == "lane=1 forward"
    assert (row["time_us"], row["period_s"]) == (us("2016-12-07T11:10:00"), 300)
    assert (row["intensity"], row["headway_s"], row["reversed_lane"], row["congested"]) == (197, 0.5, 0, -1)
    assert row["occupancy"] == pytest.approx(0.76)
    assert row["speed_kmh"] == pytest.approx(52.6)
    assert row["vehicle_length_m"] == pytest.approx(9.87)
    assert np.isnan(row["gap_m"])
    assert (row["lon"], row["lat"]) == (-4.73414858659993, 41.6600594193478)
    assert row["version_us"] == 0


@pytest.mark.parametrize(
    ("times", "start", "period_s"),
    [
        ({"dateObserved": prop("2026-01-12T05:10:00/2026-01-12T05:15:00")}, "2026-01-12T05:10", 300),
        ({"dateObserved": prop("2026-01-12T06:10:00+01:00")}, "2026-01-12T05:10", np.nan),
        ({"dateObserved": moment("2026-01-12T05:10")}, "2026-01-12T05:10", np.nan),
        ({"dateObservedFrom": moment("2026-01-12T05:10:00Z")}, "2026-01-12T05:10", np.nan),
        (
            {"dateObserved": prop("2025-01-12T05:10:00Z"), "dateObservedFrom": prop("2026-01-12T05:10:00Z"),
             "dateObservedTo": prop("2026-01-12T05:10:30Z")},
            "2026-01-12T05:10", 30,
        ),
        ({"dateObservedFrom": prop("2026-01-12T05:10Z"), "dateObservedTo": prop("2026-01-12T05:10Z")},
         "2026-01-12T05:10", np.nan),
    ],
)  # fmt: skip
def test_periods(times: dict[str, Any], start: str, period_s: float) -> None:
    (row,) = decoded({"id": "a", "type": "TrafficFlowObserved", **times}).rows
    assert row["time_us"] == us(start)
    np.testing.assert_equal(float(row["period_s"]), period_s)


def test_series_version_segment_and_place() -> None:
    (row,) = decoded(
        {
            **GOOD,
            "laneId": prop(2),
            "laneDirection": prop("backward"),
            "vehicleType": prop("lorry"),
            "vehicleSubType": prop("OGV1"),
            "dateModified": moment("2026-01-12T06:00:00Z"),
            "refRoadSegment": {"type": "Relationship", "object": "urn:ngsi-ld:RoadSegment:1"},
            "congested": prop(True),
            "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [18.7, 63.3, 12]}},
        }
    ).rows
    assert row["device"] == DeviceKey("flow", "", GOOD["id"], "lane=2 backward lorry subtype=OGV1")
    assert row["version_us"] == us("2026-01-12T06:00")
    assert (row["road_segment"], row["congested"]) == ("urn:ngsi-ld:RoadSegment:1", 1)
    assert (row["lon"], row["lat"]) == (18.7, 63.3)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"id": None}, Reason.MISSING_FIELD, "id"),
        ({"type": "WeatherObserved"}, Reason.OUT_OF_RANGE, "type"),
        ({"intensity": prop("12")}, Reason.WRONG_TYPE, "intensity"),
        ({"intensity": prop(-1)}, Reason.OUT_OF_RANGE, "intensity"),
        ({"intensity": {"type": "Property"}}, Reason.MISSING_FIELD, "intensity"),
        ({"occupancy": prop(76)}, Reason.OUT_OF_RANGE, "occupancy"),
        ({"congested": prop("no")}, Reason.WRONG_TYPE, "congested"),
        ({"laneId": prop(0)}, Reason.OUT_OF_RANGE, "laneId"),
        ({"laneDirection": prop("up")}, Reason.OUT_OF_RANGE, "laneDirection"),
        ({"vehicleType": prop("a\0b")}, Reason.OUT_OF_RANGE, "vehicleType"),
        ({"dateObservedFrom": moment("soon")}, Reason.BAD_TIME, "dateObservedFrom"),
        ({"dateObservedFrom": moment("2026-01-12")}, Reason.BAD_TIME, "dateObservedFrom"),
        ({"dateObservedTo": moment("2026-01-12T05:00:00Z")}, Reason.BAD_TIME, "dateObservedTo"),
        ({"dateObservedTo": moment("2027-01-12T05:00:00Z")}, Reason.BAD_TIME, "dateObservedTo"),
        ({"dateModified": prop("then")}, Reason.BAD_TIME, "dateModified"),
        ({"dateObservedFrom": None, "dateObserved": None}, Reason.MISSING_FIELD, "dateObserved"),
        ({"dateObservedFrom": prop("1999-01-12T05:00:00Z")}, Reason.BAD_TIME, "dateObservedFrom"),
        ({"location": prop({"type": "Point", "coordinates": [200, 1]})}, Reason.OUT_OF_RANGE, "location"),
        ({"location": prop({"type": "Point", "coordinates": ["18", "63"]})}, Reason.OUT_OF_RANGE, "location"),
    ],
)
def test_a_bad_entity_is_told_its_attribute(change: dict[str, Any], code: Reason, field: str) -> None:
    result = decoded({"data": [GOOD, {**GOOD, **change}, GOOD]})
    assert result.rows["item"].tolist() == [0, 2]
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(1, code, field)]


@pytest.mark.parametrize(
    "wrapped",
    [
        [GOOD, GOOD],
        {"type": "Notification", "id": "urn:n:1", "subscriptionId": "urn:s:1", "data": [GOOD, GOOD]},
        {"subscriptionId": "57458eb60962ef754e7c0998", "data": [GOOD, GOOD]},
    ],
)
def test_arrays_and_notifications(wrapped: Any) -> None:
    assert decoded(wrapped).rows["item"].tolist() == [0, 1]


def test_geometries_without_a_point_are_no_place() -> None:
    polygon = {"type": "Polygon", "coordinates": [[[18, 63], [19, 63], [19, 64], [18, 63]]]}
    (row,) = decoded({**GOOD, "location": {"type": "GeoProperty", "value": polygon}}).rows
    assert np.isnan(row["lon"])
    assert np.isnan(row["lat"])
