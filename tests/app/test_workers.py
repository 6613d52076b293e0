"""`vinterkoll workers`: what is not to come back is forgotten, with the alert about it, and nothing that it counted."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from command import fails, vinterkoll
from derived_tables import acceptance
from position_messages import NOW_US, position
from town_rows import insert
from vinterkoll.storage import deliveries, kafka_offsets
from vinterkoll.storage.reading import reading_pool

pytestmark = pytest.mark.postgres

LONG_AGO = "UPDATE ingest_status SET updated_at = now() - interval '2 days' WHERE worker = %s"


def workers(url: str, *arguments: str) -> Any:
    return vinterkoll("workers", *arguments, VINTERKOLL_DATABASE_URL=url)


def accepted(url: str, worker: str, *ages_s: float) -> None:
    connection, accepting = acceptance(url, lambda: NOW_US, worker)
    with connection:
        accepting.accept([position(age) for age in ages_s])
        accepting.beat(connected=worker != "two")


def delivered(url: str) -> list[deliveries.Delivered]:
    async def read() -> list[deliveries.Delivered]:
        async with reading_pool(url) as pool, pool.connection() as connection:
            return await deliveries.delivered(connection)

    return asyncio.run(read())


def test_a_worker_is_forgotten_and_what_it_delivered_stays_counted(town_url: str) -> None:
    accepted(town_url, "one", -5, -400)
    accepted(town_url, "two", -10, -20, -90_000)
    before = delivered(town_url)
    listed = [line.split("\t") for line in workers(town_url, "list").stdout.splitlines()]
    assert [(one[0], *one[2:]) for one in listed] == [
        ("one", "True", "2", "2", "0", "0"),
        ("two", "False", "3", "3", "0", "0"),
    ]
    for name in ("one", "two"):
        with psycopg.connect(town_url, autocommit=True) as connection:
            connection.execute(LONG_AGO, [name])
        assert workers(town_url, "forget", name).returncode == 0
        assert delivered(town_url) == before
    assert workers(town_url, "list").stdout == ""
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT DISTINCT worker FROM delivery").fetchall() == [("",)]
    accepted(town_url, "two", -30)
    [more] = delivered(town_url)
    assert more.within[-1] == before[0].within[-1] + 1


def test_who_is_alive_or_unknown_is_not_forgotten(town_url: str) -> None:
    accepted(town_url, "one", -5)
    with psycopg.connect(town_url) as connection:
        kept = connection.execute("SELECT * FROM delivery").fetchall()
    assert "stop it first" in fails(workers(town_url, "forget", "one"), 2)
    assert "there is no worker three" in fails(workers(town_url, "forget", "three"), 2)
    with psycopg.connect(town_url) as connection:
        assert connection.execute("SELECT * FROM delivery").fetchall() == kept


def test_a_group_is_forgotten_and_another_goes_on(database_url: str) -> None:
    now = datetime.now(UTC)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for group, partition, looked_at in (
            ("old", 0, now - timedelta(days=3)),
            ("old", 1, None),
            ("new", 0, now),
        ):
            place = {"group_id": group, "topic": "t", "partition": partition, "next_offset": 7}
            insert(connection, "kafka_offset", **place, lag=looked_at and 5, lag_at=looked_at)
    listed = [line.split("\t")[:4] for line in workers(database_url, "groups").stdout.splitlines()]
    assert listed == [["new", "t", "1", "5"], ["old", "t", "2", "5"]]
    assert workers(database_url, "forget-group", "old").returncode == 0
    assert "there is no group old" in fails(workers(database_url, "forget-group", "old"), 2)
    assert "stop it first" in fails(workers(database_url, "forget-group", "new"), 2)
    with psycopg.connect(database_url, autocommit=True) as connection:
        assert [row[0] for row in kafka_offsets.all_groups(connection)] == ["new"]
        assert kafka_offsets.starts(connection, "old", {("t", 0): 3}) == {("t", 0): 3}


def test_the_owner_alone_forgets(town_url: str) -> None:
    accepted(town_url, "one", -5)
    with psycopg.connect(town_url, autocommit=True) as connection:
        connection.execute(LONG_AGO, ["one"])
        insert(connection, "kafka_offset", group_id="g", topic="t", partition=0, next_offset=7)
    worker = make_conninfo(town_url, options="-c role=vinterkoll_ingest")
    assert workers(worker, "list").stdout.startswith("one\t")
    assert "may not" in fails(workers(worker, "forget", "one"), 2)
    assert "may not" in fails(workers(worker, "forget-group", "g"), 2)
