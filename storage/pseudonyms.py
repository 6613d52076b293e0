"""Device rows of the kind `stretch`: under which id a vehicle's stretches and treatments of one month are stored.

When the vehicle's name is taken out of such a row, what was derived stays as it is, and tells only whose contractor's it was.
"""

from datetime import datetime
from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.processing.observations import IntColumn
from vinterkoll.storage.columns import Column, Integers, Texts, fetch_columns

_KNOWN: Final = """
    SELECT n.place, p.device_id
    FROM unnest(%(place)b::integer[], %(device)b::integer[], %(month)b::text[]) AS n (place, device, month)
    JOIN device d ON d.device_id = n.device
    JOIN device p ON p.kind = 'stretch' AND p.owner = d.owner AND p.name = d.name AND p.part = n.month
"""

_ADD: Final = """
    INSERT INTO device (kind, owner, name, part)
    SELECT 'stretch', d.owner, d.name, n.month
    FROM unnest(%(device)b::integer[], %(month)b::text[]) AS n (device, month)
    JOIN device d ON d.device_id = n.device
    ORDER BY n.device, n.month
"""


def of(connection: "psycopg.Connection[Any]", device_id: IntColumn, time_us: IntColumn) -> IntColumn:
    """Return the pseudonyms of vehicles at some times, (n,) each, adding rows for new ones.

    The vehicles' rows must be locked: two writers would add one each.
    """
    month = time_us.astype("M8[us]").astype("M8[M]")
    pairs, place = np.unique(
        np.column_stack([device_id, month.astype(np.int64)]), axis=0, return_inverse=True
    )
    found = _known(connection, pairs)
    if len(missing := np.flatnonzero(found < 0)):
        connection.execute(_ADD, _parameters(pairs[missing]))
        found = _known(connection, pairs)
    pseudonyms: IntColumn = found[place.ravel()]
    return pseudonyms


def _known(connection: "psycopg.Connection[Any]", pairs: IntColumn) -> IntColumn:
    """Return the pseudonym of each (device, month), -1 where there is none."""
    parameters: dict[str, object] = {"place": Integers(np.arange(len(pairs))), **_parameters(pairs)}
    columns = fetch_columns(connection, _KNOWN, parameters, ["place", "device_id"])
    found = np.full(len(pairs), -1)
    found[columns["place"]] = columns["device_id"]
    return found


def _parameters(pairs: IntColumn) -> dict[str, Column]:
    months = pairs[:, 1].astype("M8[M]").astype(str).astype(object)
    return {"device": Integers(pairs[:, 0]), "month": Texts(months)}


def forget(connection: "psycopg.Connection[Any]", before: datetime) -> int:
    """Take the vehicle's name out of the pseudonyms of months that ended before an instant; return how many these were.

    It must not be after what positions are dropped up to: nothing of such a month is derived any more.
    """
    return connection.execute(
        """
        UPDATE device SET name = NULL
        WHERE kind = 'stretch' AND name IS NOT NULL AND part < to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM')
        """,
        [before],
    ).rowcount
