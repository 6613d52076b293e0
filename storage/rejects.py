"""Table `reject`: every message or item that was not accepted, with its reason and its bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from vinterkoll.processing.rejects import Reject


@dataclass(frozen=True, slots=True)
class RejectedMessage:
    """A reject with the message it came from."""

    reject: Reject
    received_us: int
    source: str
    topic: str
    format: str
    owner: str
    payload: bytes


def insert(connection: "psycopg.Connection[Any]", rejected: Sequence[RejectedMessage]) -> None:
    """Store rejects. Texts that PostgreSQL cannot hold (NUL, lone surrogates) are replaced, the bytes are kept."""
    if not rejected:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO reject (received_at, source, topic, format, owner, item, code, field, detail, payload)
            VALUES (to_timestamp(%s / 1e6), %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                (
                    one.received_us,
                    *(_storable(text) for text in (one.source, one.topic, one.format, one.owner)),
                    one.reject.item,
                    str(one.reject.code),
                    _storable(one.reject.field),
                    _storable(one.reject.detail),
                    one.payload,
                )
                for one in rejected
            ],
        )


def _storable(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def recent(
    connection: "psycopg.Connection[Any]", limit: int, code: str | None = None
) -> list[tuple[Any, ...]]:
    """Return the newest rejects as (id, received_at, topic, format, item, code, field, detail), newest first."""
    return connection.execute(
        """
        SELECT reject_id, received_at, topic, format, item, code, field, detail FROM reject
        WHERE %(code)s::text IS NULL OR code = %(code)s
        ORDER BY received_at DESC, reject_id DESC LIMIT %(limit)s
        """,
        {"code": code, "limit": limit},
    ).fetchall()


def payload(connection: "psycopg.Connection[Any]", reject_id: int) -> bytes | None:
    """Return the bytes of the rejected message, None where there is no such reject."""
    row = connection.execute("SELECT payload FROM reject WHERE reject_id = %s", [reject_id]).fetchone()
    return None if row is None else bytes(row[0])
