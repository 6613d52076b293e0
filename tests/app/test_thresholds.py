"""A changed threshold gives what it would have given from the start, in every worker's next batch too."""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from stretch_messages import RECEIVED_US, flow, stretch
from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.thresholds import change
from vinterkoll.ingest.message import Message
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.storage import renewals, thresholds

pytestmark = pytest.mark.postgres


def test_a_new_database_has_the_values_of_the_code(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert thresholds.read(connection) == Thresholds()
    listed = vinterkoll("thresholds", "list", VINTERKOLL_DATABASE_URL=database_url).stdout
    assert [line.split("\t") for line in listed.splitlines()] == [
        [name, f"{value:g}", f"{value:g}"] for name, value in asdict(Thresholds()).items()
    ]


def environment(url: str) -> dict[str, str]:
    """The horizon that `migrate` sets lies before the tests' winter."""
    return {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_RAW_DAYS": "36000",
        "VINTERKOLL_HISTORY_DAYS": "36500",
    }


def clean(connection: "psycopg.Connection[Any]", accepting: Acceptance, messages: list[Message]) -> Any:
    """What the messages give at once, with the thresholds as they are now."""
    connection.execute("TRUNCATE position, fix_flag, stretch, treatment")
    accepting.accept(messages)
    return derived(connection)


def test_set_derives_anew_and_reaches_a_worker_that_runs(town_url: str) -> None:
    messages = stretch([25, 25], random.Random(3))
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages[:40])
        before = derived(connection)["fix_flag"]
        done = vinterkoll("thresholds", "set", "accuracy_max_m", "5000", **environment(town_url))
        assert done.stdout.startswith("accuracy_max_m is 5000; ")
        assert "derived anew" in done.stdout
        assert derived(connection)["fix_flag"] != before
        again = vinterkoll("thresholds", "set", "accuracy_max_m", "5000", **environment(town_url))
        assert again.stdout == "accuracy_max_m is 5000\n"
        accepting.accept(messages[40:])
        after = derived(connection)
        assert clean(connection, accepting, messages) == after


def test_ingest_goes_on_between_the_change_and_the_end(town_url: str) -> None:
    messages = stretch([25, 25], random.Random(3))
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection, psycopg.connect(town_url, autocommit=True) as changing:
        accepting.accept(messages[:30])
        change(changing, "accuracy_max_m", 5000)
        accepting.accept(messages[30:])
        assert renew_due(changing)
        after = derived(connection)
        assert clean(connection, accepting, messages) == after


def test_what_a_kill_left_is_done_by_the_next_run_and_no_more(town_url: str) -> None:
    """The second vehicle's row is locked, so the run is killed when the first one is done."""
    messages = stretch([25, 20], random.Random(3))
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection, psycopg.connect(town_url, autocommit=True) as killed:
        accepting.accept(messages)
        change(killed, "accuracy_max_m", 5000)
        first, second = (due.device_id for due in renewals.due(connection))
        with connection.transaction(), ThreadPoolExecutor(1) as pool:
            connection.execute("SELECT FROM device WHERE device_id = %s FOR NO KEY UPDATE", [second])
            running = pool.submit(renew_due, killed)
            while [due.device_id for due in renewals.due(connection)] == [first, second]:
                assert not running.done()
            connection.execute("SELECT pg_terminate_backend(%s)", [killed.info.backend_pid])
            with pytest.raises(psycopg.OperationalError):
                running.result()
        assert [due.device_id for due in renewals.due(connection)] == [second]
        done = vinterkoll("rederive", **environment(town_url)).stdout
        instants = "SELECT count(DISTINCT time) FROM position WHERE device_id = %s"
        assert connection.execute(instants, [second]).fetchone() == (int(done.split()[0]),)
        after = derived(connection)
        assert clean(connection, accepting, messages) == after


def test_new_rules_are_told_by_migrate_and_followed_by_rederive(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([*stretch([9], random.Random(3)), flow("counter", 1)])
        expected = derived(connection)
        connection.execute("DELETE FROM stretch; DELETE FROM treatment; DELETE FROM flow_window")
        connection.execute("UPDATE input_version SET derivation = %s", [DERIVATION - 1])
        told = vinterkoll("migrate", **environment(town_url)).stdout
        assert "run `vinterkoll rederive`" in told
        assert len(renewals.due(connection)) == 2
        vinterkoll("rederive", **environment(town_url))
        assert derived(connection) == expected
    assert "rederive" not in vinterkoll("migrate", **environment(town_url)).stdout


@pytest.mark.parametrize(("name", "value"), [("speed", "3"), ("hdop_max", "0"), ("hdop_max", "nan")])
def test_what_is_none_is_refused(name: str, value: str, port: int) -> None:
    url = f"postgresql://127.0.0.1:{port}/none"
    said = fails(vinterkoll("thresholds", "set", name, value, VINTERKOLL_DATABASE_URL=url), 2)
    assert name in said
