"""The register along time: what holds from when to when, for derivation and acceptance."""

from typing import Any, Final, NamedTuple

from psycopg import sql

from vinterkoll.storage.register import SHAPES, Connection, Table

_EARLIEST: Final = "2000-01-01T00:00:00Z"
_LATEST: Final = "2101-01-01T00:00:00Z"
"""No observation lies outside: its time would be rejected."""


class Span(NamedTuple):
    """What a row of the register says from low_us up to, not including, high_us."""

    low_us: int
    high_us: int
    values: tuple[Any, ...]


Spans = dict[tuple[str, ...], list[Span]]
"""By key, in order of time, without overlaps."""


def spans(connection: Connection, table: Table, *columns: str) -> Spans:
    """Return what the rows of a table say in `columns`."""
    key = SHAPES[table].key
    query = sql.SQL("""
        SELECT (extract(epoch FROM greatest(valid_from, {earliest})) * 1000000)::bigint,
               (extract(epoch FROM least(valid_to, {latest})) * 1000000)::bigint, {columns}
        FROM {table} WHERE valid_to > {earliest} AND valid_from < {latest} ORDER BY valid_from
    """).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, (*key, *columns))),
        table=sql.Identifier(table),
        earliest=sql.SQL("{}::timestamptz").format(sql.Literal(_EARLIEST)),
        latest=sql.SQL("{}::timestamptz").format(sql.Literal(_LATEST)),
    )
    found: Spans = {}
    for low_us, high_us, *values in connection.execute(query):
        own = Span(low_us, high_us, tuple(values[len(key) :]))
        found.setdefault(tuple(values[: len(key)]), []).append(own)
    return found
