"""Snow depth in other envelopes than ChirpStack 4, and the payloads inside them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.snow_reading import Measured, Quantity, Reading, Sent, reading_of
from vinterkoll.ingest.formats.vegapuls import distance_m
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason

DATA = Path(__file__).parents[1] / "data"
AIR_41 = "083FA31F152D2401042009"
TTS_TOPIC = "v3/snow@kommun/devices/snow-1/up"


def sample(name: str, form: str) -> Any:
    return json.loads((DATA / name / f"{form}.json").read_bytes())


def decoded(name: str, payload: Any, topic: str = "any") -> Decoded:
    return FORMATS[name]([Message(topic, json.dumps(payload).encode(), 0)])


def us(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    ("name", "form", "time"),
    [
        ("chirpstack", "version-3", "2026-01-18T09:34:15.775023"),
        ("chirpstack", "version-3-published-at", "2026-01-18T09:34:16.012346"),
        ("chirpstack", "version-3-protobuf-json", "2026-01-18T09:34:15.775023"),
        ("chirpstack", "version-3-protobuf-json-decoded", "2026-01-18T09:34:15.775023"),
        ("chirpstack", "version-4-decoded-decentlab", "2026-01-18T09:34:15.775023"),
        ("the-things-stack", "decentlab", "2026-01-18T09:34:15.775023"),
        ("the-things-stack", "decoded-decentlab", "2026-01-18T09:34:15.775023"),
        ("the-things-stack", "decoded", "2026-01-18T09:34:15.775023"),
        ("netmore", "decentlab", "2026-01-18T09:34:15.775"),
    ],
)
def test_every_envelope_says_the_same(name: str, form: str, time: str) -> None:
    result = decoded(name, sample(name, form))
    assert result.rejects == []
    (row,) = result.rows
    assert row["device"] == DeviceKey("snow", "", "0004a30b001c0530")
    assert (row["time_us"], row["seq"], row["version_us"]) == (us(time), 4, 0)
    assert (row["distance_m"], row["battery_v"]) == (np.float32(1.234), np.float32(2.993))
    assert np.isnan([row["depth_m"], row["lon"], row["lat"]]).all()


@pytest.mark.parametrize(
    ("member", "sent", "lost"),
    [
        ("battery_voltage", {"value": "low", "unit": "V"}, "battery_v"),
        ("battery_voltage", {"value": [2.9], "unit": "V"}, "battery_v"),
        ("battery_voltage", {"value": 2.9, "unit": {"symbol": "V"}}, "battery_v"),
        ("battery_voltage", {"value": True, "unit": "V"}, "battery_v"),
        ("distance", {"value": "no echo", "unit": "mm"}, "distance_m"),
    ],
)
def test_a_decoded_value_that_is_no_number_takes_nothing_with_it(
    member: str, sent: dict[str, Any], lost: str
) -> None:
    uplink = sample("chirpstack", "version-4-decoded-decentlab")
    uplink["object"][member] = sent
    uplink["object"]["snow_depth_m"] = 0.5
    result = decoded("chirpstack", uplink)
    assert result.rejects == []
    (row,) = result.rows
    assert row["depth_m"] == np.float32(0.5)
    assert {name for name in ("battery_v", "distance_m") if np.isnan(row[name])} == {lost}


@pytest.mark.parametrize(
    ("name", "form"),
    [("chirpstack", "version-4-vegapuls"), ("the-things-stack", "vegapuls"), ("netmore", "vegapuls")],
)
def test_vegapuls_in_every_envelope(name: str, form: str) -> None:
    (row,) = decoded(name, sample(name, form)).rows
    assert row["distance_m"] == pytest.approx(1.27439, abs=1e-5)
    assert np.isnan(row["battery_v"])  # it says percent


def test_a_decoded_snow_depth_is_metres() -> None:
    (row,) = decoded("chirpstack", sample("chirpstack", "version-4-decoded")).rows
    assert row["depth_m"] == np.float32(0.235)
    assert np.isnan(row["distance_m"])


@pytest.mark.parametrize(
    ("payload", "metres"),
    [
        (AIR_41, 1.27439),
        ("083FA31F152F2401042009", 1.27439 * 0.0254),  # inches
        ("083FA31F152C2401042009", 1.27439 * 0.3048),  # feet
        ("08449A4000312401042009", 1.234),  # 1234 mm
        ("0A047FFFFFFF2D42000055F0003D2004", np.nan),  # NAMUR: failure, no echo
        ("0c3fefc9712d222f222f42af05af296300d620b2", 1.87334),
    ],
)
def test_vegapuls_packets(payload: str, metres: float) -> None:
    assert distance_m(bytes.fromhex(payload)) == pytest.approx(metres, abs=1e-5, nan_ok=True)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "08",
        AIR_41 + "00",
        AIR_41[:-2],
        "083FA31F15202401042009",  # degrees Celsius is no length
        "08BFA31F152D2401042009",  # negative
        "087F8000002D2401042009",  # infinite
        "11" + "00" * 10,  # names of the device
        "0200400000002d6000d1af",  # packet 2: as long as Decentlab's, and refused as that
        "0200400003002d6000d1af",  # packet 2 whose distance, 2.001 m, looks like Decentlab's flags
        "02012f000366b48a3d0bb1",  # DL-SHT35: temperature and humidity where a DL-MBX has distance and samples
        "ff0102",
    ],
)
def test_bad_payloads(payload: str) -> None:
    with pytest.raises(Problem) as caught:
        read(None, payload)
    assert (caught.value.code, caught.value.field) == (Reason.BAD_PAYLOAD, "data")


def read(measured: Measured | None, payload: str | None = AIR_41) -> Reading:
    return reading_of(Sent(measured, "object", None if payload is None else bytes.fromhex(payload), "data"))


def test_an_object_with_known_names_wins_over_bytes() -> None:
    assert read(Measured(distance_cm=50)).distance_m == 0.5
    assert read(Measured(battery_v=3)).distance_m > 1
    assert read(Measured(battery_mv=3_000), None).battery_v == 3


@pytest.mark.parametrize(("value", "unit"), [(1_234, "mm"), (123.4, "cm"), (1.234, "m")])
def test_a_unit_beside_the_value_is_honoured(value: float, unit: str) -> None:
    assert read(Measured(distance=Quantity(value, unit))).distance_m == pytest.approx(1.234)


@pytest.mark.parametrize(
    "sent", [Quantity(1_234), Quantity(1_234, "in"), Quantity(unit="mm"), 1_234.0, "1 m", True, []]
)
def test_a_value_without_a_known_unit_is_not_read(sent: Any) -> None:
    assert read(Measured(distance=sent)).distance_m == pytest.approx(1.27439, abs=1e-5)


def test_a_decoded_distance_without_valid_samples_is_none() -> None:
    sent = Measured(
        distance=Quantity(1_234, "mm"),
        number_of_valid_samples=Quantity(0),
        battery_voltage=Quantity(2_993, "mV"),
    )
    reading = read(sent, None)
    assert np.isnan(reading.distance_m)
    assert reading.battery_v == 2.993


@pytest.mark.parametrize(
    ("name", "change", "code", "field"),
    [
        ("chirpstack", {"devEUI": None}, Reason.MISSING_FIELD, "deviceInfo.devEui"),
        ("chirpstack", {"devEUI": "AASjCwAcBTD="}, Reason.OUT_OF_RANGE, "devEUI"),  # not canonical
        ("chirpstack", {"devEUI": "AASjCwAcBTAA"}, Reason.OUT_OF_RANGE, "devEUI"),  # nine bytes
        ("chirpstack", {"object": {"distance": {"value": 200, "unit": "m"}}},
         Reason.OUT_OF_RANGE, "object.distance"),
        ("chirpstack", {"object": None, "objectJSON": '{"distance": {"value": -1, "unit": "mm"}}'},
         Reason.OUT_OF_RANGE, "objectJSON.distance"),
        ("chirpstack", {"object": None, "objectJSON": '{"distance_mm": "far"}'},
         Reason.WRONG_TYPE, "objectJSON.distance_mm"),
        ("chirpstack", {"object": None, "objectJSON": "{"}, Reason.BAD_JSON, "objectJSON"),
        ("chirpstack", {"object": None, "objectJSON": '{"x": ' + "[" * 9_000}, Reason.BAD_JSON, "objectJSON"),
        ("chirpstack", {"object": None, "objectJSON": " " * 10_001}, Reason.OUT_OF_RANGE, "objectJSON"),
        ("chirpstack", {"rxInfo": []}, Reason.MISSING_FIELD, "time"),
        ("chirpstack", {"rxInfo": [{"time": "1970-01-01T00:00:00Z"}]}, Reason.MISSING_FIELD, "time"),
        ("chirpstack", {"publishedAt": "2026-01-18T09:34:16"}, Reason.TIME_WITHOUT_OFFSET, "publishedAt"),
        ("chirpstack", {"object": {"distance_mm": "far"}}, Reason.WRONG_TYPE, "object.distance_mm"),
        ("chirpstack", {"object": {"snow_depth_m": 235}}, Reason.OUT_OF_RANGE, "object.snow_depth_m"),
        ("the-things-stack", {"uplink_message": None}, Reason.MISSING_FIELD, "uplink_message"),
        ("the-things-stack", {"uplink_message": {"received_at": "2026-01-18T09:34:15Z"}},
         Reason.MISSING_FIELD, "uplink_message.frm_payload"),
        ("the-things-stack", {"end_device_ids": {"device_id": "snow-2"}},
         Reason.TOPIC_MISMATCH, "end_device_ids.device_id"),
        ("netmore", {"messageType": "ack"}, Reason.OUT_OF_RANGE, "messageType"),
        ("netmore", {"payload": "xy"}, Reason.BAD_PAYLOAD, "payload"),
        ("netmore", {"timestamp": None}, Reason.MISSING_FIELD, "timestamp"),
    ],
)  # fmt: skip
def test_a_bad_uplink_is_told_its_field(name: str, change: dict[str, Any], code: Reason, field: str) -> None:
    good = sample(name, {"chirpstack": "version-3"}.get(name, "decentlab"))
    good = good[0] if isinstance(good, list) else good
    result = decoded(name, [good, {**good, **change}, good], TTS_TOPIC)
    assert result.rows["item"].tolist() == [0, 2]
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(1, code, field)]


def test_the_things_stack_names_a_device_without_eui_by_its_id_and_takes_the_outer_time() -> None:
    up = sample("the-things-stack", "decentlab")
    message = {"frm_payload": up["uplink_message"]["frm_payload"]}
    up |= {"end_device_ids": {"device_id": "snow-1"}, "uplink_message": message}
    (row,) = decoded("the-things-stack", up, TTS_TOPIC).rows
    assert row["device"].name == "snow-1"
    assert (row["time_us"], row["seq"]) == (us("2026-01-18T09:34:15.981204"), 0)


WEATHER = sorted(path.stem for path in (DATA / "weather-observed").glob("*.json"))


@pytest.mark.parametrize("form", WEATHER)
def test_snow_height_is_centimetres(form: str) -> None:
    row = decoded("weather-observed", sample("weather-observed", form)).rows[0]
    assert row["device"] == DeviceKey("snow", "", "urn:ngsi-ld:WeatherObserved:ornskoldsvik:snow-1")
    assert row["depth_m"] == np.float32(0.235)
    assert row["time_us"] == us("2026-01-18T09:30")
    assert (row["lon"], row["lat"]) == (18.7162, 63.2909)
    assert np.isnan([row["distance_m"], row["battery_v"]]).all()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"snowHeight": None}, Reason.MISSING_FIELD, "snowHeight"),
        ({"snowHeight": 2_001}, Reason.OUT_OF_RANGE, "snowHeight"),
        ({"type": "TrafficFlowObserved"}, Reason.OUT_OF_RANGE, "type"),
        ({"dateObserved": None}, Reason.MISSING_FIELD, "dateObserved"),
        ({"dateModified": "then"}, Reason.BAD_TIME, "dateModified"),
    ],
)
def test_bad_weather(change: dict[str, Any], code: Reason, field: str) -> None:
    good = sample("weather-observed", "key-values")
    result = decoded("weather-observed", [good, {**good, **change}])
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(1, code, field)]


def test_weather_over_an_interval_is_of_its_end() -> None:
    good = sample("weather-observed", "key-values")
    sent = {**good, "dateObserved": "2026-01-18T09:00:00Z/PT30M", "dateModified": "2026-01-18T10:00:00Z"}
    (row,) = decoded("weather-observed", sent).rows
    assert (row["time_us"], row["version_us"]) == (us("2026-01-18T09:30"), us("2026-01-18T10:00"))
