"""A connection that both ends give up: what the server is told, and that the operator's own word counts."""

from pathlib import Path

import psycopg
import pytest

from command import vinterkoll
from kafka_worker import prepared
from vinterkoll.app.database import AWAY, BATCH_IDLE_MAX_S, noticing
from vinterkoll.storage.network import _BUILDING_MS, Versions

pytestmark = pytest.mark.postgres

IDLE = "idle_in_transaction_session_timeout"
IN_FORCE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
    IDLE: "10s",
}


def shown(connection: "psycopg.Connection[tuple[str]]", setting: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return row[0]


def test_the_server_gives_up_who_falls_silent(database_url: str) -> None:
    with noticing(database_url, idle_max_s=BATCH_IDLE_MAX_S) as connection:
        assert {name: shown(connection, name) for name in IN_FORCE} == IN_FORCE


def test_what_the_url_says_counts(database_url: str) -> None:
    url = f"{database_url}?options=-c%20{IDLE}%3D7s%20-c%20work_mem%3D5MB"
    said = IN_FORCE | {IDLE: "7s", "work_mem": "5MB"}
    with noticing(url, idle_max_s=BATCH_IDLE_MAX_S) as connection:
        assert {name: shown(connection, name) for name in said} == said


def test_what_the_environment_says_is_not_lost(database_url: str) -> None:
    read_only = "-c default_transaction_read_only=on"
    done = vinterkoll("migrate", VINTERKOLL_DATABASE_URL=database_url, PGOPTIONS=read_only)
    assert "ReadOnlySqlTransaction" in done.stderr


def test_a_transaction_that_is_left_open_frees_its_locks(database_url: str) -> None:
    with noticing(database_url, idle_max_s=1) as left, psycopg.connect(database_url) as other:
        left.execute("BEGIN")
        left.execute("LOCK TABLE position")
        other.execute("SET lock_timeout = '20s'; LOCK TABLE position")
        with pytest.raises(AWAY):
            left.execute("SELECT 1")


def test_a_large_network_has_time_to_be_made(database_url: str, tmp_path: Path) -> None:
    """Only in the transaction that reads it, and never less than usual."""
    prepared(database_url, tmp_path)
    short = f"{database_url}?options=-c%20{IDLE}%3D500ms"
    with noticing(short, idle_max_s=BATCH_IDLE_MAX_S) as connection:
        with connection.transaction():
            segments = len(Versions(connection).at(1))
            assert shown(connection, IDLE) == f"{round(_BUILDING_MS * segments)}ms"
        assert shown(connection, IDLE) == "500ms"
    with noticing(database_url, idle_max_s=BATCH_IDLE_MAX_S) as connection, connection.transaction():
        Versions(connection).at(1)
        assert shown(connection, IDLE) == "10s"
