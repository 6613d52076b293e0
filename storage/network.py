"""Versions of the street network: stored whole beside the earlier ones, read back as the arrays that matching uses.

Which version counts is a matter of the event time: the latest that is valid from then or earlier.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from vinterkoll.processing.network import KINDS, Segments, StreetNetwork
from vinterkoll.processing.observations import IntColumn
from vinterkoll.storage import areas, inputs, renewals


class NetworkConflictError(Exception):
    """A segment has the id of another one, which derived rows refer to."""


class Version(NamedTuple):
    """A version of the network that was just stored. `valid_until` is None where no later one is there."""

    network_id: int
    valid_from: datetime
    valid_until: datetime | None


_PRESENT: Final = """
    SELECT moment, (SELECT digest FROM network WHERE valid_from <= moment ORDER BY valid_from DESC, network_id DESC LIMIT 1)
    FROM coalesce(%s::timestamptz, CASE WHEN EXISTS (SELECT FROM network) THEN now() ELSE 'epoch' END) AS moment
"""

_APART_MAX_DEGREES: Final = 1e-6
_LONGER_MAX_M: Final = 0.1
"""What counts as the same place and length: ids go by the centimetre, and releases of PROJ differ in the last bits."""

_CHUNK: Final = 2_000
"""Segments a statement, so that whoever waits sees how far it is; a town has ten times as many."""

_STORE: Final = """
    WITH sent AS (
        SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::smallint[], %s::smallint[],
                             %s::float8[], %s::bigint[], %s::bigint[], %b::bytea[],
                             %s::float8[], %s::float8[], %s::float8[], %s::float8[])
             AS s (segment_id, name, kind, winter_class, passes_required, one_way, length_m, start_node, end_node,
                   geometry, west, south, east, north)
    ), added AS (
        INSERT INTO segment (network_id, segment_id, name, kind, winter_class, passes_required, one_way, length_m,
                             start_node, end_node, geometry, extent)
        SELECT %s, segment_id, name, kind, winter_class, passes_required, one_way, length_m, start_node, end_node,
               geometry, box(point(east, north), point(west, south))
        FROM sent ON CONFLICT DO NOTHING
    )
    SELECT segment_id, about, abs(sent.length_m - s.length_m), sent.geometry, s.geometry
    FROM sent JOIN segment s USING (segment_id),
         LATERAL (SELECT (sent.name, sent.kind, sent.winter_class, sent.passes_required, sent.one_way, sent.start_node, sent.end_node)
                         <> (s.name, s.kind, s.winter_class, s.passes_required, s.one_way, s.start_node, s.end_node)) AS l (about)
    WHERE about OR sent.geometry <> s.geometry
    ORDER BY segment_id
