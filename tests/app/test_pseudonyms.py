"""Derived rows name a vehicle by a month's pseudonym: over a month's border nothing is lost, and forgetting changes no row."""

import random
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from derived_tables import acceptance, derived, in_microseconds, reference
from stretch_messages import MIDNIGHT, RECEIVED_US, fix
from vinterkoll.app.housekeeping import keep_house
from vinterkoll.app.instants import microseconds
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.storage import columns, migrate, pseudonyms

pytestmark = pytest.mark.postgres

NEW_YEAR = MIDNIGHT - timedelta(days=14)
NEW_YEAR_S = 60 - 14 * 86_400.0
"""After `stretch_messages.START`."""
PSEUDONYMS = "SELECT owner, name, part FROM device WHERE kind = 'stretch' ORDER BY name, part"


def drive(vehicle: str) -> list[Message]:
    """A drive from two minutes before the new year on, with gaps that steps cross and bad fixes at the border."""
    noise = random.Random(4)
    found = []
    for at in range(60):
        east_m = 300 if at in {29, 31} else 0
        found.append(fix(vehicle, NEW_YEAR_S - 120 + 4.0 * at, 32.0 * at, noise, east_m=east_m, speed_kmh=29))
    return found


def test_a_drive_over_the_border_of_a_month_derives_what_the_reference_does(town_url: str) -> None:
    messages = [*drive("v0"), *drive("v1")]
    random.Random(2).shuffle(messages)
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        for at in range(0, len(messages), 17):
            accepting.accept(messages[at : at + 17])
        found, expected = derived(connection), reference(connection)
        names = connection.execute(PSEUDONYMS).fetchall()
    assert in_microseconds(found["stretch"]) == expected["stretch"]
    assert any(row[2] < NEW_YEAR < row[5] for row in found["stretch"])
    assert [row[:4] + row[5:] for row in in_microseconds(found["treatment"])] == [
        row[:4] + row[5:] for row in expected["treatment"]
    ]
    assert names == [("snow", name, month) for name in ("v0", "v1") for month in ("2025-12", "2026-01")]


def test_a_forgotten_month_keeps_its_rows_and_the_vehicle_goes_on(town_url: str) -> None:
    def rows() -> tuple[list[tuple[Any, ...]], ...]:
        tables = ("stretch", "treatment")
        return tuple(
            connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").fetchall() for table in tables
        )

    def keep(days: int, **more: Any) -> list[str]:
        return list(keep_house(connection, Settings(raw_days=30, **more), NEW_YEAR + timedelta(days=days)))

    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepting.accept(drive("v0")[:50])
        before = rows()
        assert len(keep(29)) == 2
        assert len(keep(32, vehicle_days=33)) == 2
        assert keep(32)[1] == "1 months of vehicles forgotten"
        assert rows() == before
        assert connection.execute(PSEUDONYMS).fetchall() == [
            ("snow", "v0", "2026-01"),
            ("snow", None, "2025-12"),
        ]
        assert accepting.accept(drive("v0")[50:]).rows == 0  # behind the horizon

        noise = random.Random(9)
        later = [fix("v0", 5.0 * at, 40.0 * at, noise) for at in range(-60, 0)]
        assert accepting.accept(later).rows == len(later)
        names = {(row[1], row[2] < NEW_YEAR) for row in derived(connection)["stretch"]}
        assert names == {(None, True), ("v0", False)}
        streets = connection.execute("SELECT DISTINCT owner FROM treatment JOIN device USING (device_id)")
        assert streets.fetchall() == [("snow",)]


def test_what_was_stored_before_gets_pseudonyms(empty_database_url: str) -> None:
    before = [one for one in migrate.packaged() if one.version < 14]
    [ours] = [one for one in migrate.packaged() if one.version == 14]
    with psycopg.connect(empty_database_url, autocommit=True) as connection:
        for migration in before:
            connection.execute(migration.statements.encode())
        connection.execute("""
            INSERT INTO device (kind, owner, name, part)
            VALUES ('position', 'snow', 'v0', ''), ('position', 'rain', 'v0', ''), ('flow', '', 'bron', '');
            INSERT INTO stretch (device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions)
            SELECT device, time, 0, 0, time, 1, 1, 0, 9, 1
            FROM unnest(ARRAY[1, 2]) AS device,
                 unnest(ARRAY['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z']::timestamptz[]) AS time;
            INSERT INTO treatment VALUES
                (1, 0, 0, '2026-01-01T00:00:00Z', 1, 2, '2025-12-31T23:59:59Z', ARRAY[1, 2], NULL)
        """)
        connection.execute(ours.statements.encode())
        query = "SELECT kind, owner, name, part FROM {} JOIN device USING (device_id) ORDER BY 2, 4"
        stretches = connection.execute(query.format("stretch")).fetchall()
        treatments = connection.execute(query.format("treatment")).fetchall()
        passes = "(SELECT unnest(device_ids) AS device_id FROM treatment) AS t"
        assert connection.execute(query.format(passes)).fetchall() == stretches
    assert stretches == [
        ("stretch", owner, "v0", month) for owner in ("rain", "snow") for month in ("2025-12", "2026-01")
    ]
    assert treatments == [("stretch", "rain", "v0", "2026-01")]


def test_neither_order_nor_time_tells_whose_a_pseudonym_was(database_url: str) -> None:
    """Twenty vehicles of a contractor, all of them on the road in both months: whose is the k-th pseudonym?"""
    with psycopg.connect(database_url, autocommit=True) as connection:
        columns.register(connection)
        connection.execute(
            "INSERT INTO device (kind, owner, name, part)"
            " SELECT 'position', 'snow', 'v' || at, '' FROM generate_series(10, 29) AS at"
        )
        vehicles = [number for (number,) in connection.execute("SELECT device_id FROM device ORDER BY 1")]
        drawn = [
            pseudonyms.of(
                connection,
                np.array(vehicles, np.int64),
                np.full(len(vehicles), microseconds(NEW_YEAR + timedelta(days=days))),
            )
            for days in (-1, 1)
        ]
        assert len({number for month in drawn for number in month}) == 2 * len(vehicles)
        orders = [
            [
                number
                for (number,) in connection.execute(
                    f"SELECT device_id FROM device WHERE part = '{part}' ORDER BY {by}"
                )
            ]
            for part in ("2025-12", "2026-01")
            for by in ("device_id", "ctid")
        ]
        of_december, of_january = (dict(zip(month.tolist(), vehicles, strict=True)) for month in drawn)
        told = [[of_december.get(one) or of_january[one] for one in order] for order in orders]
        assert vehicles not in told
        assert vehicles[::-1] not in told
        assert told[0] != told[2]
        described = connection.execute("SELECT * FROM device LIMIT 0").description or ()
    assert [one.name for one in described] == ["device_id", "kind", "owner", "name", "part"]
