from datetime import datetime, timedelta

import numpy as np
import pytest
import shapely

from vinterkoll.simulators.equipment import Mode
from vinterkoll.simulators.positions import VehicleUnit
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.simulators.stream import SECOND_US, to_us
from vinterkoll.simulators.truth import Treated


def _us(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


def test_truth_is_what_the_true_positions_say(scenario: Scenario, anchor: datetime) -> None:
    """The naive twin: look at the vehicle once in three seconds, and find the row that says the same."""
    start, until = anchor + timedelta(minutes=30), anchor + timedelta(minutes=70)
    place = {segment: i for i, segment in enumerate(scenario.network.segment_id)}
    rows = scenario.truth(start, until)
    for vehicle in scenario.vehicles:
        unit = VehicleUnit(vehicle, 1, to_us(anchor))
        own = [row for row in rows if row.vehicle == vehicle.unit.vehicle]
        own = [row for row in own if row.action == vehicle.unit.equipment.actions[0]]
        spans = [(_us(row.from_time), _us(row.until_time), row) for row in own]
        times = np.arange(to_us(start) + SECOND_US, to_us(until), 3 * SECOND_US)
        _, resting = unit.progress(times)
        state = unit.truth_at(times)
        columns = (times.tolist(), resting, state.mode, state.speed_kmh, state.xy)
        for time, rests, mode, speed, xy in zip(*columns, strict=True):
            at = [row for since, end, row in spans if since + 2_000 < time < end - 2_000]
            if rests or mode != Mode.WORK:
                assert not at
                continue
            near = [row for since, end, row in spans if since - 2_000 <= time <= end + 2_000]
            assert near or speed == 0  # turning round at a street's end treats nothing more
            if at:
                (row,) = at
                line = shapely.LineString(scenario.network.lines[place[row.segment_id]])
                point = shapely.Point(xy)
                assert line.distance(point) < 1.6
                assert row.from_m - 2 <= line.project(point) <= row.to_m + 2


def test_rows_are_well_formed_and_in_order(scenario: Scenario, anchor: datetime) -> None:
    rows = scenario.truth(anchor, anchor + timedelta(hours=3))
    length = dict(zip(scenario.network.segment_id, scenario.network.lengths_m().tolist(), strict=True))
    assert [row.from_time for row in rows] == sorted(row.from_time for row in rows)
    for row in rows:
        assert 0 <= row.from_m < row.to_m <= length[row.segment_id] + 0.01
        assert row.from_time <= row.until_time
    assert {row.action for row in rows} >= {
        "PLOUGHING",
        "SIDE_PLOUGHING",
        "SALTING_PREWETTED",
        "SANDING_LINE",
    }
    assert {row.direction for row in rows} == {"forward", "backward"}


def test_what_is_spread_is_the_setting_times_width_and_length(scenario: Scenario, anchor: datetime) -> None:
    """And only by the action that spreads: `hk-15` ploughs and salts at once."""
    units = {vehicle.unit.vehicle: vehicle.unit.equipment for vehicle in scenario.vehicles}
    rows = scenario.truth(anchor, anchor + timedelta(hours=3))
    assert {row.action for row in rows if row.vehicle == "hk-15"} == {"PLOUGHING", "SALTING_PREWETTED"}
    for row in rows:
        setting = units[row.vehicle].spread
        if setting is None or row.action == "PLOUGHING":
            assert row[-4:] == ("", "", "", "")
            continue
        square_m = (row.to_m - row.from_m) * setting.width_m
        assert (row.material, row.width_m) == (setting.material, setting.width_m)
        assert row.kg == pytest.approx(setting.g_per_m2 * square_m / 1000, abs=1e-4)
        assert row.litres == pytest.approx(setting.ml_per_m2 * square_m / 1000, abs=1e-4)


def test_a_window_cut_in_two_tells_the_same_metres(scenario: Scenario, anchor: datetime) -> None:
    def metres(rows: list[Treated]) -> float:
        return sum(row.to_m - row.from_m for row in rows)

    start, middle, end = (anchor + timedelta(minutes=m, seconds=7.3) for m in (50, 61, 80))
    parts = metres(scenario.truth(start, middle)) + metres(scenario.truth(middle, end))
    assert abs(parts - metres(scenario.truth(start, end))) < 0.5


def test_a_transit_leaves_no_truth(scenario: Scenario, anchor: datetime) -> None:
    """Segments that are driven and nowhere treated exist, else precision could not be measured."""
    treated = {row.segment_id for row in scenario.truth(anchor, anchor + timedelta(days=1))}
    driven = {
        scenario.network.segment_id[leg.segment] for vehicle in scenario.vehicles for leg in vehicle.plan.legs
    }
    assert treated < driven
    assert driven < set(scenario.network.segment_id)
