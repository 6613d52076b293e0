"""Device rows: natural key to id, and the lock that makes two writers of one vehicle take turns."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import psycopg

from vinterkoll.processing.observations import DeviceKey, IntColumn
from vinterkoll.storage.columns import Integers, Texts


class Devices:
    """The ids of the devices this process has met. A device row is never changed or deleted, so they stay true."""

    def __init__(self) -> None:
        self._ids: dict[DeviceKey, int] = {}

    def ids(self, connection: "psycopg.Connection[Any]", keys: Iterable[DeviceKey]) -> IntColumn:
        """Return the id of each key, adding rows for new ones.

        Call it outside the batch's transaction: a new row must be visible to others before they wait for its lock.
        """
        keys = list(keys)
        unknown = sorted(set(keys) - self._ids.keys())
        if unknown:
            self._add(connection, unknown)
        return np.fromiter((self._ids[key] for key in keys), np.int64, len(keys))

    def _add(self, connection: "psycopg.Connection[Any]", keys: list[DeviceKey]) -> None:
        """Insert in the order of the keys, so that two processes with the same new devices cannot deadlock."""
        parts = [Texts(np.array(column, object)) for column in zip(*keys, strict=True)]
        connection.execute(
            """
            INSERT INTO device (kind, owner, name, part)
            SELECT k, coalesce(o, ''), n, coalesce(p, '')
            FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[]) AS key (k, o, n, p)
            ON CONFLICT DO NOTHING
            """,
            parts,
        )
        rows = connection.execute(
            """
            SELECT kind, owner, name, part, device_id FROM device
            JOIN unnest(%b::text[], %b::text[], %b::text[], %b::text[]) AS key (k, o, n, p)
              ON kind = k AND owner = coalesce(o, '') AND name = n AND part = coalesce(p, '')
            """,
            parts,
        )
        self._ids.update(
            {DeviceKey(kind, owner, name, part): number for kind, owner, name, part, number in rows}
        )


def lock(connection: "psycopg.Connection[Any]", device_ids: IntColumn) -> None:
    """Lock the device rows of a batch until the transaction ends, in id order, before neighbours are read."""
    connection.execute(
        "SELECT FROM device WHERE device_id = ANY(%b) ORDER BY device_id FOR NO KEY UPDATE",
        [Integers(np.unique(device_ids))],
    )
