"""MIP positions for tests of the wiring."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from vinterkoll.ingest.message import Message

NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
NOW_US = round(NOW.timestamp() * 1e6)


def position(at_s: float = 0, topic: str = "mip/v1/snow/v1/position", **more: Any) -> Message:
    body = {
        "time": (NOW + timedelta(seconds=at_s)).isoformat(),
        "lon": 18.71,
        "lat": 63.28,
        "actions": ["PLOUGHING"],
    }
    return Message(topic, orjson.dumps(body | more), NOW_US)
