"""Treatments out of stretches: amounts, share, first time, whose they are; and what it costs to find the latest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter
from typing import Any

import numpy as np
import psycopg
import pytest

from town_rows import GC_PATH, NOW, STORGATAN, add_device, add_network, insert
from vinterkoll.processing.actions import CODES, mask_of
from vinterkoll.processing.observations import Rows
from vinterkoll.processing.spreading import UNKNOWN
from vinterkoll.storage import columns, inputs, migrate, renewals, stretches, treatments
from winter import add_winter, look_up_of_latest, one_pass, store, stretches_read

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]

PLOUGHING, SALTING = mask_of(["PLOUGHING"]), mask_of(["SALTING_DRY"])
SALT = {"material_id": 1, "mg_per_m2": 10_000, "ul_per_m2": 4_000, "width_mm": 6_000}
AMOUNTS, WHOLE_TIMES = 10, 23
OLD_PASSES = [(125, 1, PLOUGHING), (120, 1, PLOUGHING | SALTING), (5, 2, SALTING)]
UNSAID = {"kg": None, "litres": None, "g_per_m2": None, "ml_per_m2": None, "width_m": None}


def stretch(device: int, minutes_ago: float, segment: int = STORGATAN, **values: int) -> Rows:
    return one_pass(device, NOW - timedelta(minutes=minutes_ago), segment, **values)


@pytest.fixture
def town(database_url: str) -> Iterator[Database]:
    """Streets, two vehicles of nord (1, 2) and one of arctic (3), salt and sand."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        columns.register(connection)
        add_network(connection)
        assert [add_device(connection, "position", *who) for who in (("nord", "a"), ("nord", "b"))] == [1, 2]
        assert add_device(connection, "position", "arctic", "c") == 3
        assert [insert(connection, "material", name=name) for name in ("SALT", "sand")] == [1, 2]
        yield connection


def treatment(connection: Database, action: int, segment: int = STORGATAN, direction: int = 1) -> Any:
    """Minutes ago of first and last time, share, devices, the latest's first, and what was spread."""
    row = connection.execute(
        """
        SELECT extract(epoch FROM %s - first_time) / 60, extract(epoch FROM %s - time) / 60, share,
               device_id, device_ids, spread
        FROM treatment WHERE segment_id = %s AND direction = %s AND action = %s
        """,
        [NOW, NOW, segment, direction, CODES.index("PLOUGHING" if action == PLOUGHING else "SALTING_DRY")],
    ).fetchone()
    return None if row is None else (float(row[0]), float(row[1]), *row[2:])


def test_amounts_of_two_vehicles_add_up_while_the_share_is_the_union(town: Database) -> None:
    store(town, stretch(1, 60, actions=SALTING, to_dm=500, **SALT))
    store(town, stretch(3, 5, actions=SALTING, from_dm=250, to_dm=750, **SALT | {"mg_per_m2": 20_000}))
    first, last, share, latest, devices, spread = treatment(town, SALTING)
    assert (first, last, latest, devices) == (60, 5, 3, [1, 3])
    assert share == pytest.approx(75 / 100.04)
    # 50 m × 6 m × 10 g and 50 m × 6 m × 20 g
    assert spread == [
        {"material": "SALT", "kg": 9, "litres": 2.4, "g_per_m2": 15, "ml_per_m2": 4, "width_m": 6}
    ]


def test_the_mean_setting_is_weighted_by_metres(town: Database) -> None:
    store(
        town,
        stretch(1, 5, actions=SALTING, to_dm=300, **SALT),
        stretch(1, 4, actions=SALTING, from_dm=300, **SALT | {"mg_per_m2": 20_000, "width_mm": 3_000}),
    )
    [spread] = treatment(town, SALTING)[-1]
    assert (spread["g_per_m2"], spread["width_m"], spread["kg"]) == (17, 3.9, 1.8 + 4.2)


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        ({"width_mm": UNKNOWN}, {"g_per_m2": 10, "ml_per_m2": 4}),
        ({"mg_per_m2": UNKNOWN}, {"litres": 2.4, "ml_per_m2": 4, "width_m": 6}),
        ({"ul_per_m2": UNKNOWN}, {"kg": 6, "g_per_m2": 10, "width_m": 6}),
    ],
)
def test_what_one_step_does_not_say_is_unknown_not_zero(
    town: Database, unknown: dict[str, int], known: dict[str, float]
) -> None:
    store(
        town,
        stretch(1, 5, actions=SALTING, to_dm=999, **SALT),
        stretch(1, 4, actions=SALTING, from_dm=999, **SALT | unknown),
    )
    assert treatment(town, SALTING)[-1] == [{"material": "SALT"} | UNSAID | known]


