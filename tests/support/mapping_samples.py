"""Mappings from the plain to the odd, and messages that they understand."""

from typing import Any

from vinterkoll.ingest.mapping.reading import read_mapping

RENAMED = """
[time]
path = "time"
[position]
x = "lon"
y = "lat"
[actions]
path = "actions"
[fields]
{fields}
[plough]
{plough}
[spread]
{spread}
""".format(
    fields="\n".join(
        f'{name} = "{name}"'
        for name in [
            "vehicle",
            "speed_kmh",
            "heading",
            "accuracy_m",
            "hdop",
            "odometer_m",
            "area",
            "contract",
            "event",
            "seq",
        ]
    ),
    plough="\n".join(
        f'{name} = "plough.{name}"' for name in ["front", "side_left", "side_right", "underbody"]
    ),
    spread="\n".join(
        f'{name} = "spread.{name}"' for name in ["material", "g_per_m2", "ml_per_m2", "width_m", "symmetry"]
    ),
)
SWEREF = RENAMED.replace('x = "lon"\ny = "lat"', 'epsg = 3006\nx = "e"\ny = "n"')
EPOCH = RENAMED.replace('path = "time"', 'path = "time"\nformat = "epoch_ms"')
WRAPPED = 'items = "positions"\n' + RENAMED
HEADED = WRAPPED.replace('vehicle = "vehicle"', 'vehicle = { path = "vehicle", header = "vehicle" }')
POSITIONS: dict[str, Any] = {
    "vehicle": "AB12",
    "time": "2026-01-12T05:11:12.123Z",
    "lon": 18.7,
    "lat": 63.29,
    "speed_kmh": 30,
    "heading": 10.5,
    "accuracy_m": 2,
    "hdop": 0.5,
    "odometer_m": 1_000.5,
    "actions": ["PLOUGHING", "x", "SALTING_DRY"],
    "plough": {"front": "DOWN", "side_left": "UP"},
    "spread": {"material": "salt", "g_per_m2": 10, "ml_per_m2": 1, "width_m": 6, "symmetry": "LEFT"},
    "seq": 1,
    "area": "Norr",
    "contract": "2026-4",
    "event": "start",
}
SWEREF_POSITION = {
    **{key: value for key, value in POSITIONS.items() if key not in ("lon", "lat")},
    "e": 675_000.5,
    "n": 7_000_000,
}
EPOCH_POSITION = {**POSITIONS, "time": 1_768_194_672_123}
ODD = """
items = "a.b"
contractor = "nordsno"
loose_types = true
[time]
header = "sent.at"
path = "t[0]"
zone = "Europe/Stockholm"
local_as_utc = true
[position]
epsg = 3067
x = { path = "p[0]", factor = 1e-3 }
y = { path = "p[1]", factor = 1e-3 }
[fields]
vehicle = { path = "who", header = "who" }
heading = { path = "io[id=7].v", not_known = [-1] }
area = "io[id=7].v"
seq = "io[id=7].v"
[actions]
path = "io[*].name"
required = false
flags = [{ path = "io[id=8].v", codes = "GRADING" }]
[plough]
front = "io[id=8].v"
"""
ODD_ITEM = {
    "who": "AB12",
    "t": ["2026-01-12T05:11:12"],
    "p": ["500000000", 7_000_000_000],
    "io": [{"id": 7, "v": "12", "name": "x"}, {"id": 8, "v": "DOWN"}, None],
}
PATTERN = RENAMED.replace(
    'path = "time"', 'path = "time"\nformat = "%Y-%m-%dT%H:%M:%S"\nzone = "Europe/Stockholm"'
)
SAMPLES: dict[str, tuple[str, list[Any]]] = {
    "renamed": (RENAMED, [POSITIONS, [POSITIONS, POSITIONS]]),
    "sweref": (SWEREF, [SWEREF_POSITION]),
    "epoch": (EPOCH, [EPOCH_POSITION]),
    "wrapped": (WRAPPED, [{"vehicle": "AB12", "positions": [POSITIONS, POSITIONS]}]),
    "headed": (HEADED, [{"vehicle": "AB12", "positions": [POSITIONS]}]),
    "odd": (ODD, [{"a": {"b": [ODD_ITEM, ODD_ITEM]}, "sent": {"at": "2026-01-12T05:11:12Z"}}]),
    "pattern": (PATTERN, [{**POSITIONS, "time": "2026-01-12T05:11:12"}]),
}
MAPPED = {name: read_mapping(mapping.encode()) for name, (mapping, _) in SAMPLES.items()}
