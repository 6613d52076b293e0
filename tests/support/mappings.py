"""Two suppliers' dialects as mapping files, and messages in them: a bare item, and a wrapper far inside."""

from pathlib import Path
from typing import Any

from vinterkoll.ingest.message import Message

BARE = """
topics = ["bare/{contractor}/pos"]
[time]
path = "when"
[position]
x = "east"
y = "north"
[fields]
vehicle = "car"
[actions]
path = "does"
codes = { plog = "PLOUGHING" }
"""

WRAPPED = 'items = "data.rows"\n' + BARE.replace("bare/", "wrapped/")


def write_mappings(directory: Path, **contents: str) -> Path:
    for name, content in contents.items():
        (directory / f"{name}.toml").write_text(content, encoding="utf-8")
    return directory


def bare(body: dict[str, Any]) -> dict[str, Any]:
    """A position of the profile in the dialect `BARE`."""
    names = {"vehicle": "car", "time": "when", "lon": "east", "lat": "north", "actions": "does"}
    return {names.get(name, name): value for name, value in body.items()}


def wrapped(*bodies: dict[str, Any]) -> dict[str, Any]:
    """Positions of the profile in the dialect `WRAPPED`."""
    return {"data": {"rows": [bare(body) for body in bodies]}}


def addressed(message: Message, topic: str, payload: bytes) -> Message:
    return Message(topic, payload, message.received_us)
