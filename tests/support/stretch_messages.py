"""Messages of vehicles on a lap of the small town, of a traffic counter and of a snow sensor, around a midnight.

The midnight is a border between chunks of every table that TimescaleDB cuts into days or weeks.
"""

import math
import random
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import Transformer

from small_town import E0, N0
from vinterkoll.ingest.message import Message
from vinterkoll.processing.coordinates import wgs84_from_sweref

MIDNIGHT = datetime(2026, 1, 15, tzinfo=UTC)
"""A Thursday, as 1970-01-01 was: weeks of TimescaleDB begin here."""
START = MIDNIGHT - timedelta(minutes=1)
RECEIVED_US = round((MIDNIGHT + timedelta(hours=2)).timestamp() * 1e6)
LAP = shapely.LineString(
    [(0.0, 0.0), (90.0, 0.0), (150.0, 10.0), (150.0, 100.0), (90.0, 80.0), (90.0, 0.0), (0.0, 0.0)]
)


def fix(
    vehicle: str, at_s: float, along_m: float, noise: random.Random, east_m: float = 0.0, **more: Any
) -> Message:
    """A fix of a vehicle that drives the lap, with noise, ploughing; `east_m` beside its place."""
    x, y = shapely.get_coordinates(LAP.interpolate(along_m % 450))[0]
    lon, lat = wgs84_from_sweref(
        np.array([x + E0 + noise.gauss(0, 3) + east_m]), np.array([y + N0 + noise.gauss(0, 3)])
    )
    body = {
        "time": (START + timedelta(seconds=at_s)).isoformat(),
        "lon": round(float(lon[0]), 7),
        "lat": round(float(lat[0]), 7),
        "actions": ["PLOUGHING"] if noise.random() < 0.9 else [],
    }
    return Message(f"mip/v1/snow/{vehicle}/position", orjson.dumps(body | more), RECEIVED_US)


_TM35FIN = Transformer.from_crs("EPSG:3006", "EPSG:3067", always_xy=True)


def line(
    vehicle: str, at_s: float, points: Sequence[tuple[float, float]], sent_s: float = 0, **more: Any
) -> Message:
    """A HARJA line of a vehicle over some points of the town, ploughing, sent so many seconds after START."""
    x, y = _TM35FIN.transform([E0 + east for east, _ in points], [N0 + north for _, north in points])
    place = {"type": "LineString", "coordinates": [list(point) for point in zip(x, y, strict=True)]}
    observation = {
        "tyokone": {"id": vehicle},
        "sijainti": {"viivageometria": place},
        "havaintoaika": (START + timedelta(seconds=at_s)).isoformat(),
        "suoritettavatTehtavat": ["auraus ja sohjonpoisto"],
    }
    head = {
        "lahettaja": {"organisaatio": {"ytunnus": "snow"}},
        "lahetysaika": (START + timedelta(seconds=sent_s)).isoformat(),
    }
    body = {"otsikko": head, "havainnot": [{"havainto": observation | more}]}
    return Message("harja/v1/snow/havainnot", orjson.dumps(body), RECEIVED_US)


def lines(vehicle: str, at_s: float, along_m: float, noise: random.Random) -> list[Message]:
    """One to three lines of one instant that end where the vehicle is: corrections of each other, or sent at once."""
    found = []
    for _ in range(noise.choice([1, 1, 2, 3])):
        apart_m, away_m = noise.choice([2, 15, 40]), noise.choice([0, 0, 0, 0, 400, 600])
        places = [(along_m - apart_m * back) % 450 for back in reversed(range(noise.choice([2, 3, 6, 25])))]
        points = [tuple(shapely.get_coordinates(LAP.interpolate(place))[0].tolist()) for place in places]
        points[0] = (points[0][0] + away_m, points[0][1])
        found.append(line(vehicle, at_s, points, noise.choice([0, 0, 3600])))
    return found


def stretch(
    counts: Sequence[int],
    noise: random.Random,
    compasses: Sequence[str] = (),
    pauses_s: Sequence[int] = (),
) -> list[Message]:
    """So many fixes of each vehicle, one each 5 s with breaks and spells of bad fixes, some corrections (other
    contents for the same key), and some lines; with the heading of one of the compasses, and one of the pauses, after
    which the vehicle is back at START.

    Without compasses and pauses what the dumps in tests/data/releases/ were made of: not to be changed."""
    found = []
    for vehicle, count in enumerate(counts):
        pause_s, pauses_at = (noise.choice(pauses_s), noise.randint(0, count)) if pauses_s else (0, 0)
        at_s, along_m = -float(pause_s), noise.uniform(0, 400)
        spell, left = "", 0
        compass = noise.choice(compasses) if compasses else ""
        for number in range(count):
            at_s += pause_s if number == pauses_at else 0
            if not left:
                spell, left = noise.choice(SPELLS), noise.randint(1, 5)
            left -= 1
            heads = heading(compass, along_m)
            found.append(fix_in_spell(spell, f"v{vehicle}", at_s, along_m, noise, **heads))
            if noise.random() < 0.1:
                found.append(fix(f"v{vehicle}", at_s, along_m + 7, noise, **heads))
            if noise.random() < 0.1:
                found += lines(f"v{vehicle}", at_s, along_m, noise)
            gap = noise.choice([*[5] * 18, *[10] * 3, *(200, 295, 301, 400, 880, 890, 895, 899)])
            at_s, along_m = at_s + gap, along_m + min(gap, 10) * 8
    return found


