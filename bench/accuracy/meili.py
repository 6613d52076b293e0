"""Valhalla's map matcher, Meili, on the same streets and fixes: the independent peer."""

import json
import subprocess
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import osmium
import valhalla

from accuracy.traces import Trace
from accuracy.worlds import World
from vinterkoll.processing.observations import IntColumn
from vinterkoll.simulators.network import to_lon_lat

HIGHWAY: Final = "residential"
"""One road class for all: the register says what a vehicle treats, and Meili gets only streets of that kind."""

ONE_WAY: Final = {0: "no", 1: "yes", -1: "-1"}
"""OpenStreetMap's word for the network's."""

RUN_FIXES: Final = 1_000
"""Of one drive, asked at a time."""


@dataclass(frozen=True, slots=True)
class Found:
    """Segment (-1: none) and direction of each fix, (n,) each, and what it took."""

    segment: IntColumn
    direction: IntColumn
    seconds: float


class Meili:
    """Meili over the segments of one kind of a world."""

    def __init__(self, world: World, kind: int, directory: Path) -> None:
        (directory / "tiles").mkdir(parents=True)
        self._world = world
        self._begin_deg = _write_pbf(world, kind, directory / "streets.osm.pbf")
        configuration = valhalla.get_config(tile_extract="", tile_dir=directory / "tiles")
        configuration["meili"]["logging"] = configuration["loki"]["logging"] = {"type": ""}
        configuration["mjolnir"]["logging"] = {"type": ""}
        limits = configuration["service_limits"]["trace"]
        limits["max_distance"], limits["max_shape"] = 1e7, 1e6
        (directory / "valhalla.json").write_text(json.dumps(configuration))
        builder = str(files("valhalla") / "bin" / "valhalla_build_tiles")
        subprocess.run(
            [builder, "-c", directory / "valhalla.json", directory / "streets.osm.pbf"],
            check=True,
            capture_output=True,
            cwd=directory,
        )
        self._actor = valhalla.Actor(str(directory / "valhalla.json"))

    def match(self, trace: Trace, wanted: IntColumn) -> Found:
        """Match the fixes `wanted` (places in the trace, of whole drives)."""
        count = len(trace.segment)
        segment, direction = np.full(count, -1), np.zeros(count, np.int64)
        fixes = trace.fixes
        lon_lat = to_lon_lat(np.column_stack([fixes.x, fixes.y]))
        cuts = np.flatnonzero(np.diff(fixes.group[wanted])) + 1
        took = 0.0
        for drive in np.split(wanted, cuts):
            for run in np.split(drive, range(RUN_FIXES, len(drive), RUN_FIXES)):
                if len(run) < 2:
                    continue
                request = _request(lon_lat[run], fixes.time_us[run] / 1e6)
                started = time.process_time()
                answer = json.loads(self._actor.trace_attributes(request))
                took += time.process_time() - started
                segment[run], direction[run] = self._read(answer)
        return Found(segment, direction, took)

    def _read(self, answer: dict[str, Any]) -> tuple[list[int], list[int]]:
        edges = [(edge["way_id"] - 1, edge["begin_heading"]) for edge in answer["edges"]]
        segments, directions = [], []
        for point in answer["matched_points"]:
            place = point.get("edge_index", len(edges))
            if point["type"] == "unmatched" or place >= len(edges):
                segments.append(-1)
                directions.append(0)
                continue
            segment, heading = edges[place]
            apart = [abs((heading - begin + 180) % 360 - 180) for begin in self._begin_deg[segment]]
            segments.append(segment)
            directions.append(1 if apart[0] <= apart[1] else -1)
        return segments, directions


def _request(lon_lat: np.ndarray, seconds: np.ndarray) -> str:
    shape = [
        {"lon": lon, "lat": lat, "time": second}
        for (lon, lat), second in zip(lon_lat.tolist(), np.round(seconds, 1).tolist(), strict=True)
    ]
    wanted = ["edge.way_id", "edge.begin_heading", "matched.edge_index", "matched.type"]
    return json.dumps(
        {
            "shape": shape,
            "costing": "auto",
            "shape_match": "map_snap",
            "filters": {"attributes": wanted, "action": "include"},
        }
    )


def _write_pbf(world: World, kind: int, file: Path) -> dict[int, tuple[float, float]]:
    """Write the segments of `kind`, way id = place + 1, and return the bearings at their two ends as driven away."""
    network = world.network
    lines = {int(i): world.streets.lines[i] for i in np.flatnonzero(network.kind & kind)}
    nodes: list[osmium.osm.mutable.Node] = []
    ways, bearings = [], {}
    known: dict[int, int] = {}
    for place, line in lines.items():
        ends = (int(network.start_node[place]), int(network.end_node[place]))
        refs = []
        for i, (lon, lat) in enumerate(to_lon_lat(line).tolist()):
            shared = ends[0] if i == 0 else ends[1] if i == len(line) - 1 else None
            if shared is None or shared not in known:
                nodes.append(osmium.osm.mutable.Node(id=len(nodes) + 1, location=(lon, lat), version=1))
                if shared is not None:
                    known[shared] = len(nodes)
            refs.append(len(nodes) if shared is None else known[shared])
        tags = {"highway": HIGHWAY, "oneway": ONE_WAY[int(network.one_way[place])]}
        ways.append(osmium.osm.mutable.Way(id=place + 1, nodes=refs, tags=tags, version=1))
        bearings[place] = _bearing(line[1] - line[0]), _bearing(line[-2] - line[-1])
    with osmium.SimpleWriter(str(file)) as writer:
        for node in nodes:
            writer.add_node(node)
        for way in ways:
            writer.add_way(way)
    return bearings


def _bearing(step: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(step[0], step[1]))) % 360
