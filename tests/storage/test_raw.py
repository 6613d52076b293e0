"""Storing observations says from which of them something may follow: never too few, and few at one instant."""

import random
from typing import Any

import numpy as np
import psycopg
import pytest

from vinterkoll.processing.digest import row_digest
from vinterkoll.processing.observations import POSITION, Rows, text_fields
from vinterkoll.storage import columns, raw

pytestmark = pytest.mark.postgres

Key = tuple[int, int, int]
"""Version, line and digest, as rows of one (device, time, seq) are ranked."""


def positions(chance: random.Random, count: int, versions: list[int], lines: list[int]) -> Rows:
    """Rows of one instant and seq, with as many longitudes as can be."""
    rows = np.zeros(count, POSITION)
    for name in text_fields(POSITION):
        rows[name] = ""
    rows["time_us"] = 10**15
    rows["lon"] = [chance.uniform(10, 20) for _ in range(count)]
    rows["version_us"] = [chance.choice(versions) for _ in range(count)]
    rows["line"] = [chance.choice(lines) for _ in range(count)]
    return rows


def keys(rows: Rows) -> list[Key]:
    return list(
        zip(rows["version_us"].tolist(), rows["line"].tolist(), row_digest(rows).tolist(), strict=True)
    )


def stored(connection: "psycopg.Connection[Any]", rows: Rows) -> tuple[int, int]:
    count, device_id, time_us = raw.insert(
        connection, "position", np.full(len(rows), 1), np.full(len(rows), 10**15), rows
    )
    assert set(device_id.tolist()) <= {1}
    assert set(time_us.tolist()) <= {10**15}
    return count, len(device_id)


def test_a_row_that_loses_to_a_stored_one_is_new_but_nothing_follows(database_url: str) -> None:
    rows = positions(random.Random(1), 200, [0], [0])
    with psycopg.connect(database_url) as connection:
        columns.register(connection)
        found = [stored(connection, rows[at : at + 1]) for at in range(len(rows))]
        again = stored(connection, rows)
    digests = [digest for _, _, digest in keys(rows)]
    assert found == [(1, int(digest == max(digests[: at + 1]))) for at, digest in enumerate(digests)]
    assert again == (0, 0)


@pytest.mark.parametrize("seed", range(5))
def test_whenever_another_row_counts_than_before_it_is_said_once(database_url: str, seed: int) -> None:
    chance = random.Random(seed)
    rows = positions(chance, 60, [0, 7, 8], [0, 3, 2**63 - 1])
    counting: Key | None = None
    at = 0
    with psycopg.connect(database_url) as connection:
        columns.register(connection)
        while at < len(rows):
            batch = rows[at : at + chance.choice([1, 1, 5])]
            best = max(keys(batch))
            count, said = stored(connection, batch)
            assert count == len(batch)
            assert said == 1 or (said == 0 and counting is not None and counting > best)
            counting = best if counting is None else max(counting, best)
            at += len(batch)
