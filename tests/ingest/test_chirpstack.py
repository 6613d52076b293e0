"""ChirpStack v4 uplinks and the Decentlab payload inside them."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.chirpstack import decode
from vinterkoll.ingest.formats.decentlab import decode_mbx
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import SNOW, DeviceKey
from vinterkoll.processing.rejects import Reason

SAMPLE = (Path(__file__).parents[1] / "data" / "chirpstack" / "uplink.json").read_bytes()
UPLINK: dict[str, Any] = json.loads(SAMPLE)
TOPIC = "application/17c82e96-be03-4f38-aef3-f83d48582d97/device/0004a30b001c0530/event/up"


def decoded(*payloads: Any, topic: str = TOPIC) -> Decoded:
    return decode(
        [Message(topic, p if isinstance(p, bytes) else json.dumps(p).encode(), 0) for p in payloads]
    )


def data(hexadecimal: str) -> dict[str, str]:
    return {"data": b64encode(bytes.fromhex(hexadecimal)).decode()}


def test_an_uplink_as_chirpstack_writes_it() -> None:
    result = decoded(SAMPLE)
    assert result.rejects == []
    assert result.rows.dtype == SNOW
    (row,) = result.rows
    assert row["device"] == DeviceKey("snow", "", "0004a30b001c0530")
    assert row["time_us"] == np.datetime64("2026-01-18T09:34:15.775023", "us").astype(np.int64)
    assert row["seq"] == 4
    assert row["distance_m"] == np.float32(1.234)
    assert row["battery_v"] == np.float32(2.993)
    assert np.isnan([row["depth_m"], row["lon"], row["lat"]]).all()


def test_battery_only_is_a_row_without_distance() -> None:
    (row,) = decoded({**UPLINK, **data("02012f00020bb1")}).rows
    assert np.isnan(row["distance_m"])
    assert row["battery_v"] == np.float32(2.993)


def test_a_distance_without_valid_samples_is_none() -> None:
    assert np.isnan(decode_mbx(bytes.fromhex("02012f000304d200000bb1")).distance_m)


def test_distance_only() -> None:
    reading = decode_mbx(bytes.fromhex("02012f000104d20001"))
    assert reading.distance_m == 1.234
    assert np.isnan(reading.battery_v)


@pytest.mark.parametrize(
    "payload",
    ["", "02", "01012f00020bb1", "02012f00040bb1", "02012f000304d20001", "02012f00020bb100", "02012f00020b"],
)
def test_bad_payloads(payload: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_mbx(bytes.fromhex(payload))
    assert caught.value.code is Reason.BAD_PAYLOAD
    (reject,) = decoded({**UPLINK, **data(payload)}).rejects
    assert (reject.code, reject.field) == (Reason.BAD_PAYLOAD, "data")


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"data": "???"}, Reason.BAD_PAYLOAD, "data"),
        ({"data": None}, Reason.MISSING_FIELD, "data"),
        ({"data": "A" * 344}, Reason.OUT_OF_RANGE, "data"),
        ({"time": "2026-01-18T09:34:15"}, Reason.TIME_WITHOUT_OFFSET, "time"),
        ({"time": "1970-01-18T09:34:15Z"}, Reason.BAD_TIME, "time"),
        ({"fCnt": -1}, Reason.OUT_OF_RANGE, "fCnt"),
        ({"deviceInfo": {}}, Reason.MISSING_FIELD, "deviceInfo.devEui"),
        ({"deviceInfo": {"devEui": "x"}}, Reason.OUT_OF_RANGE, "deviceInfo.devEui"),
        ({"deviceInfo": {"devEui": "AASjCwAcBTA="}}, Reason.OUT_OF_RANGE, "deviceInfo.devEui"),
        ({"deviceInfo": {"devEui": "0004a30b001c0531"}}, Reason.TOPIC_MISMATCH, "deviceInfo.devEui"),
    ],
)
def test_a_bad_uplink_is_told_its_field(change: dict[str, Any], code: Reason, field: str) -> None:
    result = decoded(UPLINK, {**UPLINK, **change}, UPLINK)
    assert result.rows["message"].tolist() == [0, 2]
    assert [(r.message, r.item, r.code, r.field) for r in result.rejects] == [(1, 0, code, field)]


def test_the_eui_is_one_in_either_case() -> None:
    upper = {**UPLINK, "deviceInfo": {"devEui": "0004A30B001C0530"}}
    (row,) = decoded(upper, topic=TOPIC.replace("0004a30b001c0530", "0004A30B001C0530")).rows
    assert row["device"].name == "0004a30b001c0530"


def test_a_topic_that_names_no_device_is_no_matter() -> None:
    assert len(decoded(UPLINK, topic="lorawan/up").rows) == 1