def test_each_material_is_counted_for_itself(town: Database) -> None:
    store(
        town,
        stretch(1, 5, actions=SALTING),
        stretch(2, 4, actions=SALTING, **SALT | {"material_id": 2}),
        stretch(2, 3, actions=SALTING, **SALT),
    )
    found = treatment(town, SALTING)[-1]
    assert [(one["material"], one["kg"]) for one in found] == [("SALT", 6), ("sand", 6), (None, None)]


def test_an_action_that_spreads_nothing_has_no_amount(town: Database) -> None:
    store(town, stretch(1, 5, actions=PLOUGHING | SALTING, **SALT))
    assert treatment(town, PLOUGHING)[-1] is None
    assert treatment(town, SALTING)[-1][0]["kg"] == 6


def test_only_the_two_hours_before_the_latest_pass_count(town: Database) -> None:
    passes = [stretch(1, minutes, actions=SALTING, **SALT) for minutes in (200, 125, 124, 5)]
    store(town, *passes)
    first, last, _, _, _, [spread] = treatment(town, SALTING)
    assert (first, last, spread["kg"]) == (124, 5, 12)
    latest = passes[-1]
    stretches.replace(town, latest, latest[:0])  # a correction takes the latest back
    treatments.renew(town, latest)
    first, last, _, _, _, [spread] = treatment(town, SALTING)
    assert (first, last, spread["kg"]) == (200, 124, 18)


def whole(connection: Database, segment: int = STORGATAN) -> Any:
    """Minutes ago since when the street was ploughed whole, and how much of it was."""
    return connection.execute(
        """
        SELECT (extract(epoch FROM %s - whole_time) / 60)::float8, round(whole_share::numeric, 3)::float8
        FROM treatment WHERE segment_id = %s AND action = 0
        """,
        [NOW, segment],
    ).fetchone()


def test_a_touch_does_not_hide_that_the_street_was_whole(town: Database) -> None:
    store(town, stretch(1, 300, to_dm=980), stretch(2, 5, to_dm=30))
    assert treatment(town, PLOUGHING)[1:3] == (5, pytest.approx(3 / 100.04))
    assert whole(town) == (300, 0.98)


def test_a_touch_does_not_make_the_whole_younger(town: Database) -> None:
    store(town, stretch(1, 90), stretch(2, 5, to_dm=30))
    assert treatment(town, PLOUGHING)[1:3] == (5, pytest.approx(100 / 100.04))
    assert whole(town) == (90, 1)


def test_a_street_done_in_parts_is_whole_since_the_oldest_that_it_takes(town: Database) -> None:
    parts = [stretch(1, 400, from_dm=500), stretch(1, 200, to_dm=500), stretch(2, 100, from_dm=900)]
    store(town, parts[0])
    assert whole(town) == (None, None)
    store(town, *parts[1:])
    assert whole(town) == (400, 1)
    store(town, stretch(2, 50, from_dm=700))
    assert whole(town) == (400, 1)  # half the street and 30 m are not four fifths
    store(town, stretch(2, 40, from_dm=699, to_dm=701), stretch(2, 30, from_dm=450, to_dm=700))
    assert whole(town) == (200, 1)


def test_four_fifths_are_whole_and_a_decimetre_less_is_not(town: Database) -> None:
    store(town, stretch(1, 5, to_dm=800))
    assert whole(town) == (None, None)  # of 100.04 m
    store(town, stretch(1, 4, from_dm=800, to_dm=801))
    assert whole(town) == (5, 0.801)


@pytest.mark.parametrize(("hours", "known"), [(24, True), (24.01, False)])
def test_the_whole_is_looked_for_in_the_day_before_the_latest_pass(
    town: Database, hours: float, known: bool
) -> None:
    store(town, stretch(1, 5 + hours * 60), stretch(2, 5, to_dm=30))
    assert (whole(town)[0] is not None) == known


def test_a_correction_takes_the_whole_back(town: Database) -> None:
    once, more = stretch(1, 300), stretch(2, 200)
    store(town, once, more, stretch(2, 5, to_dm=30))
    assert whole(town) == (200, 1)
    stretches.replace(town, more, more[:0])
    treatments.renew(town, more)
    assert whole(town) == (300, 1)


def test_a_day_to_and_fro_on_half_a_street_stays_quick(town: Database) -> None:
    """86,400 steps, as many as a vehicle can send: far from quadratic in time."""
    day = np.concatenate([stretch(1, at / 60, to_dm=700) for at in range(86_400)])
    stretches.replace(town, day[:0], day)

    def seconds(within_s: int) -> float:
        town.execute("DELETE FROM stretch WHERE time <= %s", [NOW - timedelta(seconds=within_s)])
        began = perf_counter()
        treatments.renew(town, day[:1])
        return perf_counter() - began

    took = {within_s: seconds(within_s) for within_s in (86_400, 7_200)}
    assert whole(town) == (None, None)
    assert took[86_400] < 24 * took[7_200]


