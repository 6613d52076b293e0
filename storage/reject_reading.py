"""What the API asks about a contractor's own rejects. Their bytes are not among it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from vinterkoll.storage.reading import Connection, fetch_all


class Place(NamedTuple):
    """A reject's place in the order of the list, newest first."""

    message_id: int
    reject_id: int


class RejectRow(NamedTuple):
    """One reject; `item` is -1 where the message as a whole was rejected."""

    message_id: int
    reject_id: int
    received_at: datetime
    source: str
    topic: str
    format: str
    item: int
    code: str
    field: str
    detail: str
    replayed_at: datetime | None

    @property
    def place(self) -> Place:
        return Place(self.message_id, self.reject_id)


async def rejects_of(
    connection: Connection,
    owner: str,
    limit: int,
    since: datetime | None = None,
    codes: Sequence[str] | None = None,
    before: Place | None = None,
) -> list[RejectRow]:
    """Return the newest `limit` rejects of an owner, or of those before a place, newest first."""
    query: LiteralString = """
        SELECT m.message_id, r.reject_id, m.received_at, m.source, m.topic, m.format, r.item, r.code, r.field, r.detail,
               r.replayed_at
        FROM reject_message m JOIN reject r USING (message_id)
        WHERE m.owner = %(owner)s
    """
    parameters: dict[str, Any] = {"owner": owner, "limit": limit, "since": since, "codes": codes}
    if since is not None:
        query += " AND m.received_at >= %(since)s"
    if codes is not None:
        query += " AND r.code = ANY(%(codes)s)"
    if before is not None:
        query += (
            " AND m.message_id <= %(message)s AND (m.message_id, r.reject_id) < (%(message)s, %(reject)s)"
        )
        parameters |= {"message": before.message_id, "reject": before.reject_id}
    query += " ORDER BY m.message_id DESC, r.reject_id DESC LIMIT %(limit)s"
    return [RejectRow._make(row) for row in await fetch_all(connection, query, parameters)]
