"""What a small installation has been told and sent around a midnight: all of its inputs, and something of everything."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import orjson
import psycopg
from pydantic import SecretStr

from histories import town_messages
from small_town import rebuilt_segments, town_segments
from stretch_messages import MIDNIGHT, RECEIVED_US, fix, uplink
from vinterkoll.app.action_naming import name_actions
from vinterkoll.app.registering import change
from vinterkoll.app.settings import Settings
from vinterkoll.app.thresholds import change as set_threshold
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import PLOUGHING
from vinterkoll.storage import holds, kafka_offsets, keys
from vinterkoll.storage import network as networks
from vinterkoll.storage.register import Table
from vinterkoll.storage.register_csv import load

Connection = psycopg.Connection[Any]

REBUILT: Final = MIDNIGHT + timedelta(minutes=2)
"""When the second version of the streets begins."""
NOW: Final = datetime.fromtimestamp(RECEIVED_US / 1e6, MIDNIGHT.tzinfo) + timedelta(hours=6)
"""After all was received."""
OLD_S: Final = -35 * 86_400.0
"""A day that is gone by NOW, but for what was derived from it and what a hold keeps."""
SETTINGS: Final = Settings(database_url=SecretStr(""))
DEV_EUI: Final = "0004a30b001c0530"
REGISTER: Final[dict[Table, str]] = {
    "contractor": "contractor,name\nsnow,Snö AB\nrain,Regn AB\n",
    "area": 'area,name,polygon\ncentrum,Centrum,"POLYGON ((18 63, 19 63, 19 64, 18 64, 18 63))"\n',
    "contract": "contractor,contract,name,areas\nsnow,2025-17,Vinterväghållning,centrum\n",
    "vehicle": "contractor,vehicle,name,kinds,contract,valid_to\n"
    "snow,v0,Plogbil,carriageway|gc,2025-17,\nsnow,v1,Traktor,carriageway,,2026-01-15T00:01:00Z\n",
    "sensor": "sensor,kind,name,lon,lat,mounting_height_m,period_s\n"
    f"{DEV_EUI},snow,Torget,18.7,63.3,3.2,\nurn:ngsi-ld:TrafficFlowObserved:c0,flow,Bron,18.7,63.3,,300\n",
}


def furnish(connection: Connection) -> None:
    """Tell it all its inputs."""
    networks.load(connection, town_segments(), name="town", generated=True, digest="town")
    networks.load(
        connection, rebuilt_segments(), name="town", generated=True, digest="rebuilt", valid_from=REBUILT
    )
    for table, text in REGISTER.items():
        change(connection, partial(load, table=table, text=text), author="Anna Ek")
    name_actions(connection, "snow", {"Plogning": PLOUGHING})
    set_threshold(connection, "accuracy_max_m", 55.0)
    keys.insert(connection, "key-of-snow", "snow", "ingest")
    kafka_offsets.starts(connection, "vinterkoll", {("vinterkoll.messages", 0): 160})
    hold = holds.Hold("snow", "2025-17", None, None, MIDNIGHT - timedelta(days=30), "case KS 2026:114")
    holds.add(connection, hold)


def old_day() -> list[Message]:
    """Sanding on a day that is gone by NOW; received when it was."""
    noise = random.Random(2)
    sanding: dict[str, Any] = {"actions": ["SANDING_LINE"], "spread": {"material": "sand", "g_per_m2": 150}}
    sent = [fix("v0", OLD_S + 5 * at, 40.0 * at, noise, speed_kmh=30, **sanding) for at in range(12)]
    return [Message(one.topic, one.payload, RECEIVED_US + round(OLD_S * 1e6)) for one in sent]


def messages() -> tuple[list[Message], list[Message]]:
    """Vehicles, counters, a snow sensor: what came first, and what came later, of the same minutes."""
    luck = random.Random(17)
    depths = [uplink(DEV_EUI, minute, 3000 - minute, minute) for minute in range(0, 60, 10)]
    sent = [*town_messages(luck, [45, 30], 8), *depths]
    luck.shuffle(sent)
    later = sent[::4]
    return [message for message in sent if message not in later], later


def bad_messages() -> Iterator[Message]:
    """One that is no message, and positions of impossible times."""
    yield Message("mip/v1/snow/v1/position", b"rubbish", RECEIVED_US)
    for time in (NOW + timedelta(days=400), MIDNIGHT - timedelta(days=4000)):
        body = {"time": time.isoformat(), "lon": 18.7, "lat": 63.3, "actions": []}
        yield Message("mip/v1/rain/r1/position", orjson.dumps(body), RECEIVED_US)
