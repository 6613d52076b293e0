"""Device rows of the kind `stretch`: under which id a vehicle's stretches and treatments of one month are stored.

When the vehicle's name is taken out of such a row, what was derived stays as it is, and tells only whose contractor's it was.
Ids are random, below 0, and rows are added in their order: the order of the vehicles' own would tell whose it was.
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

# The first 32 bits of a UUID of version 4 are random. An id that is taken adds no row: it is to be drawn again.
_ADD: Final = """
    INSERT INTO device (device_id, kind, owner, name, part) OVERRIDING SYSTEM VALUE
    SELECT ('x' || left(gen_random_uuid()::text, 8))::bit(32)::integer | (-2147483648) AS pseudonym,
           'stretch', d.owner, d.name, n.month
    FROM unnest(%(device)b::integer[], %(month)b::text[]) AS n (device, month)
    JOIN device d ON d.device_id = n.device
    ORDER BY pseudonym
    ON CONFLICT (device_id) DO NOTHING
"""
_UNKNOWN: Final = 0
"""No id: those of vehicles are above it, those of pseudonyms below."""


def of(connection: "psycopg.Connection[Any]", device_id: IntColumn, time_us: IntColumn) -> IntColumn:
    """Return the pseudonyms of vehicles at some times, (n,) each, adding rows for new ones.

    The vehicles' rows must be locked: two writers would add one each.
    """
    month = time_us.astype("M8[us]").astype("M8[M]")
    pairs, place = np.unique(
        np.column_stack([device_id, month.astype(np.int64)]), axis=0, return_inverse=True
    )
    found = _known(connection, pairs)
    while len(missing := np.flatnonzero(found == _UNKNOWN)):
        connection.execute(_ADD, _parameters(pairs[missing]))
        found = _known(connection, pairs)
    pseudonyms: IntColumn = found[place.ravel()]
    return pseudonyms


def _known(connection: "psycopg.Connection[Any]", pairs: IntColumn) -> IntColumn:
    """Return the pseudonym of each (device, month), `_UNKNOWN` where there is none."""
    parameters: dict[str, object] = {"place": Integers(np.arange(len(pairs))), **_parameters(pairs)}
    columns = fetch_columns(connection, _KNOWN, parameters, ["place", "device_id"])
    found = np.full(len(pairs), _UNKNOWN)
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
