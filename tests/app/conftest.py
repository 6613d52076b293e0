"""A database with the small town's streets, and one with the simulator's."""

import psycopg
import pytest

from small_town import town_segments
from vinterkoll.storage import network as networks


@pytest.fixture
def town_url(database_url: str) -> str:
    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
    return database_url
