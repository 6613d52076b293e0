"""The column types that pass between ingest, processing and storage: one structured array a kind of observation.

Times are int64 microseconds since 1970-01-01 UTC, NaN stands for a number that was not sent, `""` for a text that
was not sent, 0 for no identity (u8). `message` and `item` say which message of the batch, and which item in it, a row came from.
"""

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = NDArray[np.void]
"""A structured array of shape (n,) with one of the dtypes below."""

IntColumn: TypeAlias = NDArray[np.int64]
FloatColumn: TypeAlias = NDArray[np.float64]
BoolColumn: TypeAlias = NDArray[np.bool_]

ObservationKind: TypeAlias = Literal["position", "flow", "snow"]


class DeviceKey(NamedTuple):
    """What one row's series belongs to: a vehicle of a contractor, or a sensor with its lane, direction and class."""

    kind: ObservationKind
    owner: str
    """The contractor of a vehicle; empty for a sensor, whose name is unique by itself (a URN or a DevEUI)."""
    name: str
    part: str = ""
    """Lane, direction and vehicle type of a traffic series, e.g. `lane=1 forward car`; empty for the rest."""


_HEAD: Final[list[Any]] = [
    ("message", "i4"),
    ("item", "i4"),
    ("device", "O"),  # a DeviceKey
    ("time_us", "i8"),
    ("seq", "i8"),
    ("version_us", "i8"),  # the payload's own version (dateModified, lahetysaika …); 0 where there is none
]

POSITION: Final = np.dtype(
    [
        *_HEAD,
        ("lon", "f8"),
        ("lat", "f8"),
        ("speed_kmh", "f4"),
        ("heading_deg", "f4"),  # 0 ≤ heading < 360, clockwise from north
        ("accuracy_m", "f4"),
        ("hdop", "f4"),
        ("actions", "i8"),  # mask, see processing.actions
        ("unknown_actions", "O"),  # texts of unknown codes, sorted, one a line
        ("plough_known", "i2"),  # mask of PLOUGH_PARTS whose state was sent
        ("plough_down", "i2"),  # mask of PLOUGH_PARTS that are down
        ("spread_material", "O"),
        ("spread_g_per_m2", "f4"),
        ("spread_ml_per_m2", "f4"),
        ("spread_width_m", "f4"),
        ("spread_symmetry", "O"),
        ("area", "O"),
        ("contract", "O"),
        ("event", "O"),
        ("odometer_m", "f8"),
        ("line", "u8"),  # which line the row is a vertex of, its index being `seq`: digest.line_digest
    ]
)

PLOUGH_PARTS: Final[dict[str, int]] = {"front": 1, "side_left": 2, "side_right": 4, "underbody": 8}
"""Bits of `plough_known` and `plough_down`."""

FLOW: Final = np.dtype(
    [
        *_HEAD,  # time_us is the start of the observation period
        ("period_s", "f8"),  # NaN: unknown, stored but not aggregated
        ("intensity", "f4"),  # vehicles counted in the period
        ("occupancy", "f4"),  # 0–1
        ("speed_kmh", "f4"),  # mean over the vehicles of the period
        ("vehicle_length_m", "f4"),
        ("gap_m", "f4"),
        ("headway_s", "f4"),
        ("congested", "i2"),  # 1, 0, or -1: not sent
        ("reversed_lane", "i2"),  # 1, 0, or -1: not sent
        ("lon", "f8"),
        ("lat", "f8"),
        ("road_segment", "O"),
    ]
)

SNOW: Final = np.dtype(
    [
        *_HEAD,
        ("distance_m", "f4"),  # from the sensor down to the surface
        ("depth_m", "f4"),  # where the sensor reports depth itself
        ("battery_v", "f4"),
        ("lon", "f8"),
        ("lat", "f8"),
    ]
)

DTYPES: Final[dict[ObservationKind, np.dtype[np.void]]] = {"position": POSITION, "flow": FLOW, "snow": SNOW}

NOT_OBSERVED: Final = frozenset({"message", "item", "device", "time_us", "seq", "version_us"})
"""Fields that are a row's origin or its key; the digest covers the rest and the version."""


def text_fields(dtype: np.dtype[np.void]) -> list[str]:
    """Names of the observed text columns of `dtype`.

    >>> text_fields(FLOW)
    ['road_segment']
    """
    return [name for name in dtype.names or () if dtype[name].kind == "O" and name not in NOT_OBSERVED]


def number_fields(dtype: np.dtype[np.void]) -> list[str]:
    """Names of the observed numeric columns of `dtype`.

    >>> number_fields(SNOW)
    ['distance_m', 'depth_m', 'battery_v', 'lon', 'lat']
    """
    return [name for name in dtype.names or () if dtype[name].kind != "O" and name not in NOT_OBSERVED]
