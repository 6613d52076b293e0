"""What suppliers really send: local time counted as UTC, channels with free text, SWEREF 99 TM, m/s, no time at all."""

import json
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.envelope import MAX_ITEMS
from vinterkoll.ingest.mapping.reading import read_mapping
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.actions import codes_of
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason

TOPIC = "mip/v1/nordsno/positions"
HEAD = """
time = "t"
position = { x = "lon", y = "lat" }
actions = { path = "todo", required = false }
fields = { vehicle = "id" }
""".replace('time = "t"', 'time = { path = "t" }')
ITEM = {"id": "AB12", "t": "2026-01-12T05:11:12Z", "lon": 18.7, "lat": 63.29}


def mapped(mapping: str, *payloads: Any, topic: str = TOPIC) -> Decoded:
    messages = [Message(topic, p if isinstance(p, bytes) else json.dumps(p).encode(), 0) for p in payloads]
    return read_mapping(mapping.encode()).decode(messages)


def with_time(form: str) -> str:
    return HEAD.replace('path = "t"', f'path = "t", {form}' if form else 'path = "t"')


def instant(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


@pytest.mark.parametrize(
    ("form", "sent", "utc"),
    [
        (
            'format = "epoch_ms", zone = "Europe/Stockholm", local_as_utc = true',
            1_768_201_872_123,
            "06:11:12.123",
        ),
        (
            'format = "epoch_s", zone = "Europe/Stockholm", local_as_utc = true',
            1_768_201_872.25,
            "06:11:12.25",
        ),
        ('format = "epoch_s"', 1_768_201_872, "07:11:12"),
        ('zone = "Europe/Stockholm"', "2026-01-12T07:11:12", "06:11:12"),
        ('zone = "Europe/Stockholm"', "2026-01-12T07:11:12Z", "07:11:12"),
        ('zone = "Europe/Stockholm", local_as_utc = true', "2026-01-12T07:11:12Z", "06:11:12"),
        ('zone = "Europe/Stockholm", local_as_utc = true', "2026-01-12T07:11:12", "06:11:12"),
        ('format = "%d.%m.%y %H:%M", zone = "Europe/Stockholm"', "12.01.26 07:11", "06:11:00"),
        ('format = "%Y%m%d%H%M%S%L", zone = "UTC"', "20260112071112123", "07:11:12.123"),
    ],
)
def test_times(form: str, sent: object, utc: str) -> None:
    (row,) = mapped(with_time(form), {**ITEM, "t": sent}).rows
    assert row["time_us"] == instant(f"2026-01-12T{utc}")


@pytest.mark.parametrize(
    ("form", "sent", "code"),
    [
        ('zone = "Europe/Stockholm"', "2025-10-26T02:30:00", Reason.TIME_AMBIGUOUS),
        ('zone = "Europe/Stockholm"', "2026-03-29T02:30:00", Reason.BAD_TIME),
        (
            'format = "epoch_s", zone = "Europe/Stockholm", local_as_utc = true',
            1_761_445_800,
            Reason.TIME_AMBIGUOUS,
        ),
        ("", "2026-01-12T07:11:12", Reason.TIME_WITHOUT_OFFSET),
        ("", "yesterday", Reason.BAD_TIME),
        ("", None, Reason.MISSING_FIELD),
        ('format = "epoch_s"', 1_768_201_872_000, Reason.BAD_TIME),
        ('format = "epoch_s"', None, Reason.MISSING_FIELD),
        ('format = "epoch_s"', "1768201872", Reason.WRONG_TYPE),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', "2026-02-29 07:11", Reason.BAD_TIME),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', "2026-02-28 24:00", Reason.BAD_TIME),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', "2026-02-28 07:1", Reason.BAD_TIME),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', "２026-02-28 07:11", Reason.BAD_TIME),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', None, Reason.MISSING_FIELD),
        ('format = "%Y-%m-%d %H:%M", zone = "UTC"', "1999-02-28 07:11", Reason.BAD_TIME),
    ],
)
def test_times_that_are_none(form: str, sent: object, code: Reason) -> None:
    good = {**ITEM, "t": ITEM["t"]}
    decoded = mapped(with_time(form), {**good, "t": sent})
    assert [(one.code, one.field) for one in decoded.rejects] == [(code, "t")]
    assert len(decoded.rows) == 0


def test_hours_around_the_changes_are_clear() -> None:
    times = ["2025-10-26T01:59:59", "2025-10-26T03:00:00", "2026-03-29T01:59:59", "2026-03-29T03:00:00"]
    rows = mapped(with_time('zone = "Europe/Stockholm"'), [{**ITEM, "t": time} for time in times]).rows
    utc = ["2025-10-25T23:59:59", "2025-10-26T02:00:00", "2026-03-29T00:59:59", "2026-03-29T01:00:00"]
    assert rows["time_us"].tolist() == [instant(time) for time in utc]


def test_no_time_at_all() -> None:
    item = {key: value for key, value in ITEM.items() if key != "t"}
    assert [(one.code, one.field) for one in mapped(HEAD, item).rejects] == [(Reason.MISSING_FIELD, "t")]


