"""What the API asks of the register: the rows of a table, all of them or one owner's."""

from typing import Any, Final

from psycopg import sql

from vinterkoll.storage.reading import Connection
from vinterkoll.storage.register import SHAPES, Table, as_read, selection

_OWNER: Final[dict[Table, str]] = {
    "contractor": "contractor",
    "contract": "contractor",
    "vehicle": "contractor",
    "sensor": "owner",
}
"""The column that says whose a row is; areas are everybody's."""


def columns_of(table: Table) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    return SHAPES[table].columns


async def rows_of(connection: Connection, table: Table, owner: str | None) -> list[dict[str, Any]]:
    """Return the rows of a table that are `owner`'s, all where it is None, by key and beginning."""
    own = owner is not None and table in _OWNER
    query = sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(
        selection(table),
        sql.Identifier(table),
        sql.SQL("WHERE {} = %(owner)s").format(sql.Identifier(_OWNER[table])) if own else sql.SQL(""),
        sql.SQL(", ").join(map(sql.Identifier, (*SHAPES[table].key, "valid_from"))),
    )
    async with connection.cursor(binary=True) as cursor:
        await cursor.execute(query, {"owner": owner} if own else None)
        return [as_read(table, row) for row in await cursor.fetchall()]
