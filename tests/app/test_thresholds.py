"""A changed threshold gives what it would have given from the start, in every worker's next batch too."""

import random
from dataclasses import asdict

import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from stretch_messages import RECEIVED_US, stretch
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.storage import thresholds

pytestmark = pytest.mark.postgres


def test_a_new_database_has_the_values_of_the_code(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        assert thresholds.read(connection) == Thresholds()
    listed = vinterkoll("thresholds", "list", VINTERKOLL_DATABASE_URL=database_url).stdout
    assert [line.split("\t") for line in listed.splitlines()] == [
        [name, f"{value:g}", f"{value:g}"] for name, value in asdict(Thresholds()).items()
    ]


def test_set_derives_anew_and_reaches_a_worker_that_runs(town_url: str) -> None:
    messages = stretch([25, 25], random.Random(3))
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages[:40])
        before = derived(connection)["fix_flag"]
        done = vinterkoll("thresholds", "set", "accuracy_max_m", "5000", VINTERKOLL_DATABASE_URL=town_url)
        assert done.returncode == 0
        assert "derived anew" in done.stdout
        assert derived(connection)["fix_flag"] != before
        again = vinterkoll("thresholds", "set", "accuracy_max_m", "5000", VINTERKOLL_DATABASE_URL=town_url)
        assert again.stdout == "accuracy_max_m is 5000\n"
        accepting.accept(messages[40:])
        after = derived(connection)
        connection.execute("TRUNCATE position, fix_flag, stretch, treatment")
        accepting.accept(messages)
        assert derived(connection) == after


@pytest.mark.parametrize(("name", "value"), [("speed", "3"), ("hdop_max", "0"), ("hdop_max", "nan")])
def test_what_is_none_is_refused(name: str, value: str, port: int) -> None:
    url = f"postgresql://127.0.0.1:{port}/none"
    said = fails(vinterkoll("thresholds", "set", name, value, VINTERKOLL_DATABASE_URL=url), 2)
    assert name in said