CHANNELS = """
items = "data.rows"
contractor = "nordsno"
vehicle_prefix = "NF-"
[time]
path = "t"
[position]
epsg = 3006
x = "pos[0]"
y = "pos[1]"
[fields]
vehicle = { header = "unit.id" }
speed_kmh = { path = "v", unit = "m/s" }
accuracy_m = { path = "acc", factor = 0.5, not_known = [-1] }
event = { value = "server" }
[actions]
path = "ioChannels[*active=true].name"
ignore_case = true
ignore = ["tändning"]
codes = { "Plog nere" = "PLOUGHING", "kombi" = ["PLOUGHING", "SALTING_DRY"] }
flags = [{ path = "din.2", on = [1, "on"], codes = "SANDING_LINE" }]
[plough]
front = { path = "ioChannels[id=7].value", down = [1, "ner"], up = [0] }
[spread]
material = "ioChannels[id=9].value"
"""


def channels(*channel: dict[str, Any], **more: Any) -> Any:
    row = {
        "t": ITEM["t"],
        "pos": [500_000, 7_000_000.5],
        "v": 10,
        "acc": -1,
        "ioChannels": list(channel),
        **more,
    }
    return {"unit": {"id": "303"}, "data": {"rows": [row]}}


def test_channels_with_free_text() -> None:
    payload = channels(
        {"id": 1, "name": "Tändning", "active": True},
        {"id": 7, "name": "PLOG  nere", "active": True, "value": "ner"},
        {"id": "9", "name": "x", "active": False, "value": "salt"},
        {"id": 10, "name": "Snö \n vinsch", "active": True, "value": {"odd": 1}},
        din={"2": 1},
    )
    decoded = mapped(CHANNELS, payload, topic="any/topic")
    assert decoded.rejects == []
    (row,) = decoded.rows
    assert row["device"] == DeviceKey("position", "nordsno", "NF-303")
    assert codes_of(row["actions"]) == ["PLOUGHING", "SANDING_LINE", "UNKNOWN"]
    assert row["unknown_actions"] == "Snö vinsch"
    assert (row["plough_known"], row["plough_down"]) == (1, 1)
    assert (row["spread_material"], row["event"], row["area"]) == ("salt", "server", "")
    assert row["speed_kmh"] == 36
    assert np.isnan(row["accuracy_m"])
    assert row["lon"] == pytest.approx(15.0, abs=1e-7)
    assert row["lat"] == pytest.approx(63.13, abs=0.01)


def test_amounts_in_a_supplier_s_own_units() -> None:
    spreader = """
        [spread]
        material = { value = "salt" }
        g_per_m2 = { path = "dose", unit = "kg/m2", not_known = [-1] }
        ml_per_m2 = { path = "brine", factor = 0.1 }
        width_m = { path = "width", unit = "cm" }
    """
    sent: list[dict[str, float]] = [{"dose": 0.0125, "brine": 45, "width": 650}, {"dose": -1}]
    decoded = mapped(HEAD + spreader, *({**ITEM, **one} for one in sent))
    assert decoded.rejects == []
    names = ["spread_material", "spread_g_per_m2", "spread_ml_per_m2", "spread_width_m"]
    first, second = decoded.rows[names].tolist()
    assert first == ("salt", 12.5, 4.5, 6.5)
    assert np.isnan(second[1:]).all()


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        (channels({"id": 7, "value": [1]}), Reason.OUT_OF_RANGE, "ioChannels[id=7].value"),
        (channels({"id": 9, "value": 5}), Reason.WRONG_TYPE, "ioChannels[id=9].value"),
        (channels({"id": 9, "value": "x" * 201}), Reason.OUT_OF_RANGE, "ioChannels[id=9].value"),
        (channels({"active": True, "name": "x" * 65}), Reason.OUT_OF_RANGE, "ioChannels[*active=true].name"),
        (channels({"active": True, "name": [1]}), Reason.WRONG_TYPE, "ioChannels[*active=true].name"),
        (channels(pos=[7_000_000, 500_000]), Reason.OUT_OF_RANGE, "pos[0]"),
        (channels(pos=["5", 7_000_000]), Reason.WRONG_TYPE, "pos[0]"),
        (channels(pos=[500_000]), Reason.NO_POSITION, "pos[0]"),
        (channels(pos=None), Reason.NO_POSITION, "pos[0]"),
        (channels(v=-1), Reason.OUT_OF_RANGE, "v"),
        (channels(ioChannels=None), Reason.MISSING_FIELD, "ioChannels[*active=true].name"),
    ],
)
def test_a_bad_item_is_told_its_place(payload: Any, code: Reason, field: str) -> None:
    assert [(one.item, one.code, one.field) for one in mapped(CHANNELS, payload).rejects] == [
        (0, code, field)
    ]


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        ({"unit": {"id": "1"}}, Reason.MISSING_FIELD, "data.rows"),
        ({"data": {"rows": {}}}, Reason.WRONG_TYPE, "data.rows"),
        ({"unit": {"id": 5}, "data": {"rows": []}}, Reason.WRONG_TYPE, "unit.id"),
        ({"data": {"rows": [{}] * (MAX_ITEMS + 1)}}, Reason.TOO_MANY_ITEMS, ""),
        (b"{", Reason.BAD_JSON, ""),
        (b'{"\xff": 1}', Reason.BAD_JSON, ""),
    ],
)
def test_a_bad_message_is_one_reject(payload: Any, code: Reason, field: str) -> None:
    found = [(one.item, one.code, one.field) for one in mapped(CHANNELS, payload).rejects]
    assert found == [(WHOLE_MESSAGE, code, field)]


