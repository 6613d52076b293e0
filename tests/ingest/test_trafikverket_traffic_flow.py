"""Trafikverket's TrafficFlow: what its fields become, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.trafikverket_traffic_flow import decode
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import FLOW, DeviceKey
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason

SAMPLES = Path(__file__).parents[1] / "data" / "trafikverket-traffic-flow"
FLOW_OBJECT: dict[str, Any] = json.loads((SAMPLES / "object.json").read_bytes())


def decoded(payload: Any) -> Decoded:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode([Message("trafikverket/v1/TrafficFlow", content, 0)])


def us(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


def test_a_measurement_becomes_a_row() -> None:
    result = decoded(FLOW_OBJECT)
    assert result.rejects == []
    assert result.rows.dtype == FLOW
    (row,) = result.rows
    assert row["device"] == DeviceKey("flow", "", "trafikverket:4021", "lane=1 side=northBound")
    assert (row["time_us"], row["period_s"]) == (us("2026-01-12T05:10:00"), 300)  # it ends at 05:15
    assert row["intensity"] == 42  # 504 an hour
    assert row["speed_kmh"] == np.float32(71.4)
    assert row["version_us"] == us("2026-01-12T05:15:21.432")
    assert (row["lon"], row["lat"]) == (18.7162, 63.2909)
    assert (row["congested"], row["reversed_lane"], row["road_segment"]) == (-1, -1, "")
    assert np.isnan([row[name] for name in ("occupancy", "vehicle_length_m", "gap_m", "headway_s")]).all()


def test_an_answer_of_the_api() -> None:
    result = decoded((SAMPLES / "api-answer.json").read_bytes())
    assert result.rows["item"].tolist() == [0, 1]
    assert [(r.item, r.code, r.field) for r in result.rejects] == [
        (2, Reason.OUT_OF_RANGE, "DataQuality"),
        (3, Reason.TIME_WITHOUT_OFFSET, "MeasurementTime"),
    ]
    assert result.rows["intensity"].tolist() == [42, 0]
    assert np.isnan(result.rows["speed_kmh"][1])


def test_classes_and_lanes_are_series_of_their_own() -> None:
    parts = [device.part for device in decoded((SAMPLES / "array.json").read_bytes()).rows["device"]]
    assert parts == ["lane=1 side=northBound", "lane=2 side=northBound", "lane=2 side=northBound lorry"]
    (row,) = decoded({**FLOW_OBJECT, "SpecificLane": "busLane", "MeasurementSide": None}).rows
    assert row["device"].part == "lane=busLane"


@pytest.mark.parametrize("period", [None, 0])
def test_without_a_period_there_is_no_count(period: int | None) -> None:
    (row,) = decoded({**FLOW_OBJECT, "MeasurementOrCalculationPeriod": period}).rows
    assert np.isnan(row["period_s"])
    assert np.isnan(row["intensity"])
    assert row["time_us"] == us("2026-01-12T05:15:00")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"SiteId": None}, Reason.MISSING_FIELD, "SiteId"),
        ({"SiteId": "4021"}, Reason.WRONG_TYPE, "SiteId"),
        ({"MeasurementTime": None}, Reason.MISSING_FIELD, "MeasurementTime"),
        ({"MeasurementTime": "1999-12-31T23:59:00Z"}, Reason.BAD_TIME, "MeasurementTime"),
        ({"MeasurementOrCalculationPeriod": -1}, Reason.OUT_OF_RANGE, "MeasurementOrCalculationPeriod"),
        ({"ModifiedTime": "1999-12-31T23:59:00Z"}, Reason.BAD_TIME, "ModifiedTime"),
        ({"ModifiedTime": "2026-01-12T05:15:21"}, Reason.BAD_TIME, "ModifiedTime"),
        ({"VehicleFlowRate": -1}, Reason.OUT_OF_RANGE, "VehicleFlowRate"),
        ({"Deleted": True}, Reason.OUT_OF_RANGE, "Deleted"),
        ({"Geometry": {"WGS84": "LINESTRING (1 2, 3 4)"}}, Reason.OUT_OF_RANGE, "Geometry.WGS84"),
        ({"Geometry": {"WGS84": "POINT (63.2909 118.7162)"}}, Reason.OUT_OF_RANGE, "Geometry.WGS84"),
    ],
)
def test_a_bad_measurement_is_told_its_field(change: dict[str, Any], code: Reason, field: str) -> None:
    result = decoded([FLOW_OBJECT, {**FLOW_OBJECT, **change}])
    assert result.rows["item"].tolist() == [0]
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(1, code, field)]


def test_an_error_of_the_api_is_a_reject() -> None:
    answer = {
        "RESPONSE": {"RESULT": [{"ERROR": {"SOURCE": "Security", "MESSAGE": "Invalid authentication"}}]}
    }
    (reject,) = decoded(answer).rejects
    assert (reject.item, reject.code) == (WHOLE_MESSAGE, Reason.MISSING_FIELD)
    assert reject.field == "RESPONSE.RESULT[0].TrafficFlow"


def test_wrong_utf8_beside_the_measurements_is_a_reject() -> None:
    answer = (SAMPLES / "api-answer.json").read_bytes().replace(b"LASTCHANGEID", b"LAST\x80CHANGEID")
    result = decoded(answer)
    assert len(result.rows) == 0
    assert [(r.item, r.code) for r in result.rejects] == [(WHOLE_MESSAGE, Reason.BAD_JSON)]
