"""Which segments lie in the register's areas: kept beside both, since the database itself cannot tell."""

from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.areas import segments_in_areas
from vinterkoll.processing.observations import IntColumn


def renew(connection: "psycopg.Connection[Any]") -> None:
    """Bring `area_segment` up to date with the areas and the segments that are there now. Call it in what changes either."""
    with connection.transaction():
        connection.execute(
            "LOCK TABLE area_segment IN SHARE ROW EXCLUSIVE MODE"
        )  # one at a time; readers go on
        # as text: Python has no -infinity
        areas = connection.execute(
            "SELECT area, valid_from::text, polygon FROM area ORDER BY 1, 2", binary=True
        )
        names, begins, polygons = zip(*areas.fetchall(), strict=True) if areas.rowcount else ((), (), ())
        shapes = np.asarray(shapely.from_wkb(list(polygons)), object)
        identities, lines = _segments(connection, shapes)
        area, segment = segments_in_areas(lines, shapes)
        rows = [
            np.array(names, object)[area].tolist(),
            np.array(begins, object)[area].tolist(),
            identities[segment].tolist(),
        ]
        _keep(connection, rows)


def _segments(
    connection: "psycopg.Connection[Any]", shapes: NDArray[np.object_]
) -> tuple[IntColumn, NDArray[np.object_]]:
    """Read the segments of all versions that any area may have: ids and LineStrings."""
    if not len(shapes):
        return np.empty(0, np.int64), np.empty(0, object)
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    found = connection.execute(
        "SELECT segment_id, geometry FROM segment WHERE extent && box(point(%s, %s), point(%s, %s))"
        " ORDER BY segment_id",
        [east, north, west, south],
        binary=True,
    ).fetchall()
    identities, wkb = zip(*found, strict=True) if found else ((), ())
    return np.array(identities, np.int64), np.asarray(shapely.from_wkb(list(wkb)), object)


def _keep(connection: "psycopg.Connection[Any]", rows: list[list[Any]]) -> None:
    """Delete what is not among `rows`, and add what is missing: most of it stays as it is."""
    sent = "SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::bigint[]) AS s (area, valid_from, segment_id)"
    connection.execute(
        f"""
        WITH sent AS ({sent}), gone AS (
            DELETE FROM area_segment i WHERE NOT EXISTS (
                SELECT FROM sent s WHERE (s.area, s.valid_from, s.segment_id) = (i.area, i.valid_from, i.segment_id))
        )
        INSERT INTO area_segment (area, valid_from, segment_id) SELECT * FROM sent ON CONFLICT DO NOTHING
        """,  # noqa: S608 - no input is put into the statement
        rows,
    )
