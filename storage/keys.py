"""Table `api_key`: who may send or read what by HTTP. A key itself is never stored, only its SHA-256."""

import hashlib
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import psycopg

from vinterkoll.storage.reading import Connection, fetch_all

Scope = Literal["ingest", "read", "register"]


class KeyRow(NamedTuple):
    """What is known of a key, without the key."""

    key_id: int
    owner: str
    scope: Scope
    created_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None


class Holder(NamedTuple):
    """Whom a key belongs to, and what it is good for."""

    key_id: int
    owner: str
    scope: Scope
    revoked: bool
    used_today: bool


def hash_of(key: str) -> bytes:
    """Return what is stored of a key."""
    return hashlib.sha256(key.encode(errors="replace")).digest()


def insert(connection: "psycopg.Connection[Any]", key: str, owner: str, scope: Scope) -> None:
    """Store a new key.

    Raises
    ------
    psycopg.errors.CheckViolation
        When `owner` cannot stand in a topic.
    """
    connection.execute(
        "INSERT INTO api_key (owner, scope, hash) VALUES (%s, %s, %s)", [owner, scope, hash_of(key)]
    )


def all_keys(connection: "psycopg.Connection[Any]") -> list[KeyRow]:
    """Return every key, revoked ones too, oldest first."""
    rows = connection.execute(
        "SELECT key_id, owner, scope, created_at, last_used_on, revoked_at FROM api_key ORDER BY key_id"
    )
    return [KeyRow._make(row) for row in rows]


def revoke(connection: "psycopg.Connection[Any]", key_id: int) -> bool:
    """Make a key worthless from now on, and tell whether there is one of this number. Revoking twice changes nothing."""
    updated = connection.execute(
        "UPDATE api_key SET revoked_at = coalesce(revoked_at, now()) WHERE key_id = %s", [key_id]
    )
    return updated.rowcount == 1


def is_registered(connection: "psycopg.Connection[Any]", contractor: str) -> bool:
    """Return whether the register knows a contractor."""
    found = connection.execute("SELECT FROM contractor WHERE contractor = %s", [contractor])
    return found.fetchone() is not None


async def holder(connection: Connection, key: str) -> Holder | None:
    """Return whom `key` belongs to, None where nobody made it."""
    rows = await fetch_all(
        connection,
        """
        SELECT key_id, owner, scope, revoked_at IS NOT NULL, last_used_on IS NOT DISTINCT FROM current_date
        FROM api_key WHERE hash = %(hash)s
        """,
        {"hash": hash_of(key)},
    )
    return Holder._make(rows[0]) if rows else None


async def note_use(connection: Connection, key_id: int) -> None:
    """Note that a key was used today. The connection's transaction must not have begun."""
    await connection.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE")
    await connection.execute(
        """
        UPDATE api_key SET last_used_on = current_date
        WHERE key_id = %s AND last_used_on IS DISTINCT FROM current_date
        """,
        [key_id],
    )
