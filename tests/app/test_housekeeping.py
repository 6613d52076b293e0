"""The raw horizon: what is behind it is refused, deleted and frozen; what an accepted fix may still change is whole."""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from network_files import NVDB, town_line, write_geopackage
from small_town import LINES
from stretch_messages import MIDNIGHT, RECEIVED_US, START, fix, fix_in_spell, flow, uplink
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.housekeeping import keep_house
from vinterkoll.app.instants import microseconds
from vinterkoll.app.networks import import_network
from vinterkoll.app.registering import change
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.settings import Settings
from vinterkoll.app.thresholds import change as change_threshold
from vinterkoll.ingest.message import Message
from vinterkoll.processing.flow import PERIOD_MAX_S, WINDOW_US
from vinterkoll.processing.support import MARGIN
from vinterkoll.processing.tracks import GAP_MAX_S
from vinterkoll.storage import horizon, inputs, register_edits
from vinterkoll.storage.register import put
from vinterkoll.storage.register_csv import load

pytestmark = pytest.mark.postgres

Connection = psycopg.Connection[Any]

RAW_DAYS = 14
DROPPED_AT = MIDNIGHT + timedelta(days=RAW_DAYS - 1, hours=3)
"""The horizon is `MIDNIGHT` now, and what is a day older goes."""
DAY_S = 86_400.0


def keep(connection: Connection, now: datetime, **more: Any) -> list[str]:
    return list(keep_house(connection, Settings(raw_days=RAW_DAYS, **more), now))


def drive(noise: random.Random, at_s: float, vehicle: str = "v0", count: int = 30) -> list[Message]:
    """A drive of some minutes to hours, with spells of bad fixes, that begins `at_s` after a minute to midnight."""
    found, along_m = [], 0.0
    for _ in range(count):
        found.append(fix_in_spell(noise.choice(["", "", "", "away", "poor"]), vehicle, at_s, along_m, noise))
        gap_s = noise.choice([5, 5, 5, 10, 200, 295, 301])
        at_s, along_m = at_s + gap_s, along_m + min(gap_s, 10) * 8
    return found


def time_of(message: Message) -> datetime:
    body = orjson.loads(message.payload)
    return datetime.fromisoformat(body.get("time") or body["dateObserved"]["value"])


def count(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


def forget(connection: Connection) -> None:
    connection.execute(
        "TRUNCATE device, position, flow, fix_flag, stretch, treatment, flow_window, reject_message CASCADE"
    )
    connection.execute("UPDATE raw_horizon SET time = 'epoch'")


def test_the_lead_is_longer_than_any_support() -> None:
    reach_s = max(MARGIN * GAP_MAX_S, 2 * PERIOD_MAX_S + WINDOW_US / 1e6)
    assert horizon.LEAD.total_seconds() >= 2 * reach_s


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(0, 200), st.sampled_from([-1, 0]))
def test_late_data_after_housekeeping_derives_what_a_clean_run_of_the_accepted_derives(
    town_url: str, seed: int, cut: int, days: int
) -> None:
    """Vehicles drive over the instant that is dropped up to, and over the horizon."""
    noise = random.Random(seed)
    messages = [
        message
        for day in (-1, 0)
        for vehicle in ("v0", "v1")
        for message in drive(noise, day * DAY_S - noise.choice([0, 60, 900, 3000]), vehicle)
    ]
    messages += [
        flow("bron", day * 1440 + minute, noise.choice([1, 60]), intensity=abs(minute))
        for day in (-1, 0)
        for minute in range(-70, 70, 9)
    ]
    noise.shuffle(messages)
    border = MIDNIGHT + timedelta(days=days)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages[:cut])
        keep(connection, border + timedelta(days=RAW_DAYS - 1, hours=1))
        late = accepting.accept(messages[cut:])
        found = derived(connection)
        dropped = border - horizon.LEAD
        assert connection.execute("SELECT FROM position WHERE time < %s", [dropped]).fetchone() is None
        in_time = [message for message in messages[cut:] if time_of(message) >= border]
        assert [one.reject.code for one in late.rejected] == ["too_old"] * (
            len(messages[cut:]) - len(in_time)
        )
        forget(connection)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([*messages[:cut], *in_time])
        expected = derived(connection)
        forget(connection)
    expected["fix_flag"] = [row for row in expected["fix_flag"] if row[2] >= dropped]
    assert found == expected


def test_a_batch_that_was_judged_by_the_horizon_of_before_is_judged_once_more(town_url: str) -> None:
    noise = random.Random(1)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection, psycopg.connect(town_url, autocommit=True) as other:
        assert accepting.accept([fix("v0", 0, 0, noise)]).rows == 1
        keep(other, DROPPED_AT)
        accepted = accepting.accept([fix("v0", 59, 0, noise), fix("v0", 60, 0, noise)])
        assert (accepted.rows, [one.reject.code for one in accepted.rejected]) == (1, ["too_old"])
        assert connection.execute("SELECT time FROM position").fetchall() == [(START,), (MIDNIGHT,)]


