"""Which segments lie in an area follows the network and the register, whichever of them changes."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import shapely

from small_town import rebuilt_segments, town_segments
from vinterkoll.app.registering import change
from vinterkoll.storage import network as networks
from vinterkoll.storage.register import remove
from vinterkoll.storage.register_edits import amend

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]
LATER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def rows(database_url: str) -> Any:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def inside(connection: Database) -> dict[tuple[str, bool], list[int]]:
    """Segments by area and whether its row is the first of its name."""
    found = connection.execute(
        "SELECT area, valid_from = '-infinity', array_agg(segment_id ORDER BY segment_id) FROM area_segment GROUP BY 1, 2"
    )
    return {(area, first): segments for area, first, segments in found}


def draw(connection: Database, area: str, shape: shapely.Geometry, begin: str = "") -> None:
    """Set an area's polygon with the rights of who changes the register by the API."""
    values = {"name": area, "polygon": shapely.to_wkt(shape, rounding_precision=9)}
    with connection.transaction():
        connection.execute("SET LOCAL ROLE vinterkoll_register")
        change(connection, lambda opened: amend(opened, "area", {"area": area}, values, begin))


def test_an_area_has_the_segments_whose_midpoints_it_contains(rows: Database) -> None:
    town = town_segments()
    around = [line.interpolate(0.5, normalized=True).buffer(1e-5) for line in town.lines]
    whole = shapely.union_all(town.lines).envelope.buffer(0.01)
    draw(rows, "first", shapely.MultiPolygon([around[0], around[2]]))
    assert inside(rows) == {}
    networks.load(rows, town, name="town", generated=True, digest="a")
    ids = town.segment_id.tolist()
    assert inside(rows) == {("first", True): [ids[0], ids[2]]}
    draw(rows, "holed", whole - around[1])
    draw(rows, "elsewhere", shapely.box(10, 55, 10.1, 55.1))
    but_one = [one for one in ids if one != ids[1]]
    assert inside(rows) == {("first", True): [ids[0], ids[2]], ("holed", True): but_one}
    draw(rows, "first", around[4])
    draw(rows, "first", whole, LATER.isoformat())
    assert inside(rows) == {("first", True): [ids[4]], ("first", False): ids, ("holed", True): but_one}
    networks.load(rows, rebuilt_segments(), name="town", generated=True, digest="b", valid_from=LATER)
    assert inside(rows)["first", False] == ids + [one + 100 for one in ids[:4]]
    with rows.transaction():
        change(rows, lambda opened: remove(opened, "area", {"area": "holed"}))
    assert set(inside(rows)) == {("first", True), ("first", False)}


def test_what_would_change_changes_nothing(rows: Database) -> None:
    networks.load(rows, town_segments(), name="town", generated=True, digest="a")
    values = {"name": "A", "polygon": "POLYGON ((10 55, 24 55, 24 69, 10 69, 10 55))"}
    change(rows, lambda opened: amend(opened, "area", {"area": "a"}, values, ""), dry_run=True)
    assert inside(rows) == {}
    change(rows, lambda opened: amend(opened, "area", {"area": "a"}, values, ""))
    assert inside(rows) == {("a", True): town_segments().segment_id.tolist()}
    before = rows.execute("SELECT xmin FROM area_segment").fetchall()
    later = {"name": "Another name"}
    change(rows, lambda opened: amend(opened, "area", {"area": "a"}, later, ""))
    assert rows.execute("SELECT xmin FROM area_segment").fetchall() == before
