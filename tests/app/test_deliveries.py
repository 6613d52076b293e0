"""Who delivers and how late is counted by supplier, in classes of delay, and never by a name that only a sender knows."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derived_tables import acceptance
from position_messages import NOW_US, position
from stretch_messages import RECEIVED_US, flow
from vinterkoll.ingest.message import Message
from vinterkoll.storage import deliveries
from vinterkoll.storage.deliveries import BOUNDS_S
from vinterkoll.storage.reading import reading_pool
from vinterkoll.storage.tally import NOT_REGISTERED


def accept(url: str, *batches: Sequence[Message], worker: str | None = "test") -> None:
    connection, accepting = acceptance(url, lambda: NOW_US, worker)
    with connection:
        for batch in batches:
            accepting.accept(batch)


def delivered(url: str) -> dict[tuple[str, str], tuple[list[int], float]]:
    async def read() -> list[deliveries.Delivered]:
        pool = reading_pool(url)
        async with pool, pool.connection() as connection:
            return await deliveries.delivered(connection)

    return {(one.supplier, one.kind): (one.within, one.delay_s) for one in asyncio.run(read())}


@pytest.fixture
def registered_url(town_url: str) -> str:
    with psycopg.connect(town_url) as connection:
        connection.execute(
            "INSERT INTO contractor (contractor, name) VALUES ('snow', 'Snö AB'), ('town', 'Kommunen')"
        )
    return town_url


@given(st.lists(st.tuples(st.sampled_from(["", "a", "bb"]), st.integers(-(10**12), 10**12)), max_size=50))
def test_sums_are_those_of_a_loop(observed: list[tuple[str, int]]) -> None:
    slow: dict[tuple[str, float], list[int]] = defaultdict(lambda: [0, 0])
    for supplier, delay_us in observed:
        delay_ms = max(delay_us, 0) // 1000
        group = slow[supplier, next(bound for bound in BOUNDS_S if delay_ms <= bound * 1000)]
        group[0] += 1
        group[1] += delay_ms
    found = deliveries.summed(
        "flow",
        np.array([name for name, _ in observed], object),
        np.array([delay for _, delay in observed], np.int64),
    )
    columns = (found.supplier, found.within_s, found.count, found.delay_ms)
    assert {
        (name, bound): [count, ms]
        for name, bound, count, ms in zip(*map(np.ndarray.tolist, columns), strict=True)
    } == slow


@pytest.mark.postgres
def test_by_supplier_kind_and_delay(registered_url: str) -> None:
    ahead, now, at_most, later = position(60), position(), position(-10), position(-11.5)
    counted = flow("E4", 1)
    accept(
        registered_url, [ahead, now, at_most, later], [Message(counted.topic, counted.payload, RECEIVED_US)]
    )
    found = delivered(registered_url)
    assert found["snow", "position"] == ([3, 4, 4, 4, 4, 4, 4], 21.5)
    assert found["town", "flow"][0] == [0, 0, 0, 0, 1, 1, 1]
    assert found.keys() == {("snow", "position"), ("town", "flow")}


@pytest.mark.postgres
def test_what_comes_again_counts_again_and_what_is_rejected_does_not(registered_url: str) -> None:
    accept(
        registered_url,
        [position()],
        [position(), position(400), Message("mip/v1/snow/v1/position", b"{", NOW_US)],
    )
    assert delivered(registered_url) == {("snow", "position"): ([2] * 7, 0)}


@pytest.mark.postgres
def test_invented_names_share_a_row(registered_url: str) -> None:
    accept(registered_url, [position(topic=f"mip/v1/invented{at}/v1/position") for at in range(50)])
    assert delivered(registered_url) == {(NOT_REGISTERED, "position"): ([50] * 7, 0)}


@pytest.mark.postgres
def test_recordings_and_replayed_rejects_count_nothing(registered_url: str) -> None:
    accept(registered_url, [position()], worker=None)
    assert delivered(registered_url) == {}


@pytest.mark.postgres
def test_workers_have_rows_of_their_own_which_are_added_up(registered_url: str) -> None:
    batches = [[position(-at)] for at in range(10)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: accept(registered_url, *batches, worker=name), "ab"))
    assert delivered(registered_url) == {("snow", "position"): ([20] * 7, 90)}
    with psycopg.connect(registered_url) as connection:
        rows = connection.execute(
            "SELECT worker, sum(count)::int FROM delivery GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [("a", 10), ("b", 10)]
