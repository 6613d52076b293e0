"""What a mapped message costs beside orjson.loads of the same bytes, in CPU time on one core. The aim: at most three times as much.

Run: python bench/mapping.py [--messages 5000] [--rounds 15]
"""

import argparse
import json
import time
from collections.abc import Callable

import orjson

from vinterkoll.ingest.mapping.reading import read_mapping
from vinterkoll.ingest.message import Message

CHANNELS = """
topics = ["geo/{contractor}/pos"]
[time]
path = "timestamp"
format = "epoch_ms"
zone = "Europe/Stockholm"
local_as_utc = true
[position]
epsg = 3006
x = "position.east"
y = "position.north"
[fields]
vehicle = "unit.id"
speed_kmh = { path = "position.speed", unit = "m/s" }
heading = "position.course"
seq = "messageNumber"
[actions]
path = "ioChannels[*].name"
ignore_case = true
ignore = ["Tändning"]
codes = { "Plog nere" = "PLOUGHING", "Saltspridare" = "SALTING_DRY" }
"""

FLAT = """
[time]
path = "time"
format = "%Y-%m-%d %H:%M:%S"
zone = "Europe/Stockholm"
[position]
x = { path = "lon", factor = 1e-7 }
y = { path = "lat", factor = 1e-7 }
[fields]
vehicle = "vehicle"
speed_kmh = "speed"
heading = "dir"
[actions]
flags = [{ path = "plow", codes = "PLOUGHING" }, { path = "salt", codes = "SALTING_DRY" }]
"""

RENAMED = """
[time]
path = "time"
[position]
x = "lon"
y = "lat"
[fields]
vehicle = "vehicle"
speed_kmh = "speed_kmh"
heading = "heading"
accuracy_m = "accuracy_m"
seq = "seq"
[actions]
path = "actions"
[plough]
front = "plough.front"
side_left = "plough.side_left"
"""


def _channels(seq: int) -> dict[str, object]:
    return {
        "unit": {"id": "AB12", "type": "truck", "firmware": "4.1.7"},
        "messageNumber": seq,
        "timestamp": 1_768_201_872_000 + seq * 1_000,
        "position": {
            "east": 675_012.31 + seq,
            "north": 7_024_118.94,
            "altitude": 31.5,
            "speed": 8.66,
            "course": 271.5,
            "satellites": 11,
        },
        "ioChannels": [
            {"id": 1, "name": "Tändning", "unit": None},
            {"id": 4, "name": "Plog nere", "unit": None},
            {"id": 9, "name": "Varningsljus", "unit": None},
        ],
    }


def _flat(seq: int) -> dict[str, object]:
    return {
        "vehicle": "AB12",
        "time": f"2026-01-12 06:{seq // 60 % 60:02d}:{seq % 60:02d}",
        "lon": 187_162_345 + seq,
        "lat": 632_908_765,
        "speed": 31,
        "dir": 271,
        "plow": True,
        "salt": False,
    }


def _position(seq: int) -> dict[str, object]:
    return {
        "vehicle": "AB12",
        "time": f"2026-01-12T05:{seq // 60 % 60:02d}:{seq % 60:02d}.123Z",
        "lon": round(18.7 + seq * 1e-5, 7),
        "lat": 63.2901234,
        "speed_kmh": 31.2,
        "heading": 271.5,
        "accuracy_m": 3.1,
        "actions": ["PLOUGHING"],
        "plough": {"front": "DOWN", "side_left": "UP"},
        "seq": seq,
    }


STREAMS: dict[str, tuple[str, str, Callable[[int], object]]] = {
    "channels, local epoch, SWEREF": (CHANNELS, "geo/nordsno/pos", _channels),
    "flat, pattern, flags": (FLAT, "mip/v1/nordsno/positions", _flat),
    "the profile itself": (RENAMED, "mip/v1/nordsno/positions", _position),
    "the profile, arrays of 100": (
        RENAMED,
        "mip/v1/nordsno/positions",
        lambda seq: [_position(seq + one) for one in range(100)],
    ),
}


def cpu_s(run: Callable[[], object]) -> float:
    """Seconds of this process alone: a neighbour on the machine stretches the longer of two runs more often."""
    started_s = time.process_time()
    run()
    return time.process_time() - started_s


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--messages", type=int, default=5_000)
    arguments.add_argument("--rounds", type=int, default=15)
    chosen = arguments.parse_args()
    print(f"{'mapping':32}{'bytes':>7}{'rows/s':>12}{'orjson.loads/s':>16}{'times the cost':>16}")
    for title, (mapping, topic, make) in STREAMS.items():
        rows_each = 100 if "100" in title else 1
        messages = [
            Message(topic, json.dumps(make(seq), ensure_ascii=False).encode(), 0)
            for seq in range(chosen.messages // rows_each)
        ]
        decode = read_mapping(mapping.encode()).decode
        decoded = decode(messages)
        assert len(decoded.rows) == chosen.messages, decoded.rejects[:1]
        rounds = [
            (
                cpu_s(lambda: decode(messages)),  # noqa: B023
                cpu_s(lambda: [orjson.loads(m.payload) for m in messages]),  # noqa: B023
            )
            for _ in range(chosen.rounds)
        ]
        ours_s, theirs_s = (min(times_s) for times_s in zip(*rounds, strict=True))
        size = len(messages[0].payload)
        ours, theirs = chosen.messages / ours_s, chosen.messages / theirs_s
        print(f"{title:32}{size:7}{ours:12,.0f}{theirs:16,.0f}{ours_s / theirs_s:16.2f}")


if __name__ == "__main__":
    main()
