"""What is derived anew equals what would have been derived with the changed input from the start."""

import random
from typing import Any

import psycopg
import pytest

from command import fails, vinterkoll
from derived_tables import acceptance, derived
from stretch_messages import RECEIVED_US, fix, flow, stretch
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.rederivation import rederive_at_once
from vinterkoll.storage import inputs
from vinterkoll.storage.network import Versions

pytestmark = pytest.mark.postgres

DAY_US = 86_400_000_000
ONLY_PATHS = """
    INSERT INTO contractor VALUES ('snow', 'Snow');
    INSERT INTO vehicle VALUES ('snow', 'v0', 'V 0', '{gc}');
"""


def rederive_all(connection: "psycopg.Connection[Any]", low_us: int, high_us: int) -> tuple[int, int]:
    versions = Versions(connection)
    positions, flows = (
        [number for (number,) in connection.execute("SELECT device_id FROM device WHERE kind = %s", [kind])]
        for kind in ("position", "flow")
    )
    return (
        rederive_at_once(connection, "position", versions, positions, low_us, high_us),
        rederive_at_once(connection, "flow", versions, flows, low_us, high_us),
    )


def test_a_changed_input_gives_what_it_would_have_given_from_the_start(town_url: str) -> None:
    messages = [*stretch([25, 20], random.Random(3)), *(flow("counter", minute) for minute in range(9))]
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages)
        before = derived(connection)
        with connection.transaction():
            inputs.change(connection)
            connection.execute(ONLY_PATHS)
            done = rederive_all(connection, RECEIVED_US - 2 * DAY_US, RECEIVED_US + DAY_US)
        after = derived(connection)
        connection.execute("TRUNCATE position, flow, fix_flag, stretch, treatment, flow_window")
        accepting.accept(messages)
        assert after == derived(connection)
    assert len(after["stretch"]) < len(before["stretch"])
    assert after["flow_window"] == before["flow_window"]
    assert done == (45, 9)


def test_only_the_given_time_is_derived_anew(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(stretch([20], random.Random(3)))
        connection.execute("DELETE FROM stretch")
        assert rederive_all(connection, RECEIVED_US, RECEIVED_US + DAY_US) == (0, 0)
        assert not derived(connection)["stretch"]


def test_a_change_waits_for_the_batches_under_way_and_keeps_others_out(database_url: str) -> None:
    with psycopg.connect(database_url) as batch, psycopg.connect(database_url) as changer:
        version = inputs.hold(batch, DERIVATION)
        changer.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            inputs.change(changer)
        changer.rollback()
        batch.commit()
        inputs.change(changer)
        batch.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            inputs.hold(batch, DERIVATION)
        batch.rollback()
        changer.commit()
        assert inputs.hold(batch, DERIVATION) == version + 1


def test_an_old_worker_stores_nothing_once_the_rules_have_changed(town_url: str) -> None:
    messages = [fix("v0", 5.0 * at, 40.0 * at, random.Random(3)) for at in range(20)]
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(messages[:10])
        connection.execute("UPDATE input_version SET derivation = %s", [DERIVATION + 1])
        with pytest.raises(inputs.OldRulesError, match="stop it and start the installed version"):
            accepting.accept(messages[10:])
        assert connection.execute("SELECT count(*) FROM position").fetchone() == (10,)
    assert "rules" in fails(
        vinterkoll("rederive", "--from", "2026-01-01", VINTERKOLL_DATABASE_URL=town_url), 2
    )
