import numpy as np
import pytest

from vinterkoll.simulators.equipment import Mode
from vinterkoll.simulators.fleet import FLEET, fleet
from vinterkoll.simulators.network import Network

EVERY = pytest.mark.parametrize("place", range(len(FLEET)), ids=[unit.vehicle for unit in FLEET])


@EVERY
def test_speeds_between_true_positions_are_plausible(place: int) -> None:
    vehicle = fleet(1)[place]
    state = vehicle.plan.at(np.arange(0, vehicle.plan.duration_s, 1.0))
    kmh = np.hypot(*np.diff(state.xy, axis=0).T) * 3.6
    fastest = max(*vehicle.unit.equipment.work_kmh, *vehicle.unit.equipment.transit_kmh)
    assert kmh.max() < fastest + 12  # changing sides at a corner adds up to 3 m in that second
    assert state.speed_kmh.max() <= fastest
    work = (state.mode == Mode.WORK) & (state.speed_kmh > 1)
    assert 14 < np.median(state.speed_kmh[work]) < 46
    assert 10 < vehicle.plan.vertex_m[-1] / vehicle.plan.duration_s * 3.6 < 40


@EVERY
def test_positions_lie_on_the_leg_they_claim(place: int, streets: Network) -> None:
    plan = fleet(1)[place].plan
    seconds = np.linspace(0, plan.duration_s, 400)
    state = plan.at(seconds)
    for (x, y), leg in zip(state.xy, state.leg, strict=True):
        line = streets.lines[plan.legs[leg].segment]
        near, far = line[:-1], line[1:]
        along = far - near
        t = np.clip((([x, y] - near) * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
        assert np.hypot(*(near + t[:, None] * along - [x, y]).T).min() < 1.6


def test_ploughs_plough_at_20_to_35_and_spreaders_spread_at_30_to_45() -> None:
    for vehicle in fleet(1):
        equipment = vehicle.unit.equipment
        if equipment.kind == "gc":
            continue
        low, high = (20, 35) if equipment.plough_parts else (30, 45)
        assert all(low <= kmh <= high for kmh in equipment.work_kmh)


def test_some_of_each_round_is_driven_and_not_treated() -> None:
    claimed = 0.0
    for vehicle in fleet(1):
        plan = vehicle.plan
        metres = np.diff(np.r_[plan.mode_at_m, plan.vertex_m[-1]])
        assert (np.diff(plan.mode_at_m) > 0).all()
        assert metres[plan.mode == Mode.TRANSIT].sum() > 100
        assert metres[plan.mode == Mode.WORK].sum() > 0.3 * plan.vertex_m[-1]
        claimed += metres[plan.mode == Mode.CLAIMED].sum()
    assert claimed > 10_000


@EVERY
def test_time_and_distance_agree_both_ways(place: int) -> None:
    plan = fleet(1)[place].plan
    assert (np.diff(plan.vertex_s) > 0).all()
    assert (np.diff(plan.vertex_m) >= 0).all()
    metres = np.linspace(0, plan.vertex_m[-1], 500)
    for leaving in (True, False):
        back = np.interp(plan.seconds_at(metres, leaving=leaving), plan.vertex_s, plan.vertex_m)
        assert np.allclose(back, metres, atol=1e-6)
    assert (plan.seconds_at(metres, leaving=True) >= plan.seconds_at(metres, leaving=False) - 1e-9).all()
