"""MIP profile v1: what a row holds, and what each kind of bad item is told."""

import json
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.envelope import MAX_ITEMS
from vinterkoll.ingest.formats.mip import decode
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing import actions
from vinterkoll.processing.observations import POSITION, DeviceKey
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject

TOPIC = "mip/v1/nordsno/AB12/position"
SUPPLIER_TOPIC = "mip/v1/nordsno/positions"
GOOD: dict[str, Any] = {"time": "2026-01-12T05:11:12.123Z", "lon": 18.7, "lat": 63.29, "actions": []}


def decoded(*payloads: Any, topic: str = TOPIC) -> Decoded:
    return decode(
        [Message(topic, p if isinstance(p, bytes) else json.dumps(p).encode(), 0) for p in payloads]
    )


def only_reject(payload: Any, topic: str = TOPIC) -> Reject:
    result = decoded(payload, topic=topic)
    assert len(result.rows) == 0
    (reject,) = result.rejects
    return reject


def test_a_full_position_becomes_a_row() -> None:
    result = decoded(
        {
            **GOOD,
            "vehicle": "AB12",
            "speed_kmh": 31.5,
            "heading": 360,
            "accuracy_m": 2,
            "hdop": 0.5,
            "actions": ["PLOUGHING", "SALTING_DRY"],
            "plough": {"front": "DOWN", "side_left": "UP"},
            "spread": {"material": "NaCl", "g_per_m2": 12, "ml_per_m2": 1, "width_m": 6, "symmetry": "LEFT"},
            "area": "Norr",
            "contract": "2026-4",
            "operator": "Someone",
            "seq": 7,
            "event": "start",
            "odometer_m": 1_000_000.5,
        }
    )
    assert result.rejects == []
    (row,) = result.rows
    assert result.rows.dtype == POSITION
    assert row["device"] == DeviceKey("position", "nordsno", "AB12")
    assert row["time_us"] == np.datetime64("2026-01-12T05:11:12.123", "us").astype(np.int64)
    assert (row["seq"], row["version_us"]) == (7, 0)
    assert (row["lon"], row["lat"], row["speed_kmh"], row["heading_deg"]) == (18.7, 63.29, 31.5, 0)
    assert (row["accuracy_m"], row["hdop"], row["odometer_m"]) == (2, 0.5, 1_000_000.5)
    assert actions.codes_of(row["actions"]) == ["PLOUGHING", "SALTING_DRY"]
    assert (row["plough_known"], row["plough_down"]) == (0b0011, 0b0001)
    assert (row["spread_material"], row["spread_g_per_m2"], row["spread_ml_per_m2"]) == ("NaCl", 12, 1)
    assert (row["spread_width_m"], row["spread_symmetry"]) == (6, "LEFT")
    assert (row["area"], row["contract"], row["event"]) == ("Norr", "2026-4", "start")
    assert "Someone" not in repr(result)


def test_what_was_not_sent_is_nan_or_empty() -> None:
    (row,) = decoded({**GOOD, "speed_kmh": None, "plough": {"front": None}}).rows
    for name in ("speed_kmh", "heading_deg", "accuracy_m", "hdop", "spread_g_per_m2", "odometer_m"):
        assert np.isnan(row[name]), name
    for name in ("unknown_actions", "spread_material", "spread_symmetry", "area", "contract", "event"):
        assert row[name] == "", name
    assert (row["actions"], row["plough_known"], row["plough_down"], row["seq"]) == (0, 0, 0, 0)


def test_sweref_becomes_degrees() -> None:
    (row,) = decoded({"time": GOOD["time"], "actions": [], "e": 500_000, "n": 7_000_000}).rows
    assert row["lon"] == pytest.approx(15.0, abs=1e-7)
    assert row["lat"] == pytest.approx(63.13, abs=0.01)


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("2026-01-12T06:11:12.123+01:00", "2026-01-12T05:11:12.123"),
        ("2026-01-12T05:11:12.999999Z", "2026-01-12T05:11:12.999999"),
        ("2100-12-31T23:59:59.999999Z", "2100-12-31T23:59:59.999999"),
        (1_768_194_672_123, "2026-01-12T05:11:12.123"),
    ],
)
def test_times(time: str | int, instant: str) -> None:
    (row,) = decoded({**GOOD, "time": time}).rows
    assert row["time_us"] == np.datetime64(instant, "us").astype(np.int64)


