"""Which kinds of segment vehicles treat by the register, along time: read once a vehicle, not once a fix."""

from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.processing.network import ALL_KINDS, KINDS
from vinterkoll.processing.observations import IntColumn
from vinterkoll.storage.columns import Integers, fetch_columns

_EVER: Final = "2000-01-01T00:00:00Z"
"""No observation is older: its time would be rejected."""
_NEVER: Final = "2101-01-01T00:00:00Z"
_MASK: Final = " + ".join(f"{bit} * ('{kind}' = ANY (v.kinds))::integer" for kind, bit in KINDS.items())

# OFFSET 0 keeps one look-up by its key for each: as a plain join, the planner may read every registered vehicle for each.
_ROWS: Final = f"""
    SELECT d.device_id, v.begin, v.until, v.kinds
    FROM device d CROSS JOIN LATERAL (
        SELECT greatest(v.valid_from, '{_EVER}') AS begin, least(v.valid_to, '{_NEVER}') AS until, {_MASK} AS kinds
        FROM vehicle v WHERE v.contractor = d.owner AND v.vehicle = d.name OFFSET 0
    ) AS v
    WHERE d.device_id = ANY (%(device)b) ORDER BY 1, 2
"""  # noqa: S608 - no input is put into the statement


def at(connection: "psycopg.Connection[Any]", device_id: IntColumn, time_us: IntColumn) -> IntColumn:
    """Return the mask of kinds that vehicles treat at some times, (n,) each: all of them where the register has no row."""
    parameters: dict[str, object] = {"device": Integers(np.unique(device_id))}
    rows = fetch_columns(connection, _ROWS, parameters, ("device_id", "begin", "until", "kinds"))
    count = len(rows["begin"])
    device = np.concatenate([rows["device_id"], device_id])
    # of one device, the row that begins last before a time or at it: rows come before what begins with them
    order = np.lexsort((np.concatenate([rows["begin"], time_us]), device))
    latest = np.maximum.accumulate(np.where(order < count, order, -1))
    row = np.empty(len(device), np.int64)
    row[order] = latest
    row = row[count:]
    known = row >= 0
    kinds = np.full(len(time_us), ALL_KINDS)
    holds = known.copy()
    holds[known] = (rows["device_id"][row[known]] == device_id[known]) & (
        time_us[known] < rows["until"][row[known]]
    )
    kinds[holds] = rows["kinds"][row[holds]]
    return kinds
