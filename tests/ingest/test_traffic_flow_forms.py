"""TrafficFlowObserved says the same in every form; what the forms have of their own."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vinterkoll.ingest.formats.ngsi_expanded import is_expanded, plain
from vinterkoll.ingest.formats.ngsi_period import period_of
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.traffic_flow_observed import decode
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.rejects import Reason

SAMPLES = Path(__file__).parents[1] / "data" / "traffic-flow-observed"
ALIKE = (
    "time_us",
    "period_s",
    "intensity",
    "occupancy",
    "speed_kmh",
    "vehicle_length_m",
    "gap_m",
    "headway_s",
    "congested",
    "reversed_lane",
    "lon",
    "lat",
)
BASE: dict[str, Any] = {"id": "a", "type": "TrafficFlowObserved", "dateObserved": "2026-01-12T05:10:00Z"}


def decoded(payload: Any) -> Decoded:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode([Message("traffic/v1/kommun/flow", content, 0)])


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_all_forms_become_the_same_row(name: str) -> None:
    expected = decoded((SAMPLES / "ngsi-ld-normalized.json").read_bytes()).rows[0]
    row = decoded((SAMPLES / f"{name}.json").read_bytes()).rows[0]
    assert row["device"].name.endswith("ornskoldsvik" + (":7" if ":" in row["device"].name else "-7"))
    assert row["device"].part == "lane=1 forward"
    for column in ALIKE:
        np.testing.assert_equal(row[column], expected[column], column)


@pytest.mark.parametrize("name", ["array", "ngsi-ld-notification"])
def test_a_bad_entity_costs_nothing_but_itself(name: str) -> None:
    result = decoded((SAMPLES / f"{name}.json").read_bytes())
    assert result.rows["item"].tolist() == [0, 1]
    assert [reject.item for reject in result.rejects] == [2]


def test_the_default_instance_counts() -> None:
    instances = [{"value": 1, "datasetId": "urn:a"}, {"type": "Property", "value": 2}]
    assert decoded({**BASE, "intensity": instances}).rows[0]["intensity"] == 2


@pytest.mark.parametrize(
    "sent",
    [{"value": 1, "datasetId": "urn:a"}, [{"value": 1, "https://uri.etsi.org/ngsi-ld/datasetId": "u"}]],
)
def test_named_instances_alone_are_not_sent(sent: Any) -> None:
    assert np.isnan(decoded({**BASE, "intensity": sent}).rows[0]["intensity"])


@pytest.mark.parametrize("dataset", ["@none", None, [{"@id": "@none"}]])
def test_the_default_instance_may_be_called_so(dataset: Any) -> None:
    assert decoded({**BASE, "intensity": {"value": 1, "datasetId": dataset}}).rows[0]["intensity"] == 1


def test_two_default_instances_are_refused() -> None:
    sent = [{"value": 1}, {"value": 2}, {"value": 3, "datasetId": "urn:a"}]
    (reject,) = decoded({**BASE, "intensity": sent}).rejects
    assert (reject.code, reject.field) == (Reason.WRONG_TYPE, "intensity")


def test_a_bad_value_under_an_expanded_name_is_told_by_its_short_name() -> None:
    (reject,) = decoded({**BASE, "https://smartdatamodels.org/intensity": {"value": -1}}).rejects
    assert (reject.code, reject.field) == (Reason.OUT_OF_RANGE, "intensity")


def test_the_short_name_wins_over_its_other_names() -> None:
    sent = {"id": "a", "laneID": 1, "laneId": 2, "https://smartdatamodels.org/laneId": 3}
    assert json.loads(plain(json.dumps(sent).encode())) == {"id": "a", "laneId": 2}


def test_the_plain_form_is_not_taken_apart() -> None:
    context = ["https://raw.githubusercontent.com/smart-data-models/context.jsonld", "https://a.se/b"]
    assert not is_expanded(json.dumps({**BASE, "@context": context}, indent=1).encode())


@pytest.mark.parametrize(
    ("interval", "length_s"),
    [
        ("2026-01-12T05:10:00/PT15M", 900),
        ("PT1H30M/2026-01-12T06:40:00Z", 5400),
        ("2026-01-12T05:10:00Z/P1DT2H", 93_600),
        ("2026-01-12T05:10:00Z/P1W", 604_800),
        ("2026-01-12T05:10:00Z/2026-01-12T06:11:00+01:00", 60),
    ],
)
def test_intervals(interval: str, length_s: float) -> None:
    assert period_of(None, None, interval) == (1_768_194_600_000_000, length_s)


@pytest.mark.parametrize(
    "interval",
    ["2026-01-12T05:10:00Z/P1M", "2026-01-12T05:10:00Z/P", "P1DT/2026-01-12T05:10:00Z", "PT5M/PT5M",
     "2026-01-12T05:10:00Z/P9999W", "2026-01-12T05:10:00Z/2026-01-12T05:00:00Z", "/2026-01-12T05:10:00Z"],
)  # fmt: skip
def test_bad_intervals(interval: str) -> None:
    with pytest.raises(Problem) as caught:
        period_of(None, None, interval)
    assert (caught.value.code, caught.value.field) == (Reason.BAD_TIME, "dateObserved")
