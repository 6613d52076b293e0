"""Numbered SQL migrations: each runs once, in its own transaction, whoever else migrates at the same time."""

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, TypeAlias, cast

import psycopg
from psycopg import sql

Connection: TypeAlias = psycopg.Connection[Any]

_LOCK: Final = 0x76696E74
"""Advisory lock of everybody who migrates this database ("vint")."""

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The database was migrated by other files than ours: newer, or changed after they were applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of storage/migrations/."""

    version: int
    name: str
    statements: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.statements.encode()).hexdigest()


def packaged() -> list[Migration]:
    """Return the migrations that come with this installation, in order."""
    found = []
    for file in resources.files("vinterkoll.storage").joinpath("migrations").iterdir():
        matched = re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name)
        if matched:
            found.append(Migration(int(matched[1]), matched[2], file.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.version)


def _unapplied(migrations: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """Return what `applied` (version to checksum) lacks; raise MigrationError where it contradicts `migrations`."""
    known = {migration.version: migration for migration in migrations}
    for version, checksum in applied.items():
        if version not in known:
            raise MigrationError(
                f"the database is at migration {version}, which this version does not know: install a newer one"
            )
        if known[version].checksum != checksum:
            raise MigrationError(f"migration {version} was changed after it was applied: restore the file")
    return [migration for migration in migrations if migration.version not in applied]


def pending(connection: Connection) -> list[Migration]:
    """Return the packaged migrations that this database lacks.

    Raises
    ------
    MigrationError
        When the database knows migrations that this installation does not, or other contents of the same number.
    """
    row = connection.execute("SELECT to_regclass('schema_migration') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return packaged()
    return _unapplied(
        packaged(), dict(connection.execute("SELECT version, checksum FROM schema_migration").fetchall())
    )


def migrate(connection: Connection) -> list[Migration]:
    """Apply what is missing and return it. Use TimescaleDB if the server offers it.

    The connection must be in autocommit mode: each migration is a transaction of its own.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        connection.execute(_TABLE)
        _enable_timescale(connection)
        missing = pending(connection)
        for migration in missing:
            with connection.transaction():
                # psycopg asks for a literal string, so that no input ends in SQL; a packaged file is one in spirit
                connection.execute(sql.SQL(cast("Any", migration.statements)))
                connection.execute(
                    "INSERT INTO schema_migration (version, name, checksum) VALUES (%s, %s, %s)",
                    [migration.version, migration.name, migration.checksum],
                )
    finally:
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return missing


def has_timescale(connection: Connection) -> bool:
    """Return whether this database uses the extension."""
    return connection.execute("SELECT FROM pg_extension WHERE extname = 'timescaledb'").fetchone() is not None


def _enable_timescale(connection: Connection) -> None:
    """Create the extension on an empty schema. Later it would find plain tables, and is left alone."""
    offered = connection.execute("SELECT FROM pg_available_extensions WHERE name = 'timescaledb'").fetchone()
    fresh = connection.execute("SELECT FROM schema_migration LIMIT 1").fetchone() is None
    if offered is not None and fresh:
        connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