def test_heading_that_rounds_to_a_full_turn_is_north() -> None:
    (row,) = decoded({**GOOD, "heading": 359.9999999}).rows
    assert row["heading_deg"] == 0


def test_unknown_actions_are_kept() -> None:
    (row,) = decoded({**GOOD, "actions": ["snow \n blowing", "PLOUGHING", "blading", "blading"]}).rows
    assert row["actions"] == actions.PLOUGHING | actions.UNKNOWN
    assert row["unknown_actions"] == "blading\nsnow blowing"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"time": "2026-01-12T05:11:12"}, Reason.TIME_WITHOUT_OFFSET, "time"),
        ({"time": "yesterday"}, Reason.BAD_TIME, "time"),
        ({"time": "1980-01-06T00:00:00Z"}, Reason.BAD_TIME, "time"),
        ({"time": "2101-01-01T00:00:00Z"}, Reason.BAD_TIME, "time"),
        ({"time": 1_768_194_672}, Reason.BAD_TIME, "time"),
        ({"time": 10**40}, Reason.BAD_TIME, "time"),
        ({"time": 1.5}, Reason.WRONG_TYPE, "time"),
        ({"time": None}, Reason.MISSING_FIELD, "time"),
        ({"actions": None}, Reason.MISSING_FIELD, "actions"),
        ({"actions": "PLOUGHING"}, Reason.WRONG_TYPE, "actions"),
        ({"actions": [1]}, Reason.WRONG_TYPE, "actions[0]"),
        ({"actions": ["x" * 65]}, Reason.OUT_OF_RANGE, "actions[0]"),
        ({"actions": ["a\0b"]}, Reason.OUT_OF_RANGE, "actions[0]"),
        ({"lon": None}, Reason.NO_POSITION, "lon"),
        ({"lat": 90.1}, Reason.OUT_OF_RANGE, "lat"),
        ({"lon": "18.7"}, Reason.WRONG_TYPE, "lon"),
        ({"e": 7_000_000, "n": 500_000}, Reason.OUT_OF_RANGE, "e"),
        ({"speed_kmh": -1}, Reason.OUT_OF_RANGE, "speed_kmh"),
        ({"speed_kmh": 1e39}, Reason.OUT_OF_RANGE, "speed_kmh"),
        ({"heading": 361}, Reason.OUT_OF_RANGE, "heading"),
        ({"seq": 2**63}, Reason.OUT_OF_RANGE, "seq"),
        ({"seq": "7"}, Reason.WRONG_TYPE, "seq"),
        ({"plough": {"front": "SIDEWAYS"}}, Reason.OUT_OF_RANGE, "plough.front"),
        ({"plough": "DOWN"}, Reason.WRONG_TYPE, "plough"),
        ({"spread": {"g_per_m2": -1}}, Reason.OUT_OF_RANGE, "spread.g_per_m2"),
        ({"area": "x" * 201}, Reason.OUT_OF_RANGE, "area"),
        ({"area": "a\0"}, Reason.OUT_OF_RANGE, "area"),
        ({"vehicle": "CD34"}, Reason.TOPIC_MISMATCH, "vehicle"),
        ({"vehicle": ""}, Reason.OUT_OF_RANGE, "vehicle"),
    ],
)
def test_a_bad_item_is_told_its_field(change: dict[str, Any], code: Reason, field: str) -> None:
    reject = only_reject({**GOOD, **change})
    assert (reject.item, reject.code, reject.field) == (0, code, field)
    assert 0 < len(reject.detail) <= 200


