"""HARJA work-machine messages: points, lines, tasks, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from small_town import fixes_of
from vinterkoll.ingest.formats.harja import decode
from vinterkoll.ingest.formats.harja_tasks import TASKS
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.actions import ACTIONS, codes_of
from vinterkoll.processing.observations import POSITION, DeviceKey
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason
from vinterkoll.processing.tracks import linked_to_next

SAMPLES = Path(__file__).parents[1] / "data" / "harja"
TOPIC = "harja/v1/1234567-8/havainnot"


def sample(form: str) -> Any:
    return json.loads((SAMPLES / f"{form}.json").read_bytes())


def decoded(payload: Any, topic: str = TOPIC) -> Decoded:
    return decode([Message(topic, json.dumps(payload).encode(), 0)])


def observation(**change: Any) -> dict[str, Any]:
    (entry,) = sample("point")["havainnot"]
    return {"havainto": {**entry["havainto"], **change}}


def message(*observations: Any) -> dict[str, Any]:
    return {**sample("point"), "havainnot": list(observations)}


def us(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


def test_a_point_becomes_a_row() -> None:
    result = decoded(sample("point"))
    assert result.rejects == []
    assert result.rows.dtype == POSITION
    (row,) = result.rows
    assert row["device"] == DeviceKey("position", "1234567-8", "123456789")
    assert (row["time_us"], row["seq"]) == (us("2026-01-12T05:15:10"), 0)
    assert row["version_us"] == us("2026-01-12T05:20:00")
    assert (row["lon"], row["lat"]) == (pytest.approx(25.82, abs=0.01), pytest.approx(64.78, abs=0.01))
    assert (row["heading_deg"], row["contract"]) == (90, "4")
    assert codes_of(row["actions"]) == ["PLOUGHING", "SALTING_PREWETTED"]
    assert (row["unknown_actions"], row["area"], row["spread_material"]) == ("", "", "")
    assert np.isnan([row["speed_kmh"], row["accuracy_m"], row["spread_g_per_m2"], row["odometer_m"]]).all()


def test_transit_unknown_tasks_and_degrees_for_metres() -> None:
    result = decoded(sample("points"))
    assert result.rows["item"].tolist() == [0, 1, 2]
    assert [codes_of(mask) for mask in result.rows["actions"][1:]] == [[], ["UNKNOWN"]]
    assert result.rows["unknown_actions"][2] == "koneellinen niitto"
    assert np.isnan(result.rows["heading_deg"][1])
    assert [(r.item, r.code, r.field) for r in result.rejects] == [
        (3, Reason.OUT_OF_RANGE, "havainto.sijainti")
    ]


def test_a_line_is_a_row_a_vertex_without_a_speed() -> None:
    result = decoded(sample("line-and-point"))
    rows = result.rows
    assert rows["item"].tolist() == [0, 0, 0, 0, 1]
    assert rows["seq"].tolist() == [0, 1, 2, 3, 0]
    assert len(set(rows["time_us"][:4].tolist())) == 1
    assert np.isnan(rows["speed_kmh"]).all()
    np.testing.assert_array_equal(rows["heading_deg"], [np.nan, np.nan, np.nan, 90, 90])
    assert [(r.item, r.code) for r in result.rejects] == [(2, Reason.NO_POSITION)]
    line = int(rows["line"][0])
    assert rows["line"].tolist() == [line, line, line, line, 0]
    assert 0 < line < 2**63
    metres = rows["lon"] * 54_000.0  # about the length of a degree here
    fixes = fixes_of(
        [(metre, 0.0) for metre in metres.tolist()],
        time_s=(rows["time_us"] / 1e6).tolist(),
        seq=rows["seq"].tolist(),
        line=[1.0, 1, 1, 1, 0],
    )
    assert linked_to_next(fixes).tolist() == [True, True, True, True, False]


def test_a_line_is_itself_in_any_message_and_another_one_backwards() -> None:
    there = sample("line")["havainnot"][0]["havainto"]["sijainti"]["viivageometria"]
    back = there | {"coordinates": there["coordinates"][::-1]}
    places = [{"viivageometria": there}, sample("point")["havainnot"][0]["havainto"]["sijainti"]]
    places += [{"viivageometria": back}, {"viivageometria": there}]
    result = decoded(message(*(observation(sijainti=place) for place in places)))
    of_item = [set(result.rows["line"][result.rows["item"] == item].tolist()) for item in range(4)]
    assert of_item[0] == of_item[3] != of_item[2]
    assert (len(of_item[0] | of_item[2]), of_item[1]) == (2, {0})


def test_one_bad_vertex_rejects_its_observation_once() -> None:
    line = sample("line")["havainnot"][0]["havainto"]["sijainti"]["viivageometria"]
    bad = {"type": "LineString", "coordinates": [*line["coordinates"], [0, 0], [1, 1]]}
    result = decoded(message(observation(sijainti={"viivageometria": bad}), observation()))
    assert result.rows["item"].tolist() == [1]
    assert [(r.item, r.code) for r in result.rejects] == [(0, Reason.OUT_OF_RANGE)]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"tyokone": {}}, Reason.MISSING_FIELD, "havainto.tyokone.id"),
        ({"sijainti": {"koordinaatit": {"x": 444308}}}, Reason.MISSING_FIELD, "havainto.sijainti.koordinaatit.y"),
        ({"sijainti": {"koordinaatit": {"x": 7184125, "y": 444308}}}, Reason.OUT_OF_RANGE, "havainto.sijainti"),
        ({"sijainti": {"viivageometria": {"type": "LineString", "coordinates": [[1, 2]]}}},
         Reason.OUT_OF_RANGE, "havainto.sijainti.viivageometria.coordinates"),
        ({"suunta": 361}, Reason.OUT_OF_RANGE, "havainto.suunta"),
        ({"havaintoaika": "2026-01-12T07:15:10"}, Reason.TIME_WITHOUT_OFFSET, "havainto.havaintoaika"),
        ({"havaintoaika": "1999-01-12T07:15:10Z"}, Reason.BAD_TIME, "havainto.havaintoaika"),
        ({"havaintoaika": "eilen"}, Reason.BAD_TIME, "havainto.havaintoaika"),
        ({"suoritettavatTehtavat": "suolaus"}, Reason.WRONG_TYPE, "havainto.suoritettavatTehtavat"),
    ],
)  # fmt: skip
def test_a_bad_observation_is_told_its_field(change: dict[str, Any], code: Reason, field: str) -> None:
    result = decoded(message(observation(), observation(**change), observation()))
    assert result.rows["item"].tolist() == [0, 2]
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(1, code, field)]


def header(**change: Any) -> dict[str, Any]:
    return {**sample("point"), "otsikko": {**sample("point")["otsikko"], **change}}


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        ({"havainnot": [observation()]}, Reason.MISSING_FIELD, "otsikko"),
        ([observation()], Reason.MISSING_FIELD, "otsikko"),
        (header(lahetysaika="2026-01-12T07:20:00"), Reason.TIME_WITHOUT_OFFSET, "otsikko.lahetysaika"),
        (header(lahettaja={}), Reason.MISSING_FIELD, "otsikko.lahettaja.organisaatio"),
        (header(lahettaja={"organisaatio": {"ytunnus": "7654321-0"}}), Reason.TOPIC_MISMATCH,
         "otsikko.lahettaja.organisaatio.ytunnus"),
    ],
)  # fmt: skip
def test_a_bad_header_rejects_the_message(payload: Any, code: Reason, field: str) -> None:
    result = decoded(payload)
    assert len(result.rows) == 0
    assert [(r.item, r.code, r.field) for r in result.rejects] == [(WHOLE_MESSAGE, code, field)]


def test_a_message_of_as_many_observations_as_harja_allows() -> None:
    result = decoded(message(*[observation()] * 4_096))
    assert (len(result.rows), result.rejects) == (4_096, [])


def test_tasks_are_codes_in_names_that_are_compared() -> None:
    for name, code in TASKS.items():
        assert code in ACTIONS
        assert name == " ".join(name.lower().split())
        assert name.isascii()
    for spelling in ("Päännejään poisto", " auraus  ja sohjonpoisto "):
        (row,) = decoded(message(observation(suoritettavatTehtavat=[spelling]))).rows
        assert row["unknown_actions"] == ""
