"""The street network in the database: loaded whole, read back as the arrays that matching uses."""

from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.network import KINDS, Segments, StreetNetwork


class NetworkConflictError(Exception):
    """The database holds another network, which derived rows refer to."""


def load(
    connection: "psycopg.Connection[Any]", segments: Segments, *, name: str, generated: bool, digest: str
) -> bool:
    """Store a network, in one transaction. Returns False when this very one is there already.

    Raises
    ------
    NetworkConflictError
        When another one is there: versions of a network come with a later release.
    """
    with connection.transaction():
        connection.execute("LOCK TABLE network IN SHARE ROW EXCLUSIVE MODE")
        present = connection.execute("SELECT name, digest FROM network").fetchone()
        if present is not None and present[1] == digest:
            return False
        if present is not None:
            raise NetworkConflictError(
                f"the database holds the network {present[0]!r}: load {name!r} into a new database"
            )
        row = connection.execute(
            "INSERT INTO network (name, generated, digest) VALUES (%s, %s, %s) RETURNING network_id",
            [name, generated, digest],
        ).fetchone()
        assert row is not None, "INSERT … RETURNING gives the row"  # noqa: S101
        connection.execute(
            """
            INSERT INTO segment (network_id, segment_id, name, kind, winter_class, passes_required, length_m,
                                 start_node, end_node, geometry, extent)
            SELECT %s, id, name, kind, class, passes, length_m, first, last, wkb,
                   box(point(east, north), point(west, south))
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], %s::float8[],
                        %s::bigint[], %s::bigint[], %b::bytea[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])
                 AS s (id, name, kind, class, passes, length_m, first, last, wkb, west, south, east, north)
            """,
            [row[0], *_columns(segments)],
        )
    return True


def _columns(segments: Segments) -> list[list[Any]]:
    about = (
        segments.segment_id,
        segments.street,
        segments.kind,
        segments.winter_class,
        segments.passes_required,
    )
    shape = (segments.length_m, segments.start_node, segments.end_node, shapely.to_wkb(segments.lines))
    arrays: tuple[NDArray[Any], ...] = (*about, *shape, *shapely.bounds(segments.lines).T)
    return [array.tolist() for array in arrays]


def read(connection: "psycopg.Connection[Any]") -> StreetNetwork:
    """Read the network; one without segments where none was loaded."""
    rows = connection.execute(
        "SELECT segment_id, kind, start_node, end_node, geometry FROM segment ORDER BY segment_id",
        binary=True,
    ).fetchall()
    identity, kind, start, end, wkb = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return StreetNetwork.from_wgs84(
        np.array(identity, np.int64),
        np.array([KINDS[one] for one in kind], np.int64),
        np.array(start, np.int64),
        np.array(end, np.int64),
        np.asarray(shapely.from_wkb(list(wkb)), object),
    )
