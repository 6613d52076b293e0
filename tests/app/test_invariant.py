"""Every derived row is a pure function of the set of accepted observations: on a real database, in any history.

The histories: shuffled, duplicated, split into batches, late, corrected, by two workers at once, cut off in a batch.
"""

import itertools
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derived_tables import acceptance, derived, in_microseconds, reference
from stretch_messages import RECEIVED_US, START, fix, flow, stretch
from vinterkoll.app.registering import change
from vinterkoll.ingest.message import Message
from vinterkoll.processing.support import MARGIN
from vinterkoll.storage import columns, raw, register_edits, stretches
from vinterkoll.storage.network import Versions
from vinterkoll.storage.register import RegisterError, Table, put

pytestmark = pytest.mark.postgres


@st.composite
def messages_of_a_stretch(draw: st.DrawFn) -> list[Message]:
    """Up to three vehicles with up to 25 fixes each."""
    counts = draw(st.lists(st.integers(1, 25), min_size=1, max_size=3))
    return stretch(counts, random.Random(draw(st.integers(0, 2**32))))


def forget(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "TRUNCATE device, position, flow, snow, fix_flag, stretch, treatment, flow_window, reject, reject_message, ingest_status"
        )


def play(url: str, batches: Sequence[Sequence[Message]]) -> dict[str, list[tuple[Any, ...]]]:
    """Accept batches one after the other and return the derived tables."""
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        for batch in batches:
            accepting.accept(batch)
        return derived(connection)


def split(messages: Sequence[Message], cuts: Sequence[int]) -> list[list[Message]]:
    borders = [0, *sorted(cut % (len(messages) + 1) for cut in cuts), len(messages)]
    return [list(messages[low:high]) for low, high in itertools.pairwise(borders)]


examples = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@examples
@given(messages_of_a_stretch(), st.randoms(use_true_random=False), st.lists(st.integers(0, 100), max_size=5))
def test_any_order_duplicates_and_batches(
    town_url: str, messages: list[Message], shuffler: random.Random, cuts: list[int]
) -> None:
    clean = play(town_url, [messages])
    forget(town_url)
    history = messages + shuffler.sample(messages, len(messages) // 3)
    shuffler.shuffle(history)
    assert play(town_url, split(history, cuts)) == clean
    forget(town_url)


@examples
@given(messages_of_a_stretch(), st.lists(st.integers(0, 100), max_size=3))
def test_equal_to_the_reference(town_url: str, messages: list[Message], cuts: list[int]) -> None:
    found = play(town_url, split(messages, cuts))
    with psycopg.connect(town_url) as connection:
        expected = reference(connection, Versions(connection).at(1))
    forget(town_url)
    assert in_microseconds(found["fix_flag"]) == expected["fix_flag"]
    assert in_microseconds(found["stretch"]) == expected["stretch"]
    treatments = in_microseconds(found["treatment"])
    assert [row[:4] + row[5:] for row in treatments] == [row[:4] + row[5:] for row in expected["treatment"]]
    assert [row[4] for row in treatments] == pytest.approx(
        [row[4] for row in expected["treatment"]], rel=1e-6
    )


@settings(examples, max_examples=15)
@given(messages_of_a_stretch(), st.randoms(use_true_random=False))
def test_two_workers_on_the_same_vehicles(
    town_url: str, messages: list[Message], shuffler: random.Random
) -> None:
    clean = play(town_url, [messages])
    forget(town_url)
    history = list(messages)
    shuffler.shuffle(history)
    halves = [[[message] for message in history[start::2]] for start in (0, 1)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda batches: play(town_url, batches), halves))
    assert play(town_url, []) == clean
    forget(town_url)


def test_a_connection_cut_in_mid_batch_stores_nothing_of_it(town_url: str) -> None:
    noise = random.Random(7)
    messages = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(30)]
    clean = play(town_url, [messages])
    forget(town_url)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    accepting.accept(messages[:10])
    pid = connection.info.backend_pid
    with psycopg.connect(town_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("LOCK TABLE stretch IN ACCESS EXCLUSIVE MODE")
        running = pool.submit(accepting.accept, messages[10:20])
        waits = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"  # for the lock, its raw rows being in
        while other.execute(waits, [pid]).fetchone() is None:
            assert not running.done()
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(psycopg.OperationalError):
            running.result()
    connection.close()
    with psycopg.connect(town_url) as after:
        assert after.execute("SELECT count(*) FROM position").fetchone() == (10,)
    assert play(town_url, [messages[10:20], messages[20:]]) == clean


def test_a_late_hour_reads_no_more_than_its_neighbours(town_url: str) -> None:
    """Cost stays local: two fixes that come late, half an hour apart, read two supports, not the time between."""
    noise = random.Random(3)
    early = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(700)]
    late = [early.pop(600), early.pop(100)]
    together = play(town_url, [early + late])
    forget(town_url)
    assert play(town_url, [early, late]) == together
    with psycopg.connect(town_url) as connection:
        columns.register(connection)
        row = connection.execute(
            "SELECT device_id, min(time), max(time) FROM position GROUP BY device_id"
        ).fetchone()
        assert row is not None
        times = np.array([round((START + timedelta(seconds=5 * at)).timestamp() * 1e6) for at in (101, 600)])
        ranges = raw.ranges(np.full(2, row[0]), times, stretches.RANGE_APART_US)
        support = stretches.read_support(connection, *ranges)
    assert len(support["time"]) == 2 * (1 + 2 * MARGIN)


