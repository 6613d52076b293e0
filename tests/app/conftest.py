"""A database with the small town's streets, and a broker of one test's own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from broker import Broker
from small_town import town_segments
from vinterkoll.app.children import free_port
from vinterkoll.storage import network as networks


@pytest.fixture
def town_url(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    return database_url


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A mosquitto of its own: what one test leaves in a session there is not the next one's."""
    one = Broker(tmp_path, free_port())
    one.start()
    yield one
    one.stop()