def test_it_waits_for_batches_under_way(town_url: str) -> None:
    with (
        psycopg.connect(town_url) as batch,
        psycopg.connect(town_url, autocommit=True) as other,
        psycopg.connect(town_url, autocommit=True) as watching,
        ThreadPoolExecutor(1) as pool,
    ):
        inputs.hold(batch, DERIVATION)
        running = pool.submit(keep, other, DROPPED_AT)
        waits = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
        while watching.execute(waits, [other.info.backend_pid]).fetchone() is None:
            assert not running.done()
        assert horizon.read(batch) == 0
        batch.commit()
        assert running.result()[0] == "raw horizon: 2026-01-15 00:00Z"


def test_it_is_never_lowered(town_url: str) -> None:
    with psycopg.connect(town_url, autocommit=True) as connection:
        keep(connection, DROPPED_AT)
        assert keep(connection, DROPPED_AT - timedelta(days=9))[0] == "raw horizon: 2026-01-15 00:00Z"


def overdue(connection: Connection) -> bool:
    late = "SELECT FROM raw_horizon WHERE now() - kept_house_at > interval '2 days'"
    return connection.execute(late).fetchone() is not None


def missed(connection: Connection) -> None:
    connection.execute("UPDATE raw_horizon SET kept_house_at = now() - interval '3 days'")


def test_it_is_done_also_while_the_horizon_stands_still(town_url: str) -> None:
    """As after VINTERKOLL_RAW_DAYS was raised from 30 to 60."""
    with psycopg.connect(town_url, autocommit=True) as connection:
        keep(connection, DROPPED_AT)
        missed(connection)
        before = horizon.read(connection)
        keep(connection, DROPPED_AT - timedelta(days=9))
        assert (horizon.read(connection), overdue(connection)) == (before, False)


@pytest.mark.parametrize("table", ["device", "treatment"])
def test_it_is_not_done_while_what_comes_after_the_horizon_fails(town_url: str, table: str) -> None:
    """Forgetting vehicles, and dropping history, its last step."""
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([fix("v0", 5.0 * at, 40.0 * at, random.Random(1)) for at in range(9)])
        missed(connection)
        connection.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'so it is'; END $$"
        )
        connection.execute(
            f"CREATE TRIGGER fails BEFORE UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fail()"
        )
        long_after = MIDNIGHT + timedelta(days=90)
        with pytest.raises(psycopg.errors.RaiseException):
            keep(connection, long_after)
        assert horizon.read(connection) > 0
        assert overdue(connection)
        connection.execute(f"DROP TRIGGER fails ON {table}")
        keep(connection, long_after)
        assert not overdue(connection)


def test_changed_inputs_leave_what_is_frozen(town_url: str, tmp_path: Path) -> None:
    noise = random.Random(3)
    lap = [fix("v0", 5.0 * at - 7200, 40.0 * at, noise) for at in range(30)]
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([*lap, flow("bron", -120, None, intensity=4)])
        before = derived(connection)
        assert before["stretch"]
        keep(connection, DROPPED_AT)  # the raw rows of before the horizon are still there
        assert count(connection, "position") == len(lap)

        change(connection, lambda opened: put(opened, "contractor", {"contractor": "snow", "name": "Snö"}))
        vehicle = {"contractor": "snow", "vehicle": "v0"}
        change(
            connection,
            lambda opened: register_edits.amend(opened, "vehicle", vehicle, {"name": "1", "kinds": "gc"}, ""),
        )
        change_threshold(connection, "jump_min_m", 1)
        assert renew_due(connection) == 0
        rows = [(NVDB | {"ROUTE_ID": str(at)}, town_line(line)) for at, line in enumerate(LINES)]
        file = write_geopackage(tmp_path / "new.gpkg", rows)
        said = list(import_network(connection, file, Settings(), valid_from=START))
        assert "derived anew" not in said[-1]
        assert derived(connection) == before


def test_rejects_go_with_the_positions(town_url: str) -> None:
    late_us = microseconds(MIDNIGHT + timedelta(hours=2))
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([Message("x", b"old", late_us - 10**6 * 93_601), Message("x", b"new", late_us)])
        keep(connection, DROPPED_AT)
        assert connection.execute("SELECT payload FROM reject_message").fetchall() == [(b"new",)]
        assert count(connection, "reject") == 1


