"""A real TimescaleDB gives the same answers as plain PostgreSQL: schema, write path, queries, and chunks that go.

It has one connection: every step here opens its own and closes it.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely

from derived_tables import acceptance, derived
from slow_days import slow_days, viewed
from small_town import rebuilt_segments, town_segments
from stretch_messages import MIDNIGHT, RECEIVED_US, START, fix, flow, stretch, uplink
from timescale import timescale
from town_days import add_stretches, add_town
from town_rows import insert
from vinterkoll.app.action_naming import name_actions
from vinterkoll.app.housekeeping import keep_house
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.settings import Settings
from vinterkoll.app.thresholds import change as threshold
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import PLOUGHING
from vinterkoll.storage import (
    action_names,
    area_reading,
    areas,
    columns,
    ingest_reading,
    migrate,
    policies,
    reading,
    sensor_reading,
    stretches,
    tally,
)
from vinterkoll.storage import network as networks
from vinterkoll.storage.reading import Box
from vinterkoll.storage.register import Table
from vinterkoll.storage.register_csv import load
from winter import add_winter, look_up_of_latest, one_pass, store, stretches_read

pytestmark = [pytest.mark.timescale, pytest.mark.postgres]

Tables = dict[str, list[tuple[Any, ...]]]

HYPERTABLES = {"position", "flow", "snow", "fix_flag", "stretch", "flow_window"}
REBUILT = MIDNIGHT + timedelta(minutes=1)
DEV_EUI = "0004a30b001c0530"
EVERYWHERE = Box(10, 55, 25, 70)
REGISTER: dict[Table, str] = {
    "contractor": "contractor,name\nsnow,Snö AB\n",
    "vehicle": "contractor,vehicle,name,kinds\nsnow,v0,Plogbil,carriageway|gc\n",
    "sensor": f"sensor,kind,name,lon,lat,mounting_height_m\n{DEV_EUI},snow,Torget,18.7,63.3,3.2\n",
}


@pytest.fixture(scope="module")
def migrated_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A TimescaleDB with the current schema."""
    with timescale(tmp_path_factory.mktemp("timescale") / "log") as url:
        with psycopg.connect(url, autocommit=True) as connection:
            assert migrate.migrate(connection) == migrate.packaged()
        yield url


@pytest.fixture
def timescale_url(migrated_url: str) -> str:
    """The same without rows, but with the small town and its register."""
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE device, position, flow, snow, fix_flag, stretch, treatment, flow_window, reject, reject_message,"
            " hold, evidence, ingest_status, tally, delivery, area, area_segment, material, network, network_segment, segment, rederivation, contractor, vehicle, sensor, action_name RESTART IDENTITY"
        )
        connection.execute("UPDATE raw_horizon SET time = 'epoch'")
    furnish(migrated_url)
    return migrated_url


@pytest.fixture
def plain_url(database_url: str) -> str:
    """A plain PostgreSQL with the small town and its register."""
    furnish(database_url)
    return database_url