def test_degrees_in_other_units_and_systems() -> None:
    scaled = HEAD.replace('x = "lon"', 'x = { path = "lon", factor = 1e-7 }').replace(
        'y = "lat"', 'y = { path = "lat", factor = 1e-7 }'
    )
    (row,) = mapped(scaled, {**ITEM, "lon": 187_162_345, "lat": 632_908_765}).rows
    assert (row["lon"], row["lat"]) == (18.7162345, 63.2908765)
    finnish = HEAD.replace('x = "lon"', 'epsg = 3067, x = "lon"')
    (row,) = mapped(finnish, {**ITEM, "lon": 500_000, "lat": 7_000_000}).rows
    assert row["lon"] == pytest.approx(27.0, abs=1e-7)


def test_loose_types() -> None:
    loose = "loose_types = true\n" + HEAD.replace(
        'vehicle = "id"', 'vehicle = "id", heading = "h", seq = "n"'
    )
    (row,) = mapped(loose, {**ITEM, "id": 303, "lon": "18,7", "lat": "63.29", "h": "10", "n": "7"}).rows
    assert (row["device"].name, row["lon"], row["heading_deg"], row["seq"]) == ("303", 18.7, 10, 7)
    for change in ({"lon": "nan"}, {"lon": "1_0"}, {"n": "1.5"}, {"n": str(2**63)}, {"lat": "9" * 400}):
        assert [one.code for one in mapped(loose, {**ITEM, **change}).rejects] == [Reason.WRONG_TYPE], change


def test_one_text_with_several_actions() -> None:
    text = HEAD.replace(
        'path = "todo"', 'path = "todo", form = "text", separator = "+", codes = { Plog = "PLOUGHING" }'
    )
    rows = mapped(text, *({**ITEM, "todo": todo} for todo in ("Plog + sand", "", None))).rows
    assert [codes_of(mask) for mask in rows["actions"]] == [["PLOUGHING", "UNKNOWN"], [], []]
    assert rows["unknown_actions"].tolist() == ["sand", "", ""]


TOPICS = 'topics = ["geo/{contractor}/+/{vehicle}"]\n'


def test_contractor_and_vehicle_of_the_topic() -> None:
    (row,) = mapped(TOPICS + HEAD, ITEM, topic="geo/nordsno/x/AB12").rows
    assert row["device"] == DeviceKey("position", "nordsno", "AB12")
    for topic, mapping, code in (
        ("geo/nordsno/x/CD34", TOPICS + HEAD, Reason.TOPIC_MISMATCH),
        ("geo//x/AB12", TOPICS + HEAD, Reason.UNKNOWN_TOPIC),
        ("geo/a\0/x/AB12", TOPICS + HEAD, Reason.UNKNOWN_TOPIC),
        ("other", TOPICS + HEAD, Reason.UNKNOWN_TOPIC),
        ("geo/nordsno/x/AB12", 'contractor = "sydsno"\n' + TOPICS + HEAD, Reason.TOPIC_MISMATCH),
        (TOPIC, 'contractor = "sydsno"\n' + HEAD, Reason.TOPIC_MISMATCH),
        (TOPIC, HEAD.replace('vehicle = "id"', 'vehicle = "other"'), Reason.MISSING_FIELD),
        (TOPIC, f'vehicle_prefix = "{"x" * 61}"\n' + HEAD, Reason.OUT_OF_RANGE),
    ):
        assert [one.code for one in mapped(mapping, ITEM, topic=topic).rejects] == [code], topic


def test_bad_items_leave_their_neighbours_alone() -> None:
    broken = [ITEM, {**ITEM, "lat": "x"}, {**ITEM, "id": "a\0"}, 5, {**ITEM, "t": None}, ITEM]
    decoded = mapped(HEAD, ITEM, broken, b"broken", ITEM)
    assert decoded.rows[["message", "item"]].tolist() == [(0, 0), (1, 0), (1, 5), (3, 0)]
    assert [(one.message, one.item, one.code) for one in decoded.rejects] == [
        (1, 1, Reason.WRONG_TYPE),
        (1, 2, Reason.OUT_OF_RANGE),
        (1, 3, Reason.WRONG_TYPE),
        (1, 4, Reason.MISSING_FIELD),
        (2, WHOLE_MESSAGE, Reason.BAD_JSON),
    ]
