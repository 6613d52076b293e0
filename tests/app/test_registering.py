"""A change of the register in one transaction: what it affects is derived anew, and nothing else is."""

import random
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from derived_tables import acceptance, derived
from stretch_messages import RECEIVED_US, START, flow, stretch, uplink
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.registering import change, changed_ranges
from vinterkoll.storage import inputs, register_log
from vinterkoll.storage.register import RegisterError, Row, Table, put
from vinterkoll.storage.register_edits import amend, end
from vinterkoll.storage.register_spans import Span

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]

V0 = {"contractor": "snow", "vehicle": "v0"}
E4 = {"sensor": "urn:ngsi-ld:TrafficFlowObserved:E4"}
COUNTER = {"kind": "flow", "name": "E 4", "lon": "18.7", "lat": "63.3"}
EUI = "0004a30b001c0530"


def later(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat()


def edited(connection: Database, table: Table, key: Row, begin: str = "", **values: str) -> None:
    change(connection, lambda opened: amend(opened, table, key, values, begin))


def test_the_kinds_of_a_fix_are_those_of_its_time(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(stretch([40], random.Random(3)))
        everywhere = derived(connection)["stretch"]
        edited(connection, "contractor", {"contractor": "snow"}, name="Snö AB")
        edited(connection, "vehicle", V0, name="V 0", kinds="gc")
        assert derived(connection)["stretch"] == []
        edited(connection, "vehicle", V0, later(1200), kinds="carriageway")
        after = derived(connection)["stretch"]
        assert after == [row for row in everywhere if row[2] >= START + timedelta(seconds=1200)]
        assert 0 < len(after) < len(everywhere)
        change(connection, lambda opened: end(opened, "vehicle", V0, later(1200.5)))
        assert derived(connection)["stretch"] == after


def test_a_period_that_was_not_sent_is_the_registers_and_old_windows_go(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([flow("E4", minute, minutes=None, intensity=6) for minute in (1, 2)])
        assert derived(connection)["flow_window"] == []
        edited(connection, "sensor", E4, **COUNTER, period_s="3600")
        assert len(derived(connection)["flow_window"]) == 13
        edited(connection, "sensor", E4, period_s="60")
        assert [row[3] for row in derived(connection)["flow_window"]] == [12]
        edited(connection, "sensor", E4, later(90), period_s="600")
        assert [row[3] for row in derived(connection)["flow_window"]] == pytest.approx([6 + 2.4, 3, 0.6])
        edited(connection, "sensor", E4, kind="snow", mounting_height_m="3")
        assert [row[3] for row in derived(connection)["flow_window"]] == pytest.approx([2.4, 3, 0.6])


def test_a_period_that_was_sent_is_the_sensors_own(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([flow("E4", 1, minutes=1)])
        before = derived(connection)
        edited(connection, "sensor", E4, **COUNTER, period_s="3600")
        assert derived(connection) == before


def test_the_mounting_height_is_that_of_the_time_of_the_reading(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([uplink(EUI, minute, 2000, int(minute)) for minute in (1, 3)])
        values = {"kind": "snow", "name": "Torget", "lon": "18.7", "lat": "63.3", "mounting_height_m": "3"}
        edited(connection, "sensor", {"sensor": EUI}, later(0), **values)
        edited(connection, "sensor", {"sensor": EUI}, later(120), mounting_height_m="3.5", name="Torget ny")
        depths = connection.execute("SELECT name, depth_m FROM snow_depth ORDER BY time").fetchall()
    assert depths == [("Torget", 1.0), ("Torget ny", 1.5)]


def test_what_does_not_fit_changes_nothing_and_a_dry_run_shows_it(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(stretch([20], random.Random(3)))
        before = derived(connection)
        vehicle = {**V0, "name": "V 0", "kinds": "gc"}
        with pytest.raises(RegisterError, match="names the contractor snow"):
            change(connection, lambda opened: put(opened, "vehicle", vehicle))

        def both(opened: Database) -> None:
            put(opened, "contractor", {"contractor": "snow", "name": "Snö"})
            put(opened, "vehicle", vehicle)

        shown = change(connection, both, author="Anna", dry_run=True)
        assert [(one.author, one.table, one.operation) for one in shown] == [
            ("Anna", "contractor", "INSERT"),
            ("Anna", "vehicle", "INSERT"),
        ]
        assert derived(connection) == before
        assert register_log.recent(connection, 9) == []
        assert len(change(connection, both)) == 2
        assert derived(connection) != before
        assert change(connection, both) == []


def test_a_change_waits_for_no_neighbour_but_for_batches(town_url: str) -> None:
    with psycopg.connect(town_url, autocommit=True) as connection, psycopg.connect(town_url) as batch:
        version = inputs.hold(batch, DERIVATION)
        connection.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            edited(connection, "contractor", {"contractor": "snow"}, name="Snö")
        batch.commit()
        edited(connection, "contractor", {"contractor": "snow"}, name="Snö")
        assert inputs.hold(batch, DERIVATION) > version


def test_a_dry_run_holds_up_no_batch_and_waits_for_changes_only(town_url: str) -> None:
    def trial(opened: Database) -> None:
        put(opened, "contractor", {"contractor": "snow", "name": "Snö"})
        version = inputs.hold(other, DERIVATION)  # a batch goes on in the middle of it
        other.commit()
        assert inputs.version(connection) > version

    with psycopg.connect(town_url, autocommit=True) as connection, psycopg.connect(town_url) as other:
        connection.execute("SET lock_timeout = '50ms'")
        other.execute("SET lock_timeout = '50ms'")
        other.commit()
        inputs.hold(other, DERIVATION)
        assert len(change(connection, trial, dry_run=True)) == 1
        inputs.change(other)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            change(connection, trial, dry_run=True)


def test_the_register_role_can_do_it_all(town_url: str) -> None:
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept([*stretch([20], random.Random(3)), flow("E4", 1, minutes=None, intensity=6)])
        connection.execute("SET ROLE vinterkoll_register")
        edited(connection, "contractor", {"contractor": "snow"}, name="Snö AB")
        edited(connection, "vehicle", V0, name="V 0", kinds="gc")
        edited(connection, "sensor", E4, **COUNTER, period_s="60")
        found = derived(connection)
    assert (len(found["stretch"]), len(found["flow_window"])) == (0, 1)


def test_ranges_in_which_something_changed() -> None:
    """Against a twin that looks at every instant."""
    noise = random.Random(5)

    def drawn() -> list[Span]:
        borders = sorted(noise.sample(range(12), 6))
        pairs = zip(borders[::2], borders[1::2], strict=True)
        return [Span(low, high, (noise.choice("ab"),)) for low, high in pairs if noise.random() < 0.8]

    def at(spans: list[Span], instant: int) -> list[tuple[Any, ...]]:
        return [span.values for span in spans if span.low_us <= instant < span.high_us]

    for before, after in ((drawn(), drawn()) for _ in range(200)):
        ranges = list(changed_ranges(before, after))
        inside = {instant for low, high in ranges for instant in range(low, high)}
        assert inside == {instant for instant in range(12) if at(before, instant) != at(after, instant)}