def furnish(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        networks.load(connection, town_segments(), name="test", generated=True, digest="test")
        networks.load(
            connection, rebuilt_segments(), name="test", generated=True, digest="2", valid_from=REBUILT
        )
        for table, text in REGISTER.items():
            load(connection, table, text)


def play(url: str, batches: Sequence[Sequence[Message]]) -> Tables:
    """Accept batches with the rights of an ingest worker and return the derived tables."""
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        connection.execute("SET ROLE vinterkoll_ingest")
        for batch in batches:
            accepting.accept(batch)
        return derived(connection)


def night() -> list[Message]:
    """Something of everything, before and after midnight."""
    noise = random.Random(11)
    measured = {"averageVehicleSpeed": 49.9, "occupancy": 0.1}
    counts = [flow("bron", minute, intensity=noise.randint(0, 40), **measured) for minute in range(20)]
    depths = [uplink(DEV_EUI, minute, 3000 - minute, minute) for minute in range(0, 60, 10)]
    named = [fix("v9", 5.0 * at, 40.0 * at, noise, actions=["Plogning"]) for at in range(25)]
    return [
        *stretch([40, 25, 60], noise),
        *named,
        *counts,
        *depths,
        Message("mip/v1/snow/v0/position", b"{", RECEIVED_US),
    ]


def test_migrating_twice_leaves_hypertables(migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT hypertable_name FROM timescaledb_information.hypertables"
        ).fetchall()
        assert {name for (name,) in rows} == HYPERTABLES
        assert migrate.has_timescale(connection)
        assert migrate.migrate(connection) == []
        locks = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert locks == (0,)


def test_a_shuffled_history_derives_what_plain_postgresql_derives_from_the_clean_one(
    timescale_url: str, plain_url: str
) -> None:
    messages = night()
    clean = play(plain_url, [messages])
    assert all(clean.values())
    shuffler = random.Random(5)
    history = messages + shuffler.sample(messages, len(messages) // 3)
    shuffler.shuffle(history)
    assert play(timescale_url, [history[at : at + 30] for at in range(0, len(history), 30)]) == clean


def test_a_full_batch(timescale_url: str, plain_url: str) -> None:
    noise = random.Random(3)
    batch = [fix(f"v{vehicle}", 5.0 * at, 40.0 * at, noise) for vehicle in range(25) for at in range(200)]
    tables = play(timescale_url, [batch])
    assert len(tables["stretch"]) > 4_000
    assert tables == play(plain_url, [batch])
    with psycopg.connect(timescale_url) as connection:
        assert connection.execute("SELECT count(*) FROM position").fetchone() == (5_000,)


def test_what_is_named_later_gives_what_plain_postgresql_gives_when_named_before(
    timescale_url: str, plain_url: str
) -> None:
    with psycopg.connect(plain_url, autocommit=True) as connection:
        name_actions(connection, "snow", {"Plogning": PLOUGHING})
    unnamed = play(timescale_url, [night()])
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        assert [one[:3] for one in action_names.unnamed(connection)] == [("snow", "Plogning", 25)]
        name_actions(connection, "snow", {"Plogning": PLOUGHING})
        assert renew_due(connection) == 25
    named = play(timescale_url, [])
    assert named == play(plain_url, [night()])
    assert len(named["stretch"]) > len(unnamed["stretch"])


async def answers(url: str) -> dict[str, Any]:
    """What the API asks, through its own pool and with its own rights."""
    since, now = START - timedelta(hours=1), MIDNIGHT + timedelta(hours=2)
    async with reading.reading_pool(url) as pool:
        await pool.wait()  # for its first connection, or it would open a second one
        async with pool.connection() as connection:
            await connection.execute("SET LOCAL ROLE vinterkoll_api")
            return {
                "problem": await ingest_reading.schema_problem(connection),
                "networks": await reading.networks(connection, at=START),
                "segments": await reading.segments(connection, EVERYWHERE, at=START),
                "treatments": await reading.treatments(connection, since, [0], EVERYWHERE, at=START),
                "newest": await reading.newest_treatment(connection),
                "vehicles": await reading.vehicles(connection, since, now),
                "vehicles after midnight": await reading.vehicles(
                    connection, MIDNIGHT + timedelta(minutes=30), now
                ),
                "flow": await sensor_reading.flow(connection, since),
                "latest flow": await sensor_reading.flow(connection, since, latest=True),
                "flow by hour": await sensor_reading.flow(connection, since, per="hour"),
                "flow by day": await sensor_reading.flow(connection, since, per="day"),
                "latest hour": await sensor_reading.flow(connection, since, latest=True, per="hour"),
                "days of areas": await area_reading.treatment_days(connection, since),
                "days of one": await area_reading.treatment_days(connection, since, "kommunen"),
                "snow": await sensor_reading.snow(connection, since, EVERYWHERE),
                "ingest": [row._replace(updated_at=since) for row in await ingest_reading.ingest(connection)],
                "unknown": await ingest_reading.unknown_actions(connection, since),
                "tally": await tally.totals(connection),
            }


def test_the_queries_of_the_api_give_the_same_answers(timescale_url: str, plain_url: str) -> None:
    for url in (timescale_url, plain_url):
        play(url, [night()])
        with psycopg.connect(url, autocommit=True) as connection:
            everywhere = shapely.to_wkb(shapely.box(*EVERYWHERE))
            insert(connection, "area", area="kommunen", name="Kommunen", polygon=everywhere)
            areas.renew(connection)
    # what other tests have aggregated of the same hours is stale
    run_policies(timescale_url, "policy_refresh_continuous_aggregate")
    found, expected = (asyncio.run(answers(url)) for url in (timescale_url, plain_url))
    assert found == expected
    assert found.pop("problem") == ""
    assert all(found.values())


def test_the_latest_treatment_is_one_index_look_up_and_renewing_it_does_not_read_the_winter(
    timescale_url: str,
) -> None:
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        columns.register(connection)
        connection.execute(
            "INSERT INTO device (kind, owner, name, part) VALUES ('position', 'snow', 'v0', '')"
        )
        add_winter(connection, 1, START)
        assert len(connection.execute("SELECT show_chunks('stretch')").fetchall()) > 25
        [(device,)] = connection.execute("SELECT device_id FROM device")
        with connection.transaction():
            store(connection, one_pass(device, START, 1))
            by_index, through = stretches_read(connection)
        looked_up = look_up_of_latest(connection, 1)
    assert (by_index, through) == (3, 0)
    assert looked_up == ("Index Scan", "treatment_pkey", ["segment_id", "direction", "action"], 1)


KEPT = {
    "position": "SELECT d.name, time, digest FROM position JOIN device d USING (device_id) ORDER BY 1, 2, 3",
    "evidence": "SELECT vehicle, time, observation - 'device_id' FROM evidence ORDER BY 1, 2",
    "horizon": "SELECT time FROM raw_horizon",
    "flow and snow": "SELECT (SELECT count(*) FROM flow), (SELECT count(*) FROM snow)",
    "hold": "SELECT hold_id, contract FROM hold",
}


def house_kept(url: str) -> dict[str, Any]:
    """A night, housekeeping as the midnight is to be dropped, the night once more, and what there is then."""
    under_hold = fix("v9", 0, 0, random.Random(2), contract="A")
    play(url, [[*night(), under_hold]])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO hold (contractor, contract, reason) VALUES ('snow', 'A', 'tvist')")
        now = MIDNIGHT + timedelta(days=14, hours=3)
        list(keep_house(connection, Settings(raw_days=14), now))
    tables: dict[str, Any] = play(url, [night()])
    with psycopg.connect(url) as connection:
        return tables | {name: connection.execute(query).fetchall() for name, query in KEPT.items()}


def test_housekeeping_keeps_the_same_with_chunks_and_without(timescale_url: str, plain_url: str) -> None:
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        before = play(plain_url, [night()])
        assert not connection.execute("SELECT show_chunks('position')").fetchall()
    found, expected = house_kept(timescale_url), house_kept(plain_url)
    assert found == expected
    assert all(found.values())
    assert found["stretch"] == before["stretch"]
    assert min(time for _, time, _ in found["position"]) >= MIDNIGHT
    with psycopg.connect(timescale_url) as connection:
        assert len(connection.execute("SELECT show_chunks('position')").fetchall()) == 1


COLUMNAR = ("position", "flow", "snow", "stretch", "flow_window")


def compress(url: str) -> None:
    """Do now what the compression policies would do in some days."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in COLUMNAR:
            connection.execute(
                "SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks(%s) AS c", [table]
            )


def test_late_data_into_compressed_chunks(timescale_url: str, plain_url: str) -> None:
    """New rows, the same again, corrections, and a changed input: derived rows in compressed chunks go and come."""
    messages = night()
    random.Random(8).shuffle(messages)
    expected = play(plain_url, [messages])
    for at in range(0, len(messages), 40):
        found = play(timescale_url, [messages[at : at + 40], messages[at : at + 10]])
        compress(timescale_url)
    assert found == expected
    with psycopg.connect(timescale_url) as connection:
        states = connection.execute(
            "SELECT hypertable_name, bool_and(is_compressed) FROM timescaledb_information.chunks"
            " WHERE hypertable_name = ANY (%s) GROUP BY 1",
            [list(COLUMNAR)],
        ).fetchall()
    assert dict(states) == dict.fromkeys(COLUMNAR, True)
    for url in (timescale_url, plain_url):
        with psycopg.connect(url, autocommit=True) as connection:
            for meaning in (PLOUGHING, 0):
                name_actions(connection, "snow", {"Plogning": meaning})
                assert renew_due(connection) == 25
            for metres in (70, 50):
                threshold(connection, "accuracy_max_m", metres)
                assert renew_due(connection) > 25
    assert play(timescale_url, []) == expected == play(plain_url, [])


def test_a_delete_opens_its_own_devices_alone(timescale_url: str) -> None:
    noise = random.Random(3)
    batch = [fix(f"v{vehicle}", 5.0 * at, 40.0 * at, noise) for vehicle in range(20) for at in range(60)]
    play(timescale_url, [batch])
    compress(timescale_url)
    with psycopg.connect(timescale_url, autocommit=True) as connection:
        columns.register(connection)
        limit = "timescaledb.max_tuples_decompressed_per_dml_transaction"
        connection.execute("SELECT set_config(%s, '400', false)", [limit])
        rows = connection.execute("SELECT count(*), min(device_id) FROM stretch").fetchone()
        assert rows is not None
        assert rows[0] > 800
        always = (np.array([rows[1]]), np.array([0]), np.array([2 * RECEIVED_US]))
        gone = stretches.existing(connection, *always)
        stretches.replace(connection, gone, gone[:0])
        assert len(gone) > 0
        assert not len(stretches.existing(connection, *always))


POLICY_OF = "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = %s ORDER BY job_id"


def run_policies(url: str, procedure: str) -> None:
    """Run what the extension's own scheduler would, which the build of the tests has not."""
    with psycopg.connect(url, autocommit=True) as connection:
        for [job] in connection.execute(POLICY_OF, [procedure]).fetchall():
            connection.execute(f"CALL run_job({job:d})")


def traffic(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """What the API's role sees of hours and days."""
    with psycopg.connect(url) as connection:
        connection.execute("SET ROLE vinterkoll_api")
        return {
            name: connection.execute(
                f"SELECT d.owner, d.name, d.part, v.* FROM {name} v JOIN device d USING (device_id) ORDER BY 1, 2, 3, v.time"
            ).fetchall()
            for name in ("flow_hour", "flow_day")
        }


def without_ids(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {name: [(*row[:3], *row[4:]) for row in rows] for name, rows in found.items()}


def test_hours_and_days_of_traffic_are_the_same_after_a_refresh(timescale_url: str, plain_url: str) -> None:
    """The counter goes on for four hours around the Swedish midnight; what comes late lies behind what is aggregated."""
    measured = {"averageVehicleSpeed": 49.9, "occupancy": 0.1}
    passing = [flow("counter", 5.0 * at - 120, intensity=at % 7, **measured) for at in range(48)]
    late = [flow("counter", -700.0, intensity=3), *passing[1::3]]
    early = [one for one in passing if one not in late]
    for url in (timescale_url, plain_url):
        play(url, [early])
    run_policies(timescale_url, "policy_refresh_continuous_aggregate")
    before = without_ids(traffic(timescale_url))
    assert before == without_ids(traffic(plain_url))
    for url in (timescale_url, plain_url):
        play(url, [late])
    assert without_ids(traffic(timescale_url)) == before
    run_policies(timescale_url, "policy_refresh_continuous_aggregate")
    after = without_ids(traffic(timescale_url))
    assert after == without_ids(traffic(plain_url)) != before
    assert len(after["flow_day"]) == 2
    assert {row[3].minute for row in after["flow_hour"]} == {0}


def test_days_of_areas_are_the_same_after_a_refresh(timescale_url: str, plain_url: str) -> None:
    """What comes late lies behind what is aggregated; the views above it need no refresh of their own."""
    for url in (timescale_url, plain_url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("TRUNCATE network, network_segment, segment RESTART IDENTITY CASCADE")
            add_town(connection)
            add_stretches(connection, 200, random.Random(1))
    run_policies(timescale_url, "policy_refresh_continuous_aggregate")
    for url in (timescale_url, plain_url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("UPDATE stretch SET seq = seq + 1000")
            add_stretches(connection, 50, random.Random(2))
    run_policies(timescale_url, "policy_refresh_continuous_aggregate")
    for url in (timescale_url, plain_url):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            expected = slow_days(connection)
            assert all(expected)
            assert viewed(connection) == expected


def test_the_compression_policy_takes_late_rows_into_the_columns(timescale_url: str) -> None:
    noise = random.Random(3)
    batch = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(60)]
    play(timescale_url, [batch[::2]])
    run_policies(timescale_url, "policy_compression")
    assert uncompressed(timescale_url) == (0, 30)
    play(timescale_url, [batch[1::2]])
    assert uncompressed(timescale_url) == (30, 60)
    run_policies(timescale_url, "policy_compression")
    assert uncompressed(timescale_url) == (0, 60)


def uncompressed(url: str) -> tuple[int, int]:
    """How many positions lie beside the columns, and how many there are."""
    with psycopg.connect(url) as connection:
        chunks = connection.execute("SELECT show_chunks('position')::text").fetchall()
        beside = sum(len(connection.execute(f"SELECT FROM ONLY {chunk}").fetchall()) for [chunk] in chunks)
        return beside, len(connection.execute("SELECT FROM position").fetchall())


def test_policies_are_listed(timescale_url: str, plain_url: str) -> None:
    run_policies(timescale_url, "policy_compression")
    with psycopg.connect(plain_url) as connection:
        assert [(one.name, one.overdue) for one in policies.policies(connection)] == [("housekeeping", False)]
        connection.execute("UPDATE raw_horizon SET kept_house_at = now() - interval '3 days'")
        assert [one.overdue for one in policies.policies(connection)] == [True]
    with psycopg.connect(timescale_url) as connection:
        housekeeping, *jobs = policies.policies(connection)
    assert "0 holds" in housekeeping.what
    assert len(jobs) == len(COLUMNAR) + 3
    assert not any(job.failed or job.overdue for job in jobs)
    assert sum(job.name.endswith((" of flow_hour", " of flow_day")) for job in jobs) == 2


RAN = """
    INSERT INTO _timescaledb_internal.bgw_job_stat
    SELECT job_id, now(), now(), '-infinity', now() - make_interval(hours => %s), %s, 1, '0', '0', 1, 0, 0, 0, 0, 0
    FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression'
"""
"""As the extension's own scheduler notes it, which the build of the tests has not: each half a day."""


@pytest.mark.parametrize(
    ("hours_ago", "went_well", "expected"),
    [(24, True, (False, False)), (26, True, (False, True)), (1, False, (True, False))],
)
def test_jobs_that_do_not_run_are_overdue(
    timescale_url: str, hours_ago: int, went_well: bool, expected: tuple[bool, bool]
) -> None:
    with psycopg.connect(timescale_url) as connection:  # and roll back
        connection.execute(RAN, [hours_ago, went_well])
        found = policies.policies(connection)
        connection.rollback()
    jobs = [one for one in found if "compression" in one.name]
    assert {(one.failed, one.overdue) for one in jobs} == {expected}


def test_jobs_that_never_ran_are_overdue_when_they_had_time_to(timescale_url: str) -> None:
    with psycopg.connect(timescale_url) as connection:
        connection.execute("UPDATE schema_migration SET applied_at = now() - interval '4 hours'")
        found = policies.policies(connection)
        connection.rollback()
    overdue = {one.schedule for one in found if one.overdue}
    assert overdue == {"00:15:00", "01:00:00"}, "and not what runs twice a day"