@pytest.mark.parametrize("name", ["time", "actions"])
def test_required_fields(name: str) -> None:
    reject = only_reject({key: value for key, value in GOOD.items() if key != name})
    assert (reject.code, reject.field) == (Reason.MISSING_FIELD, name)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", Reason.BAD_JSON),
        (b"{", Reason.BAD_JSON),
        (b"\xff\xfe", Reason.BAD_JSON),
        (b'{"lon": NaN}', Reason.BAD_JSON),
        (b"[" * 100_000, Reason.BAD_JSON),
        (b"7", Reason.WRONG_TYPE),
        (b"null", Reason.WRONG_TYPE),
        (b'{"positions": 7}', Reason.WRONG_TYPE),
        (b'{"positions": [], "vehicle": 7}', Reason.WRONG_TYPE),
        (json.dumps([GOOD] * (MAX_ITEMS + 1)).encode(), Reason.TOO_MANY_ITEMS),
    ],
)
def test_a_bad_message_is_one_reject(payload: bytes, code: Reason) -> None:
    reject = only_reject(payload)
    assert (reject.item, reject.code) == (WHOLE_MESSAGE, code)


@pytest.mark.parametrize("topic", ["mip/v1/x", "mip/v1//AB12/position", f"mip/v1/{'x' * 65}/positions", ""])
def test_topics_that_name_nobody(topic: str) -> None:
    reject = only_reject(GOOD, topic=topic)
    assert (reject.item, reject.code) == (WHOLE_MESSAGE, Reason.UNKNOWN_TOPIC)


def test_bad_items_leave_their_neighbours_alone() -> None:
    items = [GOOD, {**GOOD, "lat": "x"}, {**GOOD, "seq": 2}, {**GOOD, "time": "2026-01-12T05:11:12"}, 5]
    result = decoded({"positions": items}, items, b"broken", GOOD)
    assert result.rows["message"].tolist() == [0, 0, 1, 1, 3]
    assert result.rows["item"].tolist() == [0, 2, 0, 2, 0]
    assert [(r.message, r.item, r.code, r.field) for r in result.rejects] == [
        (0, 1, Reason.WRONG_TYPE, "lat"),
        (0, 3, Reason.TIME_WITHOUT_OFFSET, "time"),
        (0, 4, Reason.WRONG_TYPE, ""),
        (1, 1, Reason.WRONG_TYPE, "lat"),
        (1, 3, Reason.TIME_WITHOUT_OFFSET, "time"),
        (1, 4, Reason.WRONG_TYPE, ""),
        (2, WHOLE_MESSAGE, Reason.BAD_JSON, ""),
    ]


def test_a_suppliers_vehicles() -> None:
    result = decoded(
        {"vehicle": "CD34", "positions": [GOOD, {**GOOD, "vehicle": "CD34"}, {**GOOD, "vehicle": "EF56"}]},
        [{**GOOD, "vehicle": "EF56"}, GOOD],
        topic=SUPPLIER_TOPIC,
    )
    assert [device.name for device in result.rows["device"]] == ["CD34", "CD34", "EF56"]
    assert [(r.message, r.item, r.code) for r in result.rejects] == [
        (0, 2, Reason.TOPIC_MISMATCH),
        (1, 1, Reason.MISSING_FIELD),
    ]


def test_an_empty_array_holds_nothing() -> None:
    result = decoded([], {"positions": []})
    assert (len(result.rows), result.rejects) == (0, [])


def test_no_messages_no_rows() -> None:
    assert decode([]).rows.dtype == POSITION


def test_a_reject_never_quotes_the_operator() -> None:
    for extra in ({"operator": "Kim\0"}, {"operator": {"name": "Kim"}}, {"operator": ["Kim"], "lat": "bad"}):
        assert "Kim" not in repr(decoded({**GOOD, **extra}))


def test_of_a_key_that_comes_twice_the_last_counts_and_all_must_be_good() -> None:
    rest = b'"lon":1,"lat":2,"actions":[]}'
    (row,) = decoded(b'{"time":1768194672000,"time":1768194672123,' + rest).rows
    assert row["time_us"] == 1_768_194_672_123_000
    assert [r.field for r in decoded(b'{"time":1,"time":1768194672123,' + rest).rejects] == ["time"]
