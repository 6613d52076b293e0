"""Kinds along time, beside a loop over the register's rows."""

import random
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest

from town_rows import add_device, insert
from vinterkoll.processing.network import ALL_KINDS, KINDS
from vinterkoll.storage import columns, vehicle_kinds

pytestmark = pytest.mark.postgres
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def test_kinds_are_those_of_the_row_that_holds(database_url: str) -> None:
    chance = random.Random(1)
    with psycopg.connect(database_url, autocommit=True) as connection:
        columns.register(connection)
        known: dict[int, list[tuple[int, int, int]]] = {}
        insert(connection, "contractor", contractor="nord", name="Nord")
        for number in range(12):
            device = add_device(connection, "position", "nord", f"p{number}")
            known[device] = []
            hours = sorted(chance.sample(range(48), number % 4 * 2))
            for low, high in zip(hours[::2], hours[1::2], strict=True):
                kinds = chance.sample(list(KINDS), chance.randint(1, 3))
                row = {"contractor": "nord", "vehicle": f"p{number}", "name": "P", "kinds": kinds}
                limits = [BEGIN + timedelta(hours=hour) for hour in (low, high)]
                insert(connection, "vehicle", **row, valid_from=limits[0], valid_to=limits[1])
                known[device].append((low, high, sum(KINDS[one] for one in kinds)))
        always = add_device(connection, "position", "nord", "always")
        insert(connection, "vehicle", contractor="nord", vehicle="always", name="A", kinds=["gc"])
        known[always] = [(0, 48, KINDS["gc"])]
        device_id = np.array([chance.choice(list(known)) for _ in range(900)])
        hour = np.array([chance.randrange(48) for _ in range(900)])
        time_us = round(BEGIN.timestamp() * 1e6) + hour * 3_600_000_000
        found = vehicle_kinds.at(connection, device_id, time_us).tolist()
        assert vehicle_kinds.at(connection, device_id[:0], time_us[:0]).tolist() == []
    expected = [
        next((kinds for low, high, kinds in known[device] if low <= at < high), ALL_KINDS)
        for device, at in zip(device_id.tolist(), hour.tolist(), strict=True)
    ]
    assert found == expected
    assert len(set(found)) > 4
