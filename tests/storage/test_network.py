"""Versions of the street network go through the database and come back as the arrays that matching uses."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely

from small_town import town_segments
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.network import Segments
from vinterkoll.storage import network as networks
from vinterkoll.storage.network import Version, Versions

pytestmark = pytest.mark.postgres

EVER = datetime(1970, 1, 1, tzinfo=UTC)
JULY, AUGUST = datetime(2025, 7, 1, tzinfo=UTC), datetime(2025, 8, 1, tzinfo=UTC)


def load(
    url: str, segments: Segments, digest: str = "a", valid_from: datetime | None = None
) -> Version | None:
    with psycopg.connect(url, autocommit=True) as connection:
        return networks.load(
            connection, segments, name="town", generated=True, digest=digest, valid_from=valid_from
        )


def only(segments: Segments, first: int, last: int) -> Segments:
    columns = (getattr(segments, field.name)[first:last] for field in dataclasses.fields(segments))
    return Segments(*columns)


def asked(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def valid_at(url: str, *moments: datetime) -> list[list[int]]:
    """The segments of the version that is valid at each moment."""
    with psycopg.connect(url) as connection:
        versions = Versions(connection)
        places = versions.places(np.array([round(moment.timestamp() * 1e6) for moment in moments]))
        return [versions.at(int(place)).segment_id.tolist() for place in places]


def test_there_and_back(database_url: str) -> None:
    segments = dataclasses.replace(town_segments(), one_way=np.array([1, -1, 0, 0, 0]))
    assert load(database_url, segments) == (1, EVER, None)
    with psycopg.connect(database_url) as connection:
        found = Versions(connection).at(1)
    assert found.segment_id.tolist() == segments.segment_id.tolist()
    assert found.length_m == pytest.approx(segments.length_m, abs=1e-6)
    counted = asked(
        database_url,
        "SELECT count(*), sum(length_m) FROM segment WHERE extent && box(point(18, 63), point(19, 64))",
    )
    assert counted == [(len(segments.lines), pytest.approx(segments.length_m.sum()))]
    assert asked(database_url, "SELECT segment_id FROM segment WHERE one_way = -1") == [(2,)]


def test_the_same_again_changes_nothing(database_url: str) -> None:
    assert load(database_url, town_segments())
    before = asked(database_url, "SELECT version FROM input_version")
    assert load(database_url, town_segments()) is None
    assert load(database_url, town_segments(), "a", JULY) is None
    assert asked(database_url, "SELECT version FROM input_version") == before
    assert asked(database_url, "SELECT count(*) FROM network") == [(1,)]


def test_each_version_is_valid_until_the_next(database_url: str) -> None:
    town = town_segments()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO device (kind, owner, name, part) VALUES ('position', 'a', 'b', ''), ('flow', '', 'c', '')"
        )
    assert load(database_url, only(town, 0, 3), "a") == (1, EVER, None)
    assert load(database_url, only(town, 1, 5), "b", AUGUST) == (2, AUGUST, None)
    assert load(database_url, only(town, 0, 2), "c", JULY) == (3, JULY, AUGUST)
    june = datetime(2025, 6, 1, tzinfo=UTC)
    assert valid_at(database_url, june, JULY, AUGUST) == [[1, 2, 3], [1, 2], [2, 3, 4, 5]]
    assert asked(database_url, "SELECT count(*) FROM segment") == [(5,)]
    due = asked(
        database_url, "SELECT device_id, from_time, until_time FROM rederivation ORDER BY rederivation_id"
    )
    assert due == [(1, EVER, None), (1, AUGUST, None), (1, JULY, AUGUST)]


def test_the_later_import_for_the_same_instant_counts(database_url: str) -> None:
    town = town_segments()
    load(database_url, only(town, 0, 3), "a", JULY)
    load(database_url, only(town, 0, 2), "b", JULY)
    assert valid_at(database_url, JULY) == [[1, 2]]
    assert load(database_url, only(town, 0, 3), "a", JULY) is not None
    assert valid_at(database_url, JULY) == [[1, 2, 3]]


def test_without_a_date_a_later_version_is_valid_from_now(database_url: str) -> None:
    load(database_url, town_segments())
    version = load(database_url, only(town_segments(), 0, 3), "b")
    assert version
    assert asked(database_url, "SELECT valid_from > now() - interval '1 minute' FROM network_validity") == [
        (False,),
        (True,),
    ]


def test_before_the_first_version_there_are_no_streets(database_url: str) -> None:
    load(database_url, town_segments(), "a", JULY)
    assert valid_at(database_url, EVER, JULY) == [[], [1, 2, 3, 4, 5]]


@pytest.mark.parametrize("change", ["passes_required", "kind", "end_node", "lines", "one_way", "street"])
def test_a_changed_segment_needs_a_new_id(database_url: str, change: str) -> None:
    town = town_segments()
    load(database_url, town)
    changed = getattr(town, change).copy()
    other = {"kind": "gc", "street": "x", "lines": shapely.LineString([(18, 63), (18.001, 63)])}
    changed[3] = other.get(change, 1)
    with pytest.raises(networks.NetworkConflictError, match="segment 4 is another one"):
        load(database_url, dataclasses.replace(town, **{change: changed}), "b")
    assert asked(database_url, "SELECT count(*) FROM network") == [(1,)]


def bent(line: shapely.LineString) -> list[shapely.LineString]:
    """Other lines with the nodes and the bounding box of a straight one: by a corner of it, back, and to and fro."""
    (a, b), (c, d) = line.coords
    east, north = (a + c) / 2, (b + d) / 2
    return [
        shapely.LineString([(a, b), (c, b), (c, d)]),
        shapely.reverse(line),
        shapely.LineString([(a, b), (east, north), (a, b), (c, d)]),
    ]


@pytest.mark.parametrize("way", [0, 1, 2])
def test_another_shape_in_the_same_box_needs_a_new_id(database_url: str, way: int) -> None:
    town = town_segments()
    load(database_url, town)
    lines = town.lines.copy()
    lines[4] = bent(lines[4])[way]
    metres = shapely.set_coordinates(
        lines.copy(), np.column_stack(sweref_from_wgs84(*shapely.get_coordinates(lines).T))
    )
    changed = dataclasses.replace(town, lines=lines, length_m=shapely.length(metres))
    with pytest.raises(networks.NetworkConflictError, match="segment 5 is another one"):
        load(database_url, changed, "b")


def test_a_vertex_more_on_the_same_line_is_no_change(database_url: str) -> None:
    town = town_segments()
    load(database_url, town)
    lines = shapely.segmentize(town.lines, 1e-4)
    assert shapely.get_num_points(lines).sum() > shapely.get_num_points(town.lines).sum()
    assert load(database_url, dataclasses.replace(town, lines=lines), "b")


def test_a_large_network_is_stored_in_parts(database_url: str) -> None:
    one, count = only(town_segments(), 0, 1), 4500
    columns = {field.name: np.repeat(getattr(one, field.name), count) for field in dataclasses.fields(one)}
    columns["segment_id"] = np.arange(count)
    seen: list[int] = []

    def watch(parts: range) -> Iterator[int]:
        for part in parts:
            seen.append(part)
            yield part

    with psycopg.connect(database_url, autocommit=True) as connection:
        networks.load(connection, Segments(**columns), name="a", generated=True, digest="a", watch=watch)
    assert len(seen) == 3
    assert asked(database_url, "SELECT count(DISTINCT segment_id) FROM network_segment") == [(count,)]
    assert asked(database_url, "SELECT min(segment_id), max(segment_id), count(*) FROM segment") == [
        (0, count - 1, count)
    ]


def test_the_last_bits_of_a_projection_are_no_change(database_url: str) -> None:
    town = town_segments()
    load(database_url, town)
    moved = shapely.set_coordinates(town.lines.copy(), shapely.get_coordinates(town.lines) + 1e-9)
    assert load(database_url, dataclasses.replace(town, lines=moved), "b")


def test_a_version_is_read_once(database_url: str) -> None:
    load(database_url, town_segments())
    with psycopg.connect(database_url) as connection:
        versions = Versions(connection)
        first = versions.at(1)
        load(database_url, only(town_segments(), 0, 2), "b", JULY)
        versions.refresh()
        assert versions.at(1) is first
        assert len(versions.at(2)) == 2


def test_a_refused_row_leaves_nothing_behind(database_url: str) -> None:
    segments = town_segments()
    with pytest.raises(psycopg.errors.CheckViolation):
        load(database_url, dataclasses.replace(segments, winter_class=np.full(len(segments.lines), 9)))
    assert asked(database_url, "SELECT count(*) FROM network") == [(0,)]
    assert asked(database_url, "SELECT count(*) FROM segment") == [(0,)]


def test_geometry_is_wkb_in_degrees(database_url: str) -> None:
    load(database_url, town_segments())
    [(geometry,)] = asked(database_url, "SELECT geometry FROM segment ORDER BY segment_id LIMIT 1")
    assert shapely.from_wkb(geometry).bounds[1] == pytest.approx(63.28, abs=0.1)