"""


def load(
    connection: "psycopg.Connection[Any]",
    segments: Segments,
    *,
    name: str,
    generated: bool,
    digest: str,
    valid_from: datetime | None = None,
    watch: Callable[[range], Iterable[int]] = iter,
) -> Version | None:
    """Store a version, in one transaction. Returns None where this very one is valid then already.

    The first version is valid from ever, later ones from now on, where `valid_from` does not say otherwise. What was
    derived for its time has to be derived anew: table `rederivation` says so until it is. `watch` sees the parts go by
    that it is stored in.

    Raises
    ------
    NetworkConflictError
        When a segment has the id of another one.
    """
    with connection.transaction() as transaction:
        inputs.change(connection)
        row = connection.execute(_PRESENT, [valid_from]).fetchone()
        assert row is not None, "the statement gives one row"  # noqa: S101
        moment, present = row
        if present == digest:
            raise psycopg.Rollback(transaction)  # nothing changes, so the inputs have no new version either
        row = connection.execute(
            "INSERT INTO network (name, generated, digest, valid_from) VALUES (%s, %s, %s, %s) RETURNING network_id",
            [name, generated, digest, moment],
        ).fetchone()
        assert row is not None, "INSERT … RETURNING gives the row"  # noqa: S101
        columns = _columns(segments)
        for at in watch(range(0, len(segments.lines), _CHUNK)):
            _store(connection, row[0], [column[at : at + _CHUNK] for column in columns])
        areas.renew(connection)
        return _due(connection, row[0])
    return None  # type: ignore[unreachable]  # a Rollback ends the block, not the function


def _store(connection: "psycopg.Connection[Any]", network_id: int, columns: list[list[Any]]) -> None:
    """Add the segments that are new, and say of all that they are of this version."""
    there = connection.execute(_STORE, [*columns, network_id])
    for segment_id, about, longer_m, sent, stored in there:
        if (
            about
            or longer_m > _LONGER_MAX_M
            or not _same_place(shapely.from_wkb(sent), shapely.from_wkb(stored))
        ):
            raise NetworkConflictError(
                f"segment {segment_id} is another one in the database: what has changed needs a new id"
            )
    connection.execute(
        "INSERT INTO network_segment (network_id, segment_id) SELECT %s, unnest(%s::bigint[])",
        [network_id, columns[0]],
    )


def _same_place(one: shapely.LineString, other: shapely.LineString) -> bool:
    """Tell whether two lines run the same way, whatever vertices they have on it."""
    ends = [(shapely.get_point(one, at), shapely.get_point(other, at)) for at in (0, -1)]
    apart = [shapely.hausdorff_distance(one, other), *(shapely.distance(*pair) for pair in ends)]
    return bool(max(apart) <= _APART_MAX_DEGREES)


def _due(connection: "psycopg.Connection[Any]", network_id: int) -> Version:
    """Note that the time of a new version has to be derived anew."""
    row = connection.execute(
        "SELECT network_id, valid_from, valid_until FROM network_validity WHERE network_id = %s", [network_id]
    ).fetchone()
    assert row is not None, "it was just inserted"  # noqa: S101
    version = Version._make(row)
    renewals.note(connection, version.valid_from, version.valid_until)
    return version


def _columns(segments: Segments) -> list[list[Any]]:
    about = (
        segments.segment_id,
        segments.street,
        segments.kind,
        segments.winter_class,
        segments.passes_required,
        segments.one_way,
    )
    shape = (segments.length_m, segments.start_node, segments.end_node, shapely.to_wkb(segments.lines))
    arrays: tuple[NDArray[Any], ...] = (*about, *shape, *shapely.bounds(segments.lines).T)
    return [array.tolist() for array in arrays]


_BUILDING_MS: Final = 0.2
"""How long a network's first batch may compute the ways between its nodes, a segment: ten times what was measured, a
minute for a country's two million (docs/scale.md)."""
_BE_PATIENT: Final = """
    SELECT set_config(name, greatest(setting::integer, %s)::text, true)
    FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout' AND setting <> '0'
"""


class Versions:
    """The versions by the time they are valid, each read when a fix first needs it, and kept: they never change."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection
        self._networks: dict[int, StreetNetwork] = {}
        self.refresh()

    def refresh(self) -> None:
        """See which versions there are now."""
        rows = self._connection.execute(
            "SELECT network_id, (extract(epoch FROM valid_from) * 1000000)::bigint FROM network"
            " ORDER BY valid_from, network_id"
        ).fetchall()
        self._network_ids = [0, *(network_id for network_id, _ in rows)]
        self._from_us = np.array([from_us for _, from_us in rows], np.int64)

    def places(self, time_us: IntColumn) -> IntColumn:
        """Return the place of the version valid at each time (n,); 0, without streets, before the first."""
        return np.searchsorted(self._from_us, time_us, side="right")

    def at(self, place: int) -> StreetNetwork:
        """Return the version at a place."""
        network_id = self._network_ids[place]
        if network_id not in self._networks:
            self._networks[network_id] = _read(self._connection, network_id)
        return self._networks[network_id]


def _read(connection: "psycopg.Connection[Any]", network_id: int) -> StreetNetwork:
    rows = connection.execute(
        """
        SELECT segment_id, kind, one_way, start_node, end_node, geometry
        FROM network_segment JOIN segment USING (segment_id)
        WHERE network_segment.network_id = %s ORDER BY segment_id
        """,
        [network_id],
        binary=True,
    ).fetchall()
    connection.execute(_BE_PATIENT, [round(_BUILDING_MS * len(rows))])
    identity, kind, one_way, start, end, wkb = zip(*rows, strict=True) if rows else ((),) * 6
    return StreetNetwork.from_wgs84(
        np.array(identity, np.int64),
        np.array([KINDS[one] for one in kind], np.int64),
        np.array(one_way, np.int64),
        np.array(start, np.int64),
        np.array(end, np.int64),
        np.asarray(shapely.from_wkb(list(wkb)), object),
    )
