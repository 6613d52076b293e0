"""What the vehicles carry, how fast they work with it, and what it makes them report."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, NamedTuple

from vinterkoll.processing.actions import BIT


class Mode(IntEnum):
    """What a vehicle does at a moment, and what it says."""

    TRANSIT = 0
    """Implement up, spreader off, no actions."""
    WORK = 1
    CLAIMED = 2
    """Reports its actions, but every plough part is up and the spreader gives nothing: not treated."""


class Spread(NamedTuple):
    """A spreader's setting."""

    material: str
    g_per_m2: float
    ml_per_m2: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Equipment:
    """A kind of vehicle. Speeds in km/h."""

    actions: tuple[str, ...]
    plough_parts: tuple[str, ...]
    spread: Spread | None
    kind: str
    """The kind of segment it treats."""
    work_kmh: tuple[float, float, float, float, float]
    """While working, by winter class 1-5."""
    transit_kmh: tuple[float, float, float, float, float]

    def report(self, mode: Mode) -> dict[str, Any]:
        """Return the part of a position message that tells of the work."""
        report: dict[str, Any] = {"actions": [] if mode is Mode.TRANSIT else list(self.actions)}
        if self.plough_parts:
            state = "DOWN" if mode is Mode.WORK else "UP"
            report["plough"] = dict.fromkeys(self.plough_parts, state)
        if self.spread and mode is not Mode.TRANSIT:
            on = mode is Mode.WORK
            report["spread"] = {
                "material": self.spread.material,
                "g_per_m2": self.spread.g_per_m2 if on else 0.0,
                "ml_per_m2": self.spread.ml_per_m2 if on else 0.0,
                "width_m": self.spread.width_m,
                "symmetry": "CENTRE",
            }
        return report


_TRUCK_TRANSIT: Final = (50.0, 48.0, 40.0, 32.0, 28.0)
_TRUCK_PLOUGH: Final = (35.0, 33.0, 29.0, 25.0, 21.0)
_TRUCK_SPREAD: Final = (44.0, 41.0, 36.0, 32.0, 30.0)
_TRACTOR: Final = (22.0, 22.0, 20.0, 20.0, 20.0)
_TRACTOR_TRANSIT: Final = (28.0, 28.0, 26.0, 24.0, 22.0)

PLOUGH: Final = Equipment(("PLOUGHING",), ("front",), None, "carriageway", _TRUCK_PLOUGH, _TRUCK_TRANSIT)
WING_PLOUGH: Final = Equipment(
    ("PLOUGHING", "SIDE_PLOUGHING"),
    ("front", "side_right"),
    None,
    "carriageway",
    _TRUCK_PLOUGH,
    _TRUCK_TRANSIT,
)
SALTER: Final = Equipment(
    ("SALTING_PREWETTED",), (), Spread("SALT", 12.0, 4.0, 6.0), "carriageway", _TRUCK_SPREAD, _TRUCK_TRANSIT
)
PLOUGH_SALTER: Final = Equipment(
    ("PLOUGHING", "SALTING_PREWETTED"),
    ("front",),
    Spread("SALT", 10.0, 3.5, 6.0),
    "carriageway",
    _TRUCK_PLOUGH,
    _TRUCK_TRANSIT,
)
SANDER: Final = Equipment(
    ("SANDING_LINE",), (), Spread("SAND", 150.0, 0.0, 4.0), "carriageway", _TRUCK_SPREAD, _TRUCK_TRANSIT
)
TRACTOR: Final = Equipment(("PLOUGHING",), ("front",), None, "gc", _TRACTOR, _TRACTOR_TRANSIT)
SWEEPER: Final = Equipment(
    ("SWEEP_SALTING",), (), Spread("SALT", 8.0, 20.0, 2.5), "gc", _TRACTOR, _TRACTOR_TRANSIT
)

if not all(code in BIT for kind in (WING_PLOUGH, PLOUGH_SALTER, SANDER, SWEEPER) for code in kind.actions):
    raise AssertionError("a simulated vehicle reports a code that MIP profile v1 does not have")