def test_one_pass_clears_both_directions_of_a_narrow_street(town: Database) -> None:
    both = [stretch(1, 9, GC_PATH, direction=way, to_dm=500, actions=SALTING, **SALT) for way in (1, -1)]
    both[1]["device_id"] = 2
    store(town, *both)
    _, _, share, latest, devices, [spread] = treatment(town, SALTING, GC_PATH, direction=0)
    assert (share, latest, devices, spread["kg"]) == (1, 1, [1, 2], 6)


def test_the_latest_treatment_is_one_index_look_up(town: Database) -> None:
    store(town, stretch(1, 5))
    add_winter(town, STORGATAN, NOW)
    assert look_up_of_latest(town, STORGATAN) == (
        "Index Scan",
        "treatment_pkey",
        ["segment_id", "direction", "action"],
        1,
    )


def test_renewing_reads_the_latest_passes_not_the_history(town: Database) -> None:
    add_winter(town, STORGATAN, NOW)
    latest = stretch(1, 5)
    stretches.replace(town, latest[:0], latest)
    with town.transaction():
        treatments.renew(town, latest)
        by_index, through = stretches_read(town)
    assert treatment(town, PLOUGHING)[:2] == (5, 5)
    assert by_index <= 6  # the latest, the one before it, the two hours' and the day's worth
    assert through == 0


@pytest.fixture
def before_amounts(empty_database_url: str) -> Iterator[Database]:
    """A database of the migrations before amounts, and in it what three passes gave then."""
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        columns.register(connection)
        for one in migrate.packaged():
            if one.version < AMOUNTS:
                connection.execute(one.statements.encode())
        add_network(connection)
        devices = [add_device(connection, "position", *who) for who in (("nord", "a"), ("arctic", "c"))]
        for minutes, device, actions in OLD_PASSES:
            at = NOW - timedelta(minutes=minutes)
            step = {
                "device_id": device,
                "time": at,
                "seq": 0,
                "piece": 0,
                "until_time": at + timedelta(seconds=5),
            }
            where = {"segment_id": STORGATAN, "direction": 1, "from_dm": 0, "to_dm": 1000}
            insert(connection, "stretch", **step, **where, actions=actions)
        for action, minutes, device in ((0, 120, devices[0]), (6, 5, devices[1])):
            at = NOW - timedelta(minutes=minutes)
            key = {"segment_id": STORGATAN, "direction": 1, "action": action}
            insert(
                connection,
                "treatment",
                **key,
                time=at,
                share=np.float32(100 / 100.04).item(),
                device_id=device,
            )
        yield connection


def test_what_was_stored_before_amounts_becomes_what_renewing_makes_of_it(before_amounts: Database) -> None:
    for one in migrate.packaged():
        if one.version >= AMOUNTS:
            before_amounts.execute(one.statements.encode())
    migrated = {action: treatment(before_amounts, action) for action in (PLOUGHING, SALTING)}
    pseudonyms = [3, 4]  # of the two devices in this month
    assert migrated[SALTING] == (120, 5, *migrated[SALTING][2:4], pseudonyms, [{"material": None} | UNSAID])
    since = whole(before_amounts)
    assert since == (120, 1)
    before_amounts.execute("UPDATE treatment SET share = 0, whole_time = NULL, whole_share = NULL")
    passes = [stretch(device, minutes, actions=actions) for minutes, device, actions in OLD_PASSES]
    treatments.renew(before_amounts, np.concatenate(passes))
    renewed = {action: treatment(before_amounts, action) for action in (PLOUGHING, SALTING)}
    assert renewed == migrated
    assert whole(before_amounts) == since
    assert renewals.due(before_amounts)  # by which `vinterkoll rederive` finds the amounts in raw rows


def test_no_worker_of_an_earlier_version_comes_after_whole_times(
    before_amounts: Database, empty_database_url: str
) -> None:
    """It would write a treatment and leave its whole_time as it is: so the migration waits for its batch, and is its last."""
    *earlier, since_when_whole = [one for one in migrate.packaged() if AMOUNTS <= one.version <= WHOLE_TIMES]
    for one in earlier:
        before_amounts.execute(one.statements.encode())
    before_amounts.execute("DELETE FROM rederivation")
    with psycopg.connect(empty_database_url) as worker, ThreadPoolExecutor(1) as pool:
        inputs.hold(worker, 3)
        migrating = pool.submit(before_amounts.execute, since_when_whole.statements.encode())
        worker.execute("UPDATE treatment SET time = time + interval '1 minute'")
        worker.execute(
            "UPDATE stretch SET time = time + interval '1 minute', until_time = until_time + interval '1 minute'"
        )
        assert not migrating.done()
        worker.commit()
        migrating.result()
        assert whole(before_amounts) == (119, 1)
        with pytest.raises(inputs.OldRulesError):
            inputs.hold(worker, 3)
    assert len(renewals.due(before_amounts)) == 2
