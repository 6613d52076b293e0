"""Migrations on a real PostgreSQL: once, twice, by two at the same time, and refused when the files do not fit."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from vinterkoll.storage import migrate as migrations

pytestmark = pytest.mark.postgres


def _migrate(url: str) -> list[int]:
    with psycopg.connect(url, autocommit=True) as connection:
        return [migration.version for migration in migrations.migrate(connection)]


def test_twice_applies_once(empty_database_url: str) -> None:
    first = _migrate(empty_database_url)
    assert first == [migration.version for migration in migrations.packaged()]
    assert first == sorted(set(first))
    assert _migrate(empty_database_url) == []


def test_many_processes_at_once_apply_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(_migrate, [empty_database_url] * 4))
    assert sorted(applied, key=len) == [
        [],
        [],
        [],
        [migration.version for migration in migrations.packaged()],
    ]


def test_pending_on_an_empty_database_is_everything(empty_database_url: str) -> None:
    with psycopg.connect(empty_database_url) as connection:
        assert migrations.pending(connection) == migrations.packaged()


def test_changed_file_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE schema_migration SET checksum = 'x' WHERE version = 1")
        with pytest.raises(migrations.MigrationError, match="changed after it was applied"):
            migrations.migrate(connection)


def test_newer_database_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9999, 'later', 'x')")
        with pytest.raises(migrations.MigrationError, match="install a newer one"):
            migrations.pending(connection)


def test_a_failing_migration_leaves_nothing_behind(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = migrations.Migration(1, "broken", "CREATE TABLE half (); SELECT 1 / 0;")
    monkeypatch.setattr(migrations, "packaged", lambda: [broken])
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrations.migrate(connection)
        assert migrations.pending(connection) == [broken]
        assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_roles_can_do_their_work_and_no_more(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE vinterkoll_api")
        connection.execute("SELECT lon, lat FROM position")
        for forbidden in (
            "SELECT payload FROM reject_message",
            "SELECT contract FROM position",
            "DELETE FROM treatment",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)
        connection.execute("SET ROLE vinterkoll_ingest")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM position")
