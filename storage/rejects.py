"""Tables `reject` and `reject_message`: what was not accepted, with its reason and its bytes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import psycopg

from vinterkoll.processing.rejects import Reject
from vinterkoll.storage.columns import Bigints, Instants, Integers, Texts


class RejectedMessage(NamedTuple):
    """A reject with the message it came from."""

    reject: Reject
    received_us: int
    source: str
    topic: str
    format: str
    owner: str
    payload: bytes


def insert(connection: "psycopg.Connection[Any]", rejected: Sequence[RejectedMessage]) -> None:
    """Store rejects, each message's bytes once.

    Texts that PostgreSQL cannot hold (NUL, lone surrogates) are replaced; the bytes are kept.
    """
    if not rejected:
        return
    messages = {_message(one): number for number, one in enumerate(rejected)}
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO reject_message (received_at, source, topic, format, owner, payload)
            VALUES (to_timestamp(%s / 1e6), %s, %s, %s, %s, %s) RETURNING message_id
            """,
            list(messages),
            returning=True,
        )
        for message in messages:
            row = cursor.fetchone()
            assert row is not None, "INSERT … RETURNING gives the row"  # noqa: S101
            messages[message] = row[0]
            cursor.nextset()
    connection.execute(
        """
        INSERT INTO reject (message_id, received_at, item, code, field, detail)
        SELECT m, r, i, c, coalesce(f, ''), coalesce(d, '')
        FROM unnest(%b::bigint[], %b::timestamptz[], %b::integer[], %b::text[], %b::text[], %b::text[])
             AS sent (m, r, i, c, f, d)
        """,
        [
            Bigints(np.array([messages[_message(one)] for one in rejected])),
            Instants(np.array([one.received_us for one in rejected])),
            Integers(np.array([one.reject.item for one in rejected])),
            Texts(np.array([str(one.reject.code) for one in rejected], object)),
            Texts(np.array([storable(one.reject.field) for one in rejected], object)),
            Texts(np.array([storable(one.reject.detail) for one in rejected], object)),
        ],
    )


def drop(connection: "psycopg.Connection[Any]", before: datetime) -> None:
    """Delete the rejects that were received before an instant, and their bytes: these hold positions, too."""
    connection.execute("DELETE FROM reject_message WHERE received_at < %s", [before])


def _message(one: RejectedMessage) -> tuple[int, str, str, str, str, bytes]:
    """The columns of `reject_message`."""
    source, topic, name, owner = (storable(text) for text in (one.source, one.topic, one.format, one.owner))
    return one.received_us, source, topic, name, owner, one.payload


def storable(text: str) -> str:
    """Return `text` with what PostgreSQL cannot hold replaced."""
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def recent(
    connection: "psycopg.Connection[Any]", limit: int, code: str | None = None
) -> list[tuple[Any, ...]]:
    """Return the newest rejects as (id, received_at, topic, format, item, code, field, detail), newest first."""
    return connection.execute(
        """
        SELECT reject_id, r.received_at, topic, format, item, code, field, detail
        FROM reject r JOIN reject_message USING (message_id)
        WHERE %(code)s::text IS NULL OR code = %(code)s
        ORDER BY r.received_at DESC, reject_id DESC LIMIT %(limit)s
        """,
        {"code": code, "limit": limit},
    ).fetchall()


def payload(connection: "psycopg.Connection[Any]", reject_id: int) -> bytes | None:
    """Return the bytes of the rejected message, None where there is no such reject."""
    row = connection.execute(
        "SELECT payload FROM reject JOIN reject_message USING (message_id) WHERE reject_id = %s", [reject_id]
    ).fetchone()
    return None if row is None else bytes(row[0])
