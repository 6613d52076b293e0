"""Table `fix_flag`: the fixes that cannot be believed. Written like stretches: only what changed."""

from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.processing.hygiene import FIX_FLAG
from vinterkoll.processing.observations import IntColumn, Rows
from vinterkoll.storage.columns import Bigints, Instants, Integers, Smallints, fetch_columns

# DISTINCT: two ranges may meet. OFFSET 0: one index look-up a range, whatever the planner thinks of the history.
_EXISTING: Final = """
    SELECT DISTINCT f.*
    FROM unnest(%(device)b::integer[], %(low)b::timestamptz[], %(high)b::timestamptz[]) AS r (device, low, high)
    CROSS JOIN LATERAL (
        SELECT device_id, time, seq, flags FROM fix_flag
        WHERE device_id = r.device AND time BETWEEN r.low AND r.high OFFSET 0
    ) AS f
"""


def existing(
    connection: "psycopg.Connection[Any]", device_id: IntColumn, low_us: IntColumn, high_us: IntColumn
) -> Rows:
    """Read the stored flags (FIX_FLAG) of fixes within some ranges of time."""
    parameters: dict[str, object] = {
        "device": Integers(device_id),
        "low": Instants(low_us),
        "high": Instants(high_us),
    }
    columns = fetch_columns(connection, _EXISTING, parameters, ["device_id", "time", "seq", "flags"])
    rows = np.empty(len(columns["time"]), FIX_FLAG)
    for column, name in zip(columns.values(), FIX_FLAG.names or (), strict=True):
        rows[name] = column
    return rows


def replace(connection: "psycopg.Connection[Any]", gone: Rows, come: Rows) -> None:
    """Delete and insert flags. The devices' rows must be locked."""
    if len(gone):
        connection.execute(
            """
            DELETE FROM fix_flag f USING unnest(%b::integer[], %b::timestamptz[], %b::bigint[]) AS k (device_id, time, seq)
            WHERE f.device_id = k.device_id AND f.time = k.time AND f.seq = k.seq
            """,
            [Integers(gone["device_id"]), Instants(gone["time_us"]), Bigints(gone["seq"])],
        )
    if len(come):
        connection.execute(
            """
            INSERT INTO fix_flag (device_id, time, seq, flags)
            SELECT * FROM unnest(%b::integer[], %b::timestamptz[], %b::bigint[], %b::smallint[])
            """,
            [
                Integers(come["device_id"]),
                Instants(come["time_us"]),
                Bigints(come["seq"]),
                Smallints(come["flags"]),
            ],
        )
