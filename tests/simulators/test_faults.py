"""Each fault does what its name says, and nothing else: compared with the same hour without it."""

import itertools
from base64 import b64decode
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pytest

from vinterkoll.simulators.dead_zones import APART_S, LONGEST_S, Coverage, dead_zones
from vinterkoll.simulators.delivery import AGAIN_S, LATE_S, LONGEST_BLOCKS
from vinterkoll.simulators.device_faults import FROZEN_S, JUMP_M, SKEW_US
from vinterkoll.simulators.faults import ALL, DELIVERY, DRIVING, TOLD, Fault, faults_of
from vinterkoll.simulators.positions import VehicleUnit
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.simulators.stream import BLOCK_S, SECOND_US, Message, to_us
from vinterkoll.simulators.truth import treated

HOUR = timedelta(hours=1)


def an_hour(anchor: datetime, *faults: Fault) -> list[Message]:
    return list(Scenario(1, anchor, faults=frozenset(faults)).messages(anchor + 2 * HOUR, anchor + 3 * HOUR))


@pytest.fixture(scope="module")
def clean(anchor: datetime) -> list[Message]:
    return an_hour(anchor)


def delays_s(messages: list[Message]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array([one.time_us - one.account.made_us for one in messages]) / SECOND_US


def changed(clean: list[Message], faulty: list[Message]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Expect that messages differ where the account says so and nowhere else; return what was and what is said."""
    found = []
    for before, after in zip(clean, faulty, strict=True):
        assert (before.time_us, before.topic) == (after.time_us, after.topic)
        if after.account.fault:
            found.append((orjson.loads(before.payload), orjson.loads(after.payload)))
        else:
            assert before.payload == after.payload
    return found


def test_every_fault_is_told_and_found_by_its_name() -> None:
    assert set(TOLD) == ALL
    assert faults_of("all") == ALL
    assert faults_of("") == frozenset()
    assert faults_of("dead-zones,duplicates") == {Fault.DEAD_ZONES, Fault.DUPLICATES}
    with pytest.raises(ValueError, match="dead-zone, snow: the faults are dead-zones, duplicates"):
        faults_of("snow,dead-zone")


def test_delivery_faults_change_no_message_and_lose_none(clean: list[Message], anchor: datetime) -> None:
    begin, end = anchor + 2 * HOUR, anchor + 3 * HOUR + timedelta(seconds=LONGEST_BLOCKS * BLOCK_S)
    sent = list(Scenario(1, anchor, faults=DELIVERY).messages(begin, end))
    whole = {one.payload for one in sent if not one.account.reject}
    assert whole >= {one.payload for one in clean}
    made_within = [one for one in sent if to_us(begin) <= one.account.made_us < to_us(anchor + 3 * HOUR)]
    assert {one.payload for one in made_within if not one.account.reject} == {one.payload for one in clean}


def test_faulty_deliveries_do_not_depend_on_where_a_run_begins(anchor: datetime) -> None:
    begin, middle, end = (anchor + timedelta(minutes=minutes) for minutes in (90, 107.3, 120))
    whole = list(Scenario(1, anchor, faults=ALL).messages(begin, end))
    later = list(Scenario(1, anchor, faults=ALL).messages(middle, end))
    assert later == [one for one in whole if one.time_us >= to_us(middle)]
    assert [one.time_us for one in whole] == sorted(one.time_us for one in whole)
    assert delays_s(whole).min() >= 0


def test_a_dead_zone_keeps_what_is_measured_in_it_and_sends_it_in_one_go(anchor: datetime) -> None:
    by_device = defaultdict(list)
    for one in an_hour(anchor, Fault.DEAD_ZONES):
        by_device[one.account.device].append(one)
    kept = 0
    for sent in by_device.values():
        late = [one for one in sent if one.time_us != one.account.made_us]
        assert [one.account.made_us for one in late] == sorted(one.account.made_us for one in late)
        kept += len(late)
        bursts = [b.time_us - a.time_us < SECOND_US for a, b in itertools.pairwise(late)]
        assert sum(bursts) >= 0.8 * len(bursts)
    assert kept > 500
    assert all("/" in device for device, sent in by_device.items() if delays_s(sent).any())


def test_coverage_ends_where_a_zone_begins(scenario: Scenario, anchor: datetime) -> None:
    """The naive twin: walk second by second and see whether the vehicle is in a zone."""
    zones = dead_zones(scenario.network, 1)
    vehicle = scenario.vehicles[0]
    unit = VehicleUnit(vehicle, 1, to_us(anchor))
    began_us = to_us(anchor) + int(vehicle.first_round_s) * SECOND_US + SECOND_US
    times = began_us + np.arange(0, int(vehicle.plan.duration_s) - 2) * SECOND_US
    wait_s = (Coverage(vehicle.plan, unit, zones).sent_us(times) - times) / SECOND_US
    xy = unit.truth_at(times).xy
    inside = [any(np.hypot(*(here - zone[:2])) < zone[2] for zone in zones) for here in xy]
    assert np.mean(inside) > 0.05
    agree = np.array(inside) == (wait_s > 0)
    assert agree.mean() > 0.98  # seconds are rounded where a zone begins and ends
    leaves = len(inside)
    for place in range(len(inside) - 1, -1, -1):
        leaves = leaves if inside[place] else place
        if agree[place] and inside[place]:
            least_s = min(leaves - place, LONGEST_S)
            assert least_s - 2 <= wait_s[place] <= least_s + 2 + APART_S * LONGEST_S


def test_duplicates_are_the_same_bytes_again(clean: list[Message], anchor: datetime) -> None:
    sent = an_hour(anchor, Fault.DUPLICATES)
    again = [one for one in sent if one.account.attempt == 2]
    assert 0.03 * len(clean) < len(again) < 0.05 * len(clean)
    assert 0 < delays_s(again).min() <= delays_s(again).max() <= sum(AGAIN_S)
    assert delays_s(again).max() > 300
    assert [one.payload for one in sent if one.account.attempt == 1] == [one.payload for one in clean]


def test_reordering_lets_younger_messages_overtake(clean: list[Message], anchor: datetime) -> None:
    sent = an_hour(anchor, Fault.REORDERING)
    assert 0 < delays_s(sent).max() <= LATE_S
    assert 0.13 < (delays_s(sent) > 0).mean() < 0.17
    for device in ("norrplog/np-01", "gangbanejouren/gb-2"):
        made = [one.account.made_us for one in sent if one.account.device == device]
        assert sum(a > b for a, b in itertools.pairwise(made)) > 0.05 * len(made)


def test_a_broken_message_is_half_of_one_that_comes_whole_after_it(
    clean: list[Message], anchor: datetime
) -> None:
    sent = an_hour(anchor, Fault.BROKEN)
    broken = [one for one in sent if one.account.reject]
    assert 0.003 * len(clean) < len(broken) < 0.008 * len(clean)
    whole = {(one.account.device, one.account.made_us, one.account.attempt): one for one in sent}
    for one in broken:
        assert one.account.reject == "bad_json"
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(one.payload)
        assert any(
            other.payload.startswith(one.payload)
            for key, other in whole.items()
            if key == (one.account.device, one.account.made_us, 2)
        )


def test_a_skewed_clock_is_wrong_by_a_constant(clean: list[Message], anchor: datetime) -> None:
    found = changed(clean, an_hour(anchor, Fault.CLOCK_SKEW))
    assert len(found) > 300
    for before, after in found:
        skew = datetime.fromisoformat(after["time"]) - datetime.fromisoformat(before["time"])
        assert skew == timedelta(microseconds=SKEW_US)
        assert after == before | {"time": after["time"]}


def test_a_frozen_receiver_repeats_its_place_and_nothing_else(clean: list[Message], anchor: datetime) -> None:
    found = changed(clean, an_hour(anchor, Fault.FROZEN_GPS))
    assert (FROZEN_S[1] - FROZEN_S[0]) / 5 <= len(found) <= 2 * (FROZEN_S[1] - FROZEN_S[0]) / 5
    assert len({(after["lon"], after["lat"]) for _, after in found}) == 2
    assert max(after["speed_kmh"] for _, after in found) > 10
    for before, after in found:
        assert after == before | {"lon": after["lon"], "lat": after["lat"]}


def test_a_jump_is_far_away_for_one_fix(clean: list[Message], anchor: datetime) -> None:
    found = changed(clean, an_hour(anchor, Fault.JUMPS))
    assert found
    for before, after in found:
        metres = np.hypot((after["lon"] - before["lon"]) * 50_200, (after["lat"] - before["lat"]) * 111_450)
        assert 0.97 * JUMP_M[0] < metres < 1.03 * JUMP_M[1]


def test_a_receiver_without_a_fix_says_zero(clean: list[Message], anchor: datetime) -> None:
    faulty = an_hour(anchor, Fault.ZERO_FIXES)
    found = changed(clean, faulty)
    assert found
    assert all((after["lon"], after["lat"]) == (0, 0) for _, after in found)
    assert len(found) == sum(one.account.reject == "null_island" for one in faulty)


def test_a_stuck_sensor_repeats_one_value(clean: list[Message], anchor: datetime) -> None:
    found = changed(clean, an_hour(anchor, Fault.STUCK_SNOW))
    assert len(found) == 6
    assert {after["deviceInfo"]["devEui"] for _, after in found} == {"0200fffe5a000002"}
    assert len({b64decode(after["data"])[:7] for _, after in found}) == 1
    assert len({b64decode(before["data"])[:7] for before, _ in found}) > 1


def test_a_blind_counter_reports_zeros(clean: list[Message], anchor: datetime) -> None:
    found = changed(clean, an_hour(anchor, Fault.ZERO_COUNTS))
    assert len(found) == 2 * 60
    assert len({after["id"] for _, after in found}) == 1
    assert sum(before["intensity"]["value"] for before, _ in found) > 0
    for _, after in found:
        assert after["intensity"]["value"] == after["occupancy"]["value"] == 0
        assert "averageVehicleSpeed" not in after


def test_a_detour_leads_off_the_round_and_back_and_treats_nothing(
    scenario: Scenario, anchor: datetime
) -> None:
    streets = scenario.network
    faulty = Scenario(1, anchor, faults=frozenset({Fault.DETOURS})).vehicles
    longer = 0
    for before, after in zip(scenario.vehicles, faulty, strict=True):
        legs = after.plan.legs
        assert len(legs) >= len(before.plan.legs)
        longer += len(legs) > len(before.plan.legs)
        ends = [
            (streets.start_node[leg.segment], streets.end_node[leg.segment])[:: leg.direction] for leg in legs
        ]
        assert all(one[1] == next_[0] for one, next_ in itertools.pairwise(ends))
        left = iter(legs)
        assert all(leg in left for leg in before.plan.legs), "the round itself is driven in its order"
        own = {leg.segment for part in after.area for block in part for leg in block.legs}
        rows = treated(after, streets, to_us(anchor), to_us(anchor), to_us(anchor + 4 * HOUR))
        assert {row.segment_id for row in rows} <= {streets.segment_id[segment] for segment in own}
    assert longer >= 20  # a short round may end before its first detour


def test_a_plough_that_is_up_treats_less_of_the_same_way(scenario: Scenario, anchor: datetime) -> None:
    faulty = Scenario(1, anchor, faults=frozenset({Fault.PLOUGH_UP}))
    for before, after in zip(scenario.vehicles, faulty.vehicles, strict=True):
        assert before.plan.legs == after.plan.legs
    until = anchor + timedelta(hours=2)

    def metres(one: Scenario) -> float:
        return sum(row.to_m - row.from_m for row in one.truth(anchor, until))

    assert 0.7 < metres(faulty) / metres(scenario) < 0.95


def test_faults_of_driving_and_of_delivery_are_not_those_of_devices() -> None:
    assert not DRIVING & DELIVERY
    assert len(ALL - DRIVING - DELIVERY) == 6
