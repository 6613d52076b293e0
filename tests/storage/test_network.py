"""A street network goes through the database and comes back as the arrays that matching uses."""

import dataclasses

import numpy as np
import psycopg
import pytest
import shapely

from small_town import town_segments
from vinterkoll.processing.network import Segments
from vinterkoll.storage import network as networks

pytestmark = pytest.mark.postgres


def load(url: str, segments: Segments, digest: str = "a") -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return networks.load(connection, segments, name="town", generated=True, digest=digest)


def test_there_and_back(database_url: str) -> None:
    segments = town_segments()
    assert load(database_url, segments)
    with psycopg.connect(database_url) as connection:
        found = networks.read(connection)
        row = connection.execute(
            "SELECT count(*), sum(length_m) FROM segment WHERE extent && box(point(18, 63), point(19, 64))"
        ).fetchone()
    assert found.segment_id.tolist() == segments.segment_id.tolist()
    assert found.length_m == pytest.approx(segments.length_m, abs=1e-6)
    assert row == (len(segments.lines), pytest.approx(segments.length_m.sum()))


def test_the_same_file_twice_changes_nothing(database_url: str) -> None:
    assert load(database_url, town_segments())
    assert not load(database_url, town_segments())


def test_another_network_is_refused(database_url: str) -> None:
    load(database_url, town_segments())
    with pytest.raises(networks.NetworkConflictError, match="into a new database"):
        load(database_url, town_segments(), "b")


def test_a_refused_row_leaves_nothing_behind(database_url: str) -> None:
    segments = town_segments()
    with pytest.raises(psycopg.errors.CheckViolation):
        load(database_url, dataclasses.replace(segments, winter_class=np.full(len(segments.lines), 9)))
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM network").fetchone() == (0,)
        assert len(networks.read(connection)) == 0


def test_geometry_is_wkb_in_degrees(database_url: str) -> None:
    load(database_url, town_segments())
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT geometry FROM segment ORDER BY segment_id LIMIT 1").fetchone()
    assert row is not None
    assert shapely.from_wkb(row[0]).bounds[1] == pytest.approx(63.28, abs=0.1)