@settings(examples, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.integers(0, 30),
            st.sampled_from([1, 5, 15]),
            st.integers(0, 40),
            st.sampled_from([30.5, 49.9, 71.3]),
        ),
        min_size=1,
        max_size=25,
    ),
    st.randoms(use_true_random=False),
    st.lists(st.integers(0, 30), max_size=4),
)
def test_flow_windows_too(
    town_url: str, drawn: list[tuple[str, int, int, int, float]], shuffler: random.Random, cuts: list[int]
) -> None:
    messages = [
        flow(
            sensor, minute, minutes=minutes, intensity=count, averageVehicleSpeed=speed, occupancy=count / 100
        )
        for sensor, minute, minutes, count, speed in drawn
    ]
    clean = play(town_url, [messages])
    assert clean["flow_window"]
    forget(town_url)
    history = messages + shuffler.sample(messages, len(messages) // 3)
    shuffler.shuffle(history)
    assert play(town_url, split(history, cuts)) == clean
    forget(town_url)


Edit = tuple[int, bool, int, int]
"""Which vehicle or counter (0-3), whether it ends then, from which minute (0: since ever), which values."""

KINDS_OF_EDITS = ["gc", "carriageway", "carriageway|gc", "area"]
PERIODS_OF_EDITS = ["30", "60", "600", "3600"]


def amended(connection: "psycopg.Connection[Any]", edit: Edit) -> None:
    number, ends, minute, choice = edit
    begin = (START + timedelta(minutes=minute)).isoformat() if minute else ""
    table: Table = "vehicle" if number < 2 else "sensor"
    if table == "vehicle":
        key = {"contractor": "snow", "vehicle": f"v{number}"}
        values = {"name": "V", "kinds": KINDS_OF_EDITS[choice]}
    else:
        key = {"sensor": f"urn:ngsi-ld:TrafficFlowObserved:c{number}"}
        place = {"kind": "flow", "name": "C", "lon": "18.7", "lat": "63.3"}
        values = place | {"period_s": PERIODS_OF_EDITS[choice]}
    if not ends:
        change(connection, lambda opened: register_edits.amend(opened, table, key, values, begin))
    elif begin:
        try:
            change(connection, lambda opened: register_edits.end(opened, table, key, begin))
        except RegisterError:
            assert not connection.info.transaction_status  # none holds then


@settings(examples, max_examples=40)
@given(
    messages_of_a_stretch(),
    st.lists(st.tuples(st.integers(2, 3), st.integers(0, 90), st.sampled_from([None, 1])), max_size=8),
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.booleans(),
            st.sampled_from([0, 1, 2, 4, 8, 30]),
            st.integers(0, 3),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_changes_of_the_register_between_the_data(
    town_url: str,
    messages: list[Message],
    counts: list[tuple[int, int, float | None]],
    edits: list[Edit],
    shuffler: random.Random,
) -> None:
    messages = [
        *messages,
        *(flow(f"c{number}", minute, minutes, intensity=minute) for number, minute, minutes in counts),
    ]
    shuffler.shuffle(messages)
    history: list[list[Message] | Edit] = [*split(messages, [shuffler.randrange(100) for _ in range(4)])]
    for edit in edits:
        history.insert(shuffler.randrange(len(history) + 1), edit)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        connection.execute("TRUNCATE contractor, vehicle, sensor")
        change(connection, lambda opened: put(opened, "contractor", {"contractor": "snow", "name": "Snö"}))
        for step in history:
            if isinstance(step, list):
                accepting.accept(step)
            else:
                amended(connection, step)
        found = derived(connection)
        expected = reference(connection, Versions(connection).at(1))
    assert in_microseconds(found["stretch"]) == expected["stretch"]
    forget(town_url)
    assert play(town_url, [messages]) == found
    forget(town_url)
