"""HTTP ingest as `vinterkoll api` wires it: a real uvicorn, a real database, its rights, and keys."""

import contextlib
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import psycopg
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api_server import serving
from position_messages import position
from vinterkoll.api.application import create_app
from vinterkoll.app.intakes import http_intake
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.storage import keys
from vinterkoll.storage.reading import reading_pool

SENDER, READER, STRANGER, REVOKED = "key-of-snow", "reading-key-of-snow", "key-of-rain", "old-key-of-snow"
REGISTRAR = "key-of-the-town"
MIP = "/api/v1/ingest/mip"
LINES = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}


def settings_of(url: str, ingest_url: str = "", **more: Any) -> Settings:
    """Settings that store what comes by HTTP with the rights of an ingest worker."""
    role = ingest_url or make_conninfo(url, options="-c role=vinterkoll_ingest")
    return Settings(database_url=SecretStr(url), ingest_database_url=SecretStr(role), **more)


def add_keys(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        keys.insert(connection, SENDER, "snow", "ingest")
        keys.insert(connection, READER, "snow", "read")
        keys.insert(connection, STRANGER, "rain", "ingest")
        keys.insert(connection, REVOKED, "snow", "ingest")
        keys.revoke(connection, 4)
        keys.insert(connection, REGISTRAR, "town", "register")


@contextlib.contextmanager
def ingesting(url: str, **settings: Any) -> Iterator[httpx.Client]:
    """Serve the API with HTTP ingest, and yield a client with the sender's key."""
    app = create_app(reading_pool(url), intake=http_intake(settings_of(url, **settings)))
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {SENDER}"
        yield client


def body_of(message: Message) -> dict[str, Any]:
    """What a vehicle sent to its own topic, as it is sent by HTTP."""
    return {"vehicle": message.topic.split("/")[3], **orjson.loads(message.payload)}


def item(at_s: float = 0, **more: Any) -> dict[str, Any]:
    """A position of vehicle v1."""
    return body_of(position(at_s, **more))


def lines_of(items: list[Any]) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else orjson.dumps(one) for one in items)
