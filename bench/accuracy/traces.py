"""What receivers report of the drives: fixes with noise, and beside each the segment and direction that are true."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from accuracy.worlds import SEED, Drive, World
from vinterkoll.processing.network import ALL_KINDS
from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.tracks import Fixes
from vinterkoll.simulators import chance
from vinterkoll.simulators.equipment import Mode

HEADING_NOISE_DEG: Final = 4.0
DRIFT_S: Final = 120
"""The simulator's: errors further apart than this have nothing in common."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """How a world is observed.

    `noise_m`: standard deviation of the error on each axis, east and north. `drift_share`: of its variance, in errors
    that wander over two minutes as a real receiver's do; the rest is new with each fix. `heading`: whether heading
    and speed are sent.
    """

    noise_m: float
    interval_s: int
    drift_share: float = 0.0
    heading: bool = False
    seed: int = SEED


@dataclass(frozen=True, slots=True)
class Trace:
    """n fixes in order of drive and time, what is true at each, and the second of its drive: (n,) each."""

    fixes: Fixes
    segment: IntColumn
    direction: IntColumn
    second: FloatColumn


def observe(world: World, receiver: Receiver) -> Trace:
    """Return the fixes of all drives, the same for the same receiver."""
    parts = [_observed(world, number, drive, receiver) for number, drive in enumerate(world.drives)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    truth = {name: columns.pop(name) for name in ("segment", "direction", "second")}
    return Trace(Fixes(**columns), **truth)


def of_all_kinds(fixes: Fixes) -> Fixes:
    """The same of vehicles that the register does not have."""
    return replace(fixes, kinds=np.full(len(fixes), ALL_KINDS))


def heading_north(fixes: Fixes) -> Fixes:
    """The same of units that send 0 for a heading that they do not know."""
    return replace(fixes, heading_deg=np.zeros(len(fixes)))


def heading_back(fixes: Fixes) -> Fixes:
    """The same of compasses the wrong way round."""
    return replace(fixes, heading_deg=(fixes.heading_deg + 180) % 360)


def _observed(world: World, number: int, drive: Drive, receiver: Receiver) -> dict[str, np.ndarray]:
    series = (world.name, number)
    phase = chance.uniform(receiver.seed, "phase", *series, start=0, stop=1)[0, 0] * receiver.interval_s
    seconds = np.arange(phase, drive.until_s, receiver.interval_s)
    count = len(seconds)
    state = drive.plan.at(seconds)
    xy = state.xy + receiver.noise_m * np.column_stack(
        [_errors(axis, series, count, receiver) for axis in ("east", "north")]
    )
    turn = HEADING_NOISE_DEG * chance.normal(receiver.seed, "heading", *series, start=0, stop=count)
    sent = np.full(count, receiver.heading)
    legs = np.array(drive.plan.legs, np.int64)[state.leg]
    return {
        "group": np.full(count, number),
        "time_us": np.rint(seconds * 1e6).astype(np.int64),
        "seq": np.zeros(count, np.int64),
        "x": np.ascontiguousarray(xy[:, 0]),
        "y": np.ascontiguousarray(xy[:, 1]),
        "speed_kmh": np.where(sent, state.speed_kmh, np.nan),
        "heading_deg": np.where(sent, (state.bearing_deg + turn) % 360, np.nan),
        "kinds": np.full(count, drive.kinds),
        "actions": np.where(state.mode == Mode.WORK, drive.actions, 0),
        **dict.fromkeys(("accuracy_m", "hdop", "odometer_m"), np.full(count, np.nan)),
        "place": np.arange(count),
        "line": np.zeros(count, np.int64),
        "segment": legs[:, 0],
        "direction": legs[:, 1],
        "second": seconds,
    }


def _errors(axis: str, series: tuple[str, int], count: int, receiver: Receiver) -> FloatColumn:
    memory = max(2, DRIFT_S // receiver.interval_s)
    white = chance.normal(receiver.seed, "jitter", axis, *series, start=0, stop=count)
    drift = chance.smooth_normal(receiver.seed, "drift", axis, *series, start=0, stop=count, memory=memory)
    error: FloatColumn = receiver.drift_share**0.5 * drift + (1 - receiver.drift_share) ** 0.5 * white
    return error
