"""Sample messages of every format, its topic, and the list that wraps its items."""

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[1] / "data"
POSITION = {
    "vehicle": "AB12",
    "time": "2026-01-12T05:11:12.123Z",
    "lon": 18.7,
    "lat": 63.29,
    "e": 675_000,
    "n": 7_000_000,
    "speed_kmh": 30,
    "heading": 10.5,
    "actions": ["PLOUGHING", "x"],
    "plough": {"front": "DOWN"},
    "spread": {"material": "salt", "g_per_m2": 10},
    "seq": 1,
    "area": "Norr",
}


def samples(folder: str, first: str) -> list[Any]:
    """The payloads of `folder`; `first` holds nothing but what is good."""
    paths = sorted((DATA / folder).glob("*.json"), key=lambda path: (path.stem != first, path.stem))
    return [json.loads(path.read_bytes()) for path in paths]


GOOD: dict[str, list[Any]] = {
    "mip": [POSITION, {"vehicle": "AB12", "positions": [POSITION, POSITION]}, [POSITION]],
    "traffic-flow-observed": [
        json.loads(path.read_bytes())
        for folder in ("smart-data-models", "traffic-flow-observed")
        for path in sorted((DATA / folder).glob("*.json*"))
    ],
    "trafikverket-traffic-flow": samples("trafikverket-traffic-flow", first="object"),
    "chirpstack": samples("chirpstack", first="uplink"),
    "the-things-stack": samples("the-things-stack", first="decentlab"),
    "netmore": samples("netmore", first="decentlab"),
    "weather-observed": samples("weather-observed", first="ngsi-ld-normalized"),
    "snow": [
        *samples("chirpstack", first="uplink"),
        *samples("the-things-stack", first="decentlab"),
        *samples("netmore", first="decentlab"),
        *samples("weather-observed", first="ngsi-ld-normalized"),
    ],
    "harja": samples("harja", first="point"),
}
LIST_FIELD = {
    "mip": "positions",
    "traffic-flow-observed": "data",
    "trafikverket-traffic-flow": "TrafficFlow",
    "chirpstack": "uplinks",
    "the-things-stack": "uplinks",
    "netmore": "uplinks",
    "weather-observed": "data",
    "harja": "havainnot",
}
TOPIC = {
    "mip": "mip/v1/nordsno/AB12/position",
    "traffic-flow-observed": "traffic/v1/kommun/flow",
    "trafikverket-traffic-flow": "traffic/v1/kommun/trafikverket",
    "chirpstack": "application/1/device/0004a30b001c0530/event/up",
    "the-things-stack": "v3/snow@kommun/devices/snow-1/up",
    "netmore": "snow/v1/kommun/depth",
    "weather-observed": "snow/v1/kommun/depth",
    "snow": "snow/v1/kommun/depth",
    "harja": "harja/v1/1234567-8/positions",
}
