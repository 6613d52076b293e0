"""What is left to be derived anew after an input has changed, and whose observations they are."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg


class Due(NamedTuple):
    """Time whose derived rows still follow from earlier inputs; `until_time` None: open."""

    rederivation_id: int
    from_time: datetime
    until_time: datetime | None


def due(connection: "psycopg.Connection[Any]") -> list[Due]:
    """Return what is left to do, oldest first."""
    rows = connection.execute(
        "SELECT rederivation_id, from_time, until_time FROM rederivation ORDER BY rederivation_id"
    )
    return [Due._make(row) for row in rows]


def done(connection: "psycopg.Connection[Any]", one: Due) -> None:
    """Forget one: all of it has been derived anew."""
    connection.execute("DELETE FROM rederivation WHERE rederivation_id = %s", [one.rederivation_id])


def devices(
    connection: "psycopg.Connection[Any]", kind: str, owner: str | None, name: str | None
) -> list[int]:
    """Return the devices of a kind, of one owner or name only where these are given, by id."""
    rows = connection.execute(
        """
        SELECT device_id FROM device
        WHERE kind = %(kind)s AND owner = coalesce(%(owner)s, owner) AND name = coalesce(%(name)s, name)
        ORDER BY device_id
        """,
        {"kind": kind, "owner": owner, "name": name},
    )
    return [device_id for (device_id,) in rows]
