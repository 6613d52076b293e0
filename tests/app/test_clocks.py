"""Clocks that are off by a constant are found in what is stored, and late deliveries are not taken for one."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance
from vinterkoll.app.clocks import offsets
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
BEGIN = NOW - timedelta(hours=6)


def driven(
    vehicle: str, ahead_s: float, delay_s: Callable[[int], float], minutes: int = 240
) -> list[Message]:
    """A fix a minute from a clock that is ahead, each under way for a while."""
    found = []
    for minute in range(minutes):
        at = BEGIN + timedelta(minutes=minute)
        body = {
            "time": (at + timedelta(seconds=ahead_s)).isoformat(),
            "lon": 18.71,
            "lat": 63.28,
            "actions": [],
        }
        received = round((at + timedelta(seconds=delay_s(minute))).timestamp() * 1e6)
        found.append(Message(f"mip/v1/snow/{vehicle}/position", orjson.dumps(body), received))
    return found


def night() -> list[Message]:
    noise = random.Random(1)

    def soon(_: int) -> float:
        return noise.uniform(0.2, 4)

    def dead_zone(minute: int) -> float:
        return (120 - minute) * 60 + 1 if 40 <= minute < 120 else soon(minute)

    return [
        *driven("on-time", 0, soon),
        *driven("batches-of-ten-minutes", 0, lambda minute: (9 - minute % 10) * 60 + soon(0)),
        *driven("dead-zone", 0, dead_zone),
        *driven("all-at-once", 0, lambda minute: (240 - minute) * 60),
        *driven("one-wrong-fix", 0, soon),
        *driven("one-wrong-fix", 280, soon, minutes=1),
        *driven("ahead", 200, soon),
        *driven("ahead-with-a-dead-zone", 200, dead_zone),
        *driven("behind-an-hour", -3600, soon),
        *driven("wrong-but-new", -3600, soon, minutes=35),
    ]


def test_found_and_not_found(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: round(NOW.timestamp() * 1e6))
    with connection:
        accepted = accepting.accept(night())
        assert not accepted.rejected
        found = {vehicle: offset for _, vehicle, offset in offsets(connection, BEGIN - timedelta(hours=2))}
    expected = {"ahead": 200, "ahead-with-a-dead-zone": 200, "behind-an-hour": -3600}
    assert found == pytest.approx(expected, abs=5)
    shown = vinterkoll("clocks", "--contractor", "snow", VINTERKOLL_DATABASE_URL=town_url)
    assert [line.split("\t")[:2] for line in shown.stdout.splitlines()] == [
        ["snow", vehicle] for vehicle in sorted(expected)
    ]
    none = vinterkoll("clocks", "--contractor", "other", VINTERKOLL_DATABASE_URL=town_url)
    assert (none.returncode, none.stdout) == (0, "")


def test_a_time_that_is_none() -> None:
    assert "--since" in fails(vinterkoll("clocks", "--since", "yesterday"), 2)


def test_nothing_stored(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert offsets(connection, BEGIN) == []
