"""Rejects on their way out: read message by message, to be exported, or to be decoded again and marked."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg

from vinterkoll.processing.rejects import Reject
from vinterkoll.storage.rejects import storable

_EXPORT_ROWS: Final = 100
"""Fetched at a time: a message may have a megabyte."""


class Selection(NamedTuple):
    """Which rejects are meant; None means any."""

    code: str | None = None
    since: datetime | None = None


class RejectedItem(NamedTuple):
    """One reject of a message."""

    reject_id: int
    item: int


class StoredMessage(NamedTuple):
    """A message with those of its rejects that are meant."""

    message_id: int
    received_us: int
    source: str
    topic: str
    payload: bytes
    items: list[RejectedItem]


def unsettled(
    connection: "psycopg.Connection[Any]", chosen: Selection, after_message: int, limit: int
) -> list[StoredMessage]:
    """Return the first `limit` messages after one by id that have rejects as chosen, not replayed yet."""
    rows = connection.execute(
        """
        SELECT m.message_id, (extract(epoch FROM m.received_at) * 1000000)::bigint, m.source, m.topic, m.payload,
               array_agg(r.reject_id ORDER BY r.reject_id), array_agg(r.item ORDER BY r.reject_id)
        FROM reject_message m JOIN reject r USING (message_id)
        WHERE m.message_id > %(after)s AND r.replayed_at IS NULL
              AND (%(code)s::text IS NULL OR r.code = %(code)s)
              AND (%(since)s::timestamptz IS NULL OR r.received_at >= %(since)s)
        GROUP BY m.message_id ORDER BY m.message_id LIMIT %(limit)s
        """,
        {**chosen._asdict(), "after": after_message, "limit": limit},
    )
    return [
        StoredMessage(
            message_id,
            received_us,
            source,
            topic,
            bytes(payload),
            [RejectedItem(*pair) for pair in zip(ids, items, strict=True)],
        )
        for message_id, received_us, source, topic, payload, ids, items in rows
    ]


def mark(connection: "psycopg.Connection[Any]", reject_ids: Sequence[int]) -> set[int]:
    """Mark rejects as replayed, and return those that nobody had marked before."""
    rows = connection.execute(
        """
        UPDATE reject SET replayed_at = clock_timestamp()
        WHERE reject_id = ANY(%s) AND replayed_at IS NULL RETURNING reject_id
        """,
        [list(reject_ids)],
    )
    return {reject_id for (reject_id,) in rows}


def add(connection: "psycopg.Connection[Any]", message_id: int, rejects: Sequence[Reject]) -> None:
    """Add rejects of items to a message that was rejected as a whole before."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO reject (message_id, received_at, item, code, field, detail)
            SELECT message_id, received_at, %s, %s, %s, %s FROM reject_message WHERE message_id = %s
            """,
            [
                (one.item, str(one.code), storable(one.field), storable(one.detail), message_id)
                for one in rejects
            ],
        )


def exported(connection: "psycopg.Connection[Any]", chosen: Selection) -> Iterator[dict[str, Any]]:
    """Yield rejects as chosen, oldest first, each with the bytes of its message."""
    with connection.transaction(), connection.cursor("export") as cursor:
        cursor.itersize = _EXPORT_ROWS
        cursor.execute(
            """
            SELECT r.reject_id, r.received_at, m.source, m.topic, m.format, m.owner, r.item, r.code, r.field, r.detail,
                   r.replayed_at, m.payload
            FROM reject r JOIN reject_message m USING (message_id)
            WHERE (%(code)s::text IS NULL OR r.code = %(code)s)
                  AND (%(since)s::timestamptz IS NULL OR r.received_at >= %(since)s)
            ORDER BY r.reject_id
            """,
            chosen._asdict(),
        )
        names = [column.name for column in cursor.description or ()]
        for row in cursor:
            yield dict(zip(names, row, strict=True))
