"""The register's audit trail, which a trigger writes: reading it, and saying who changes."""

from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

from vinterkoll.storage.reading import Connection as ReadingConnection
from vinterkoll.storage.reading import fetch_all
from vinterkoll.storage.register import Connection

_COLUMNS: Final[LiteralString] = "change_id, changed_at, author, login, table_name, operation, old, new"


class Change(NamedTuple):
    """One row that was changed: as it was and as it became; None where it was not there."""

    change_id: int
    changed_at: datetime
    author: str
    login: str
    table: str
    operation: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


def name_author(connection: Connection, author: str) -> None:
    """Say who changes the register in this transaction; "" leaves it to the database user's name."""
    connection.execute("SELECT set_config('vinterkoll.author', %s, true)", [author])


def newest(connection: Connection) -> int:
    """Return the number of the newest change, 0 where there is none."""
    row = connection.execute("SELECT coalesce(max(change_id), 0) FROM register_change").fetchone()
    assert row is not None, "an aggregate without GROUP BY gives one row"  # noqa: S101
    return int(row[0])


def after(connection: Connection, change_id: int) -> list[Change]:
    """Return the changes after one, oldest first."""
    query = f"SELECT {_COLUMNS} FROM register_change WHERE change_id > %s ORDER BY change_id"  # noqa: S608 - ours
    return [Change._make(row) for row in connection.execute(query, [change_id])]


def recent(connection: Connection, limit: int) -> list[Change]:
    """Return the newest changes, oldest first."""
    query = f"SELECT {_COLUMNS} FROM register_change ORDER BY change_id DESC LIMIT %s"  # noqa: S608 - ours
    return [Change._make(row) for row in connection.execute(query, [limit])][::-1]


async def page(connection: ReadingConnection, limit: int, before: int | None) -> list[Change]:
    """Return the newest changes, or those before one, newest first."""
    query: LiteralString = f"SELECT {_COLUMNS} FROM register_change"  # noqa: S608 - ours
    if before is not None:
        query += " WHERE change_id < %(before)s"
    query += " ORDER BY change_id DESC LIMIT %(limit)s"
    return [
        Change._make(row) for row in await fetch_all(connection, query, {"limit": limit, "before": before})
    ]