def test_history_is_kept_for_years(town_url: str) -> None:
    noise = random.Random(3)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([fix("v0", 3600 + 5.0 * at, 40.0 * at, noise) for at in range(30)])
        accepting.accept([flow("bron", 60, intensity=4), uplink("0004a30b001c0530", 60, 3000, 1)])
        tables = ("flow", "snow", "stretch", "treatment", "flow_window")
        keep(connection, MIDNIGHT + timedelta(days=100), history_days=100)
        assert count(connection, "position") == 0
        assert all(count(connection, table) for table in tables)
        assert (
            keep(connection, MIDNIGHT + timedelta(days=101), history_days=100)[1]
            == "history: from 2026-01-16 00:00Z"
        )
        assert not any(count(connection, table) for table in tables)


def under_holds(url: str, messages: Sequence[Message]) -> None:
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages)


def test_holds_keep_positions_as_evidence(town_url: str) -> None:
    noise = random.Random(3)
    under_holds(
        town_url,
        [
            fix("v0", -DAY_S, 0, noise, contract="A", event="E1"),
            fix("v0", 5 - DAY_S, 0, noise, contract="A", event="E2"),
            fix("v0", 10 - DAY_S, 0, noise, contract="B"),
            fix("v1", 20 - DAY_S, 0, noise),  # by the register of A
            fix("v2", 30 - DAY_S, 0, noise),
            fix("v0", 0, 0, noise, contract="A", event="E1"),
        ],
    )
    database = {"VINTERKOLL_DATABASE_URL": town_url}

    def held(*options: str) -> str:
        done = vinterkoll("holds", "add", "--contractor", "snow", "--reason", "tvist", *options, **database)
        assert done.returncode == 0, done.stderr
        said.append(done.stderr.strip())
        return done.stdout.strip()

    said: list[str] = []
    with psycopg.connect(town_url, autocommit=True) as connection:
        load(connection, "contractor", "contractor,name\nsnow,Snö\n")
        load(connection, "vehicle", "contractor,vehicle,name,kinds,contract\nsnow,v1,1,gc,A\n")
        assert held("--contract", "A", "--event", "E1", "--by", "Anna") == "1"
        assert held("--contract", "A", "--from", (START - timedelta(days=1, seconds=-3)).isoformat()) == "2"
        assert held("--contract", "A", "--to", "2026-01-01") == "3"
        assert said[:2] == ["2 stored positions are under it", "3 stored positions are under it"]
        assert said[2].startswith("warning: no stored position is under it")
        assert "5 positions" not in keep(connection, MIDNIGHT)[1]
        assert keep(connection, DROPPED_AT)[1] == "3 positions kept as evidence"
        assert count(connection, "position") == 1
        kept = connection.execute(
            "SELECT hold_id, vehicle, observation ->> 'event' FROM evidence ORDER BY hold_id, time"
        ).fetchall()
        assert kept == [(1, "v0", "E1"), (2, "v0", "E2"), (2, "v1", None)]

        listed = [line.split("\t") for line in vinterkoll("holds", "list", **database).stdout.splitlines()]
        assert [(one[0], one[3], one[6], one[8], one[9]) for one in listed] == [
            ("1", "E1", "1", "-", "tvist"),
            ("2", "-", "2", "-", "tvist"),
            ("3", "-", "0", "-", "tvist"),
        ]
        ended = vinterkoll("holds", "end", "2", "--by", "Bo", **database)
        assert ended.stdout == "2 positions deleted\n"
        assert "no hold 2 in force" in fails(vinterkoll("holds", "end", "2", **database), 2)
        assert count(connection, "evidence") == 1
        log = connection.execute(
            "SELECT author, operation, new ->> 'hold_id' FROM register_change WHERE table_name = 'hold' ORDER BY change_id"
        ).fetchall()
    assert [(one[1], one[2]) for one in log] == [
        ("INSERT", "1"),
        ("INSERT", "2"),
        ("INSERT", "3"),
        ("UPDATE", "2"),
    ]
    assert (log[0][0], log[3][0]) == ("Anna", "Bo")
    wrong = ("--contract", "A", "--contractor", "snow", "--reason", "tvist", "--from", "P1D", "--to", "P2D")
    assert "--from is before --to" in fails(vinterkoll("holds", "add", *wrong, **database), 2)


def test_the_command_and_what_a_new_database_begins_with(empty_database_url: str) -> None:
    database = {"VINTERKOLL_DATABASE_URL": empty_database_url, "VINTERKOLL_RAW_DAYS": "7"}
    assert vinterkoll("migrate", **database).returncode == 0
    with psycopg.connect(empty_database_url) as connection:
        begun_us = horizon.read(connection)
        [now] = connection.execute("SELECT now()").fetchone() or ()
    assert (
        timedelta(days=6)
        <= now - datetime.fromtimestamp(begun_us / 1e6, now.tzinfo)
        < timedelta(days=7, minutes=5)
    )
    done = vinterkoll("housekeeping", **database)
    assert done.stdout.splitlines()[0].startswith("raw horizon: 2")
    assert vinterkoll("migrate", **database).returncode == 0