COMPASSES = ("", "true", "north", "backward")
"""What a vehicle sends for its heading: nothing, the truth, always 0, or the opposite."""


def heading(compass: str, along_m: float) -> dict[str, float]:
    if compass in {"", "north"}:
        return {"heading": 0} if compass else {}
    ends = [shapely.get_coordinates(LAP.interpolate(place % 450))[0] for place in (along_m, along_m + 1)]
    east, north = ends[1] - ends[0]
    return {"heading": round(math.degrees(math.atan2(east, north)) + 180 * (compass == "backward")) % 360}


SPELLS = ("", "", "", "", "away", "scattered", "poor", "frozen")
"""What is wrong with a vehicle's fixes for a while."""


_SALTING: dict[str, Any] = {"actions": ["PLOUGHING", "SALTING_PREWETTED"]}
SPREADING: tuple[dict[str, Any], ...] = (
    *[{}] * 6,
    _SALTING | {"spread": {"material": "SALT", "g_per_m2": 12.3, "ml_per_m2": 4, "width_m": 6}},
    _SALTING | {"spread": {"material": "SALT", "g_per_m2": 7.7, "ml_per_m2": 0, "width_m": 4.5}},
    _SALTING | {"spread": {"material": "sand", "g_per_m2": 150, "width_m": 3}},
    _SALTING | {"spread": {"material": "sand", "g_per_m2": 99_999, "width_m": 3}},
    _SALTING | {"spread": {"ml_per_m2": 20.05, "width_m": 0}},
    _SALTING | {"spread": {"material": "SALT", "g_per_m2": 0, "ml_per_m2": 0, "width_m": 6}},
    _SALTING,
)
"""What vehicles say of their spreader: known, in part, absurd, shut off, nothing; most of them have none."""


def fix_in_spell(
    spell: str, vehicle: str, at_s: float, along_m: float, noise: random.Random, **more: Any
) -> Message:
    match spell:
        case "away":  # 300 m off: impossible after 5 s, possible after 10
            return fix(vehicle, at_s, along_m, noise, east_m=300, **more)
        case "scattered":
            return fix(vehicle, at_s, along_m, noise, east_m=noise.choice([-9000, 400, 5000, 20_000]), **more)
        case "poor":
            return fix(
                vehicle, at_s, along_m, noise, **noise.choice([{"accuracy_m": 60}, {"hdop": 12}]), **more
            )
        case "frozen":
            return fix(vehicle, at_s, 0, random.Random(0), speed_kmh=30, **more)
        case _:
            return fix(vehicle, at_s, along_m, noise, speed_kmh=30, **noise.choice(SPREADING), **more)


def flow(sensor: str, minute: float, minutes: float | None = 1, **more: Any) -> Message:
    """A count of a traffic counter over some minutes; None: over a period that it does not tell."""
    begin = START + timedelta(minutes=minute)
    values = {"dateObserved": begin.isoformat(), **more}
    if minutes is not None:
        until = begin + timedelta(minutes=minutes)
        values |= {"dateObservedFrom": begin.isoformat(), "dateObservedTo": until.isoformat()}
    body = {name: {"type": "Property", "value": value} for name, value in values.items()}
    identity = {"id": f"urn:ngsi-ld:TrafficFlowObserved:{sensor}", "type": "TrafficFlowObserved"}
    return Message("traffic/v1/town/flow", orjson.dumps(identity | body), RECEIVED_US)


def uplink(dev_eui: str, minute: float, distance_mm: int, count: int) -> Message:
    """An uplink of a snow-depth sensor: Decentlab DL-MBX, distance and battery."""
    body = {
        "deviceInfo": {"devEui": dev_eui},
        "time": (START + timedelta(minutes=minute)).isoformat(),
        "fCnt": count,
        "data": b64encode(bytes.fromhex(f"02012f0003{distance_mm:04x}00010bb1")).decode(),
    }
    return Message(f"application/1/device/{dev_eui}/event/up", orjson.dumps(body), RECEIVED_US)
