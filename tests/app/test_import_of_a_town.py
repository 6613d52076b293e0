"""A town whose links are cut and joined, as bench/network.py measures it, is imported whole."""

from pathlib import Path

import psycopg
import pytest

from network import geopackage
from vinterkoll.app.networks import import_network
from vinterkoll.app.settings import Settings

pytestmark = pytest.mark.postgres


def test_a_hundred_kilometres_are_imported(database_url: str, tmp_path: Path) -> None:
    file = geopackage(tmp_path, streets=14, roads=2)
    with psycopg.connect(database_url, autocommit=True) as connection:
        said = list(import_network(connection, file, Settings()))
    assert "115.0 km" in said[0]
    assert any("ends joined to the middle of another link" in line for line in said)
