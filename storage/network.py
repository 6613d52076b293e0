"""The street network in the database: loaded whole, read back as the arrays that matching uses."""

from typing import Any

import numpy as np
import psycopg
import shapely

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
        with connection.cursor().copy(
            """
            COPY segment (segment_id, network_id, name, kind, winter_class, passes_required, length_m, start_node,
                          end_node, geometry, extent) FROM STDIN
            """
        ) as copy:
            for values in _rows(row[0], segments):
                copy.write_row(values)
    return True


def _rows(network_id: int, segments: Segments) -> "list[tuple[Any, ...]]":
    bounds = shapely.bounds(segments.lines)
    return list(
        zip(
            segments.segment_id.tolist(),
            [network_id] * len(segments.lines),
            segments.street.tolist(),
            segments.kind.tolist(),
            segments.winter_class.tolist(),
            segments.passes_required.tolist(),
            segments.length_m.tolist(),
            segments.start_node.tolist(),
            segments.end_node.tolist(),
            shapely.to_wkb(segments.lines).tolist(),
            [f"({east},{north}),({west},{south})" for west, south, east, north in bounds.tolist()],
            strict=True,
        )
    )


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
