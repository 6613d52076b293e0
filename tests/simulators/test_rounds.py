import itertools
from collections import Counter

import pytest

from vinterkoll.simulators.blocks import Ways, blocks, grow
from vinterkoll.simulators.fleet import FLEET, fleet
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.rounds import closed_walk


@pytest.mark.parametrize("place", range(len(FLEET)), ids=[unit.vehicle for unit in FLEET])
def test_a_round_covers_each_street_of_its_area_once_each_way(place: int, streets: Network) -> None:
    vehicle = fleet(1)[place]
    own = {leg.segment for part in vehicle.area for block in part for leg in block.legs}
    assert own, "a vehicle without streets"
    driven = Counter(vehicle.plan.legs)
    for segment in own:
        assert streets.kind[segment] == vehicle.unit.equipment.kind
        assert streets.town[segment] == vehicle.unit.town
        for direction in (1,) if segment in streets.one_way else (1, -1):
            assert driven[segment, direction] >= 1  # type: ignore[index]  # a Leg is a tuple


@pytest.mark.parametrize("place", range(len(FLEET)), ids=[unit.vehicle for unit in FLEET])
def test_a_round_is_a_closed_walk(place: int, streets: Network) -> None:
    legs = fleet(1)[place].plan.legs
    ends = [
        (streets.start_node[leg.segment], streets.end_node[leg.segment])[:: leg.direction]
        for leg in [*legs, legs[0]]
    ]
    for before, after in itertools.pairwise(ends):
        assert before[1] == after[0]


def test_the_walk_itself_uses_each_direction_exactly_once(streets: Network) -> None:
    candidates = blocks(streets, [i for i in range(len(streets)) if streets.town[i] == "ange"])
    area = [candidates[place] for place in grow(candidates, [10], [9_000])[0]]
    walk = closed_walk(streets, area, area[0].start)
    assert set(Counter(walk).values()) == {1}
    assert len(walk) == 2 * sum(len(block.legs) for block in area)


def test_areas_that_grow_side_by_side_share_nothing_and_hold_together(streets: Network) -> None:
    candidates = blocks(streets, [i for i in range(len(streets)) if streets.kind[i] == "carriageway"])
    areas = grow(candidates, [0, 300], [5_000, 8_000])
    assert not set(areas[0]) & set(areas[1])
    for area, wanted in zip(areas, (5_000, 8_000), strict=True):
        assert wanted <= sum(candidates[place].length_m for place in area) < wanted + 2_500
        nodes = {candidates[area[0]].start, candidates[area[0]].end}
        for place in area[1:]:
            assert nodes & {candidates[place].start, candidates[place].end}
            nodes |= {candidates[place].start, candidates[place].end}


def test_a_way_leads_where_it_should_and_no_way_is_an_error(streets: Network) -> None:
    ways = Ways(streets)
    start, goal = streets.start_node[0], streets.end_node[200]
    way = ways.between(start, [goal])
    last = way[-1]
    assert (
        streets.end_node[last.segment] if last.direction == 1 else streets.start_node[last.segment]
    ) == goal
    assert ways.between(start, [start]) == []
    with pytest.raises(ValueError, match="not connected"):
        ways.between(start, [-1])


def test_nobody_drives_against_a_one_way_street(streets: Network) -> None:
    for vehicle in fleet(1):
        assert not any(leg.segment in streets.one_way and leg.direction < 0 for leg in vehicle.plan.legs)


def test_the_fleet_is_twenty_two_vehicles_of_four_contractors(streets: Network) -> None:
    vehicles = fleet(1)
    assert len(vehicles) == 22
    assert len({vehicle.unit.contractor for vehicle in vehicles}) == 4
    assert len({(vehicle.unit.contractor, vehicle.unit.vehicle) for vehicle in vehicles}) == 22
    assert {vehicle.unit.interval_s for vehicle in vehicles} == {1, 2, 5, 10}
    for vehicle in vehicles:
        assert 0.25 < vehicle.plan.duration_s / 3_600 < 3.5
