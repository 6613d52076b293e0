"""Networks and tracks in metres, made by hand for tests of matching and treatment."""

import dataclasses
import math

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.network import ALL_KINDS, KINDS, Segments, StreetNetwork
from vinterkoll.processing.tracks import Fixes

NAN = math.nan

E0, N0 = 686_000.0, 7_023_000.0
"""Where `town_segments` lies, SWEREF 99 TM: in Örnsköldsvik."""

LINES = [
    [(0.0, 0.0), (90.0, 0.0)],
    [(90.0, 0.0), (150.0, 10.0)],
    [(150.0, 10.0), (150.0, 100.0)],
    [(90.0, 0.0), (90.0, 80.0)],
    [(90.0, 80.0), (150.0, 100.0)],
]

points = st.tuples(st.floats(-30, 300), st.floats(-120, 120))
"""Places in and around the town of tests/processing/conftest.py."""


def network_of(
    lines: list[list[tuple[float, float]]], kinds: list[str] | None = None, one_way: list[int] | None = None
) -> StreetNetwork:
    """Segments 1, 2, 3 … of lines in metres; ends at the same point share a node."""
    nodes: dict[tuple[float, float], int] = {}
    ends = [[nodes.setdefault(line[at], len(nodes)) for at in (0, -1)] for line in lines]
    return StreetNetwork(
        np.arange(1, len(lines) + 1),
        np.array([KINDS[kind] for kind in kinds or ["carriageway"] * len(lines)], np.int64),
        np.array(one_way or [0] * len(lines), np.int64),
        np.array([pair[0] for pair in ends], np.int64),
        np.array([pair[1] for pair in ends], np.int64),
        np.array([shapely.LineString(line) for line in lines], object),
    )


def wgs84_of(places: ArrayLike) -> NDArray[np.float64]:
    """Degrees of places in metres, (n, 2)."""
    east, north = np.asarray(places, float).T
    return np.column_stack(wgs84_from_sweref(east + E0, north + N0))


def fixes_of(points: list[tuple[float, float]], **columns: list[float]) -> Fixes:
    """A track of one vehicle, a fix each 5 s, unless columns say otherwise."""
    count = len(points)

    def whole(name: str, default: list[int]) -> np.ndarray:
        return np.array(columns.get(name, default), np.int64)

    return Fixes(
        group=whole("group", [0] * count),
        time_us=np.array(columns.get("time_s", [5.0 * at for at in range(count)])).astype(np.int64)
        * 1_000_000,
        seq=whole("seq", [0] * count),
        x=np.array([point[0] for point in points], float),
        y=np.array([point[1] for point in points], float),
        speed_kmh=np.array(columns.get("speed_kmh", [NAN] * count), float),
        heading_deg=np.array(columns.get("heading_deg", [NAN] * count), float),
        kinds=whole("kinds", [ALL_KINDS] * count),
        actions=whole("actions", [1] * count),
        accuracy_m=np.array(columns.get("accuracy_m", [NAN] * count), float),
        hdop=np.array(columns.get("hdop", [NAN] * count), float),
        odometer_m=np.array(columns.get("odometer_m", [NAN] * count), float),
        place=whole("place", list(range(count))),
        line=whole("line", [0] * count),
    )


def part_of(network: StreetNetwork, first: int, last: int) -> StreetNetwork:
    """The segments from `first` up to, not including, `last`."""
    place = slice(first, last)
    return StreetNetwork(
        network.segment_id[place],
        network.kind[place],
        network.one_way[place],
        network.start_node[place],
        network.end_node[place],
        network.lines[place],
    )


def with_a_path(town: Segments) -> Segments:
    """The town with a foot- and cycleway 6 m beside the first street."""
    line = shapely.LineString(wgs84_of([(0.0, 6.0), (90.0, 6.0)]))
    path = [town.segment_id.max() + 1, "", "gc", 3, 1, 100, 101, 90.0, line, 0]
    names = [field.name for field in dataclasses.fields(town)]
    return Segments(
        **{name: np.append(getattr(town, name), one) for name, one in zip(names, path, strict=True)}
    )


def rebuilt_segments() -> Segments:
    """The town after a rebuilding: the same lines under other ids, cleared in one pass, the first one-way, the short cut gone."""
    town = town_segments()
    kept = slice(0, 4)
    columns = {field.name: getattr(town, field.name)[kept] for field in dataclasses.fields(town)}
    columns["segment_id"] = columns["segment_id"] + 100
    return Segments(**columns | {"passes_required": np.full(4, 1), "one_way": np.array([1, 0, 0, 0])})


def town_segments() -> Segments:
    town = network_of(LINES)
    degrees = wgs84_of(shapely.get_coordinates(town.lines))
    count = len(LINES)
    return Segments(
        town.segment_id,
        np.array(["Storgatan"] * count, object),
        np.array(["carriageway"] * count, object),
        np.full(count, 3),
        np.full(count, 2),
        town.start_node,
        town.end_node,
        town.length_m,
        shapely.set_coordinates(town.lines.copy(), degrees),
        np.zeros(count, np.int64),
    )
