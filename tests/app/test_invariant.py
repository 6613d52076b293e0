"""Every derived row is a pure function of the set of accepted observations and the inputs: on a real database.

`tests/support/histories.py` says what a history may be; `make invariant EXAMPLES=5000` plays as many and counts them.
"""

import random
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import fuzzing
from derived_tables import equals_reference
from histories import Batch, History, Town, histories
from stretch_messages import START, fix
from vinterkoll.processing.support import NEAR
from vinterkoll.storage import columns, raw, stretches

pytestmark = [pytest.mark.postgres, pytest.mark.invariant]


# A history that fails is printed whole: what hypothesis warns of would hide the failure itself.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    fuzzing.examples(200),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histories)
def test_any_history_leaves_what_the_clean_stream_and_the_reference_give(
    database_url: str, history: History
) -> None:
    with Town(database_url) as town:
        town.play(history.steps)
        found = town.derived()
        equals_reference(found, town.operator)
        assert town.clean(history.messages) == found
    fuzzing.count("histories", examples=1, messages=len(history.messages), steps=len(history.steps))
    fuzzing.count("histories", **{f"rows of {table}": len(rows) for table, rows in found.items()})


def test_a_connection_cut_in_mid_batch_stores_nothing_of_it(database_url: str) -> None:
    noise = random.Random(7)
    messages = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(30)]
    stored = "SELECT count(*) FROM position"
    with Town(database_url) as town:
        town.play([Batch(0, messages[:10])])
        assert town.cut(Batch(0, messages[10:20], "stretch"))  # its raw rows being in
        assert town.operator.execute(stored).fetchone() == (10,)
        town.play([Batch(0, messages[10:20]), Batch(1, messages[20:])])
        found = town.derived()
        assert found["stretch"]
        assert town.clean(messages) == found


def test_a_late_hour_reads_no_more_than_its_neighbours(database_url: str) -> None:
    """Cost stays local: two fixes that come late, half an hour apart, read two supports, not the time between."""
    noise = random.Random(3)
    early = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(700)]
    late = [early.pop(600), early.pop(100)]
    with Town(database_url) as town:
        town.play([Batch(0, early), Batch(0, late)])
        found = town.derived()
        assert town.clean(early + late) == found
        columns.register(town.operator)
        (device,) = town.operator.execute("SELECT device_id FROM device WHERE kind = 'position'").fetchall()
        times = np.array([round((START + timedelta(seconds=5 * at)).timestamp() * 1e6) for at in (101, 600)])
        ranges = raw.ranges(np.full(2, device[0]), times, stretches.RANGE_APART_US)
        support = stretches.read_support(town.operator, *ranges, margin=NEAR)
    assert len(support["time"]) == 2 * (1 + 2 * NEAR)
