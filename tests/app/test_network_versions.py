"""Fixes on both sides of a border between two versions of the network: in any order, each step on its own version."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derived_tables import acceptance, derived
from small_town import rebuilt_segments, town_segments
from stretch_messages import RECEIVED_US, START, fix
from vinterkoll.ingest.message import Message
from vinterkoll.processing.network import Segments
from vinterkoll.storage import network as networks

pytestmark = pytest.mark.postgres

BORDER = START + timedelta(seconds=60)
FORGET = "TRUNCATE device, position, stretch, treatment"


def load(url: str, segments: Segments, digest: str, valid_from: datetime | None = None) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        networks.load(connection, segments, name=digest, generated=True, digest=digest, valid_from=valid_from)


@pytest.fixture
def two_versions_url(database_url: str) -> str:
    load(database_url, town_segments(), "before")
    load(database_url, rebuilt_segments(), "after", BORDER)
    return database_url


def play(url: str, batches: Sequence[Sequence[Message]]) -> dict[str, list[tuple[Any, ...]]]:
    """Accept batches one after the other, return the derived tables and forget everything."""
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        for batch in batches:
            accepting.accept(batch)
        found = derived(connection)
        connection.execute(FORGET)
        return found


def lap(seed: int, period_s: int) -> list[Message]:
    """Two minutes of two vehicles."""
    noise = random.Random(seed)
    return [
        fix(vehicle, float(at_s), 8.0 * at_s + 200, noise, actions=["PLOUGHING"])
        for vehicle in ("v0", "v1")
        for at_s in range(0, 121, period_s)
    ]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.integers(0, 2**32),
    st.sampled_from([5, 7, 10]),
    st.integers(1, 60),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_leaves_no_trace_at_a_border(
    two_versions_url: str, seed: int, period_s: int, batch: int, shuffler: random.Random
) -> None:
    messages = lap(seed, period_s)
    clean = play(two_versions_url, [messages])
    shuffler.shuffle(messages)
    batches = [messages[at : at + batch] for at in range(0, len(messages), batch)]
    assert play(two_versions_url, batches) == clean
    ids = {(row[2] >= BORDER, row[6] > 100) for row in clean["stretch"]}
    assert ids <= {(False, False), (True, True)}


def always(url: str, segments: Segments, messages: list[Message]) -> list[tuple[Any, ...]]:
    """The stretches that one version gives for all time."""
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE network_segment, area_segment, segment, network")
    load(url, segments, "always")
    return play(url, [messages])["stretch"]


def test_each_step_is_as_if_its_version_had_always_been(two_versions_url: str) -> None:
    messages = lap(3, 7)
    found = play(two_versions_url, [messages])
    expected = [row for row in always(two_versions_url, town_segments(), messages) if row[2] < BORDER]
    expected += [row for row in always(two_versions_url, rebuilt_segments(), messages) if row[2] >= BORDER]
    assert sorted(expected) == sorted(found["stretch"])
    across = [row for row in found["stretch"] if row[2] < BORDER < row[5]]
    assert across
    assert {row[6] for row in across} <= set(range(1, 6))
    assert {row[1] for row in found["treatment"] if row[0] > 100} == {0}


def test_a_running_worker_sees_a_new_version(database_url: str) -> None:
    load(database_url, town_segments(), "before")
    messages = lap(3, 5)
    early = [one for one in messages if lap_time(one) < 40]
    connection, accepting = acceptance(database_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(early)
        load(database_url, rebuilt_segments(), "after", BORDER)
        accepting.accept([one for one in messages if one not in early])
        found = derived(connection)
        connection.execute(FORGET)
    assert found == play(database_url, [messages])
    assert {row[6] > 100 for row in found["stretch"]} == {False, True}


def lap_time(message: Message) -> float:
    return (datetime.fromisoformat(orjson.loads(message.payload)["time"]) - START).total_seconds()
