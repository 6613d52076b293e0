"""Stretches: reading the support of what a batch touches, and writing only what changed."""

from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.observations import IntColumn, Rows
from vinterkoll.processing.spreading import SPREAD, UNKNOWN
from vinterkoll.processing.tracks import GAP_MAX_S, NO_LINE, SUPERSEDED
from vinterkoll.processing.treatment import STRETCH
from vinterkoll.storage import vehicle_kinds
from vinterkoll.storage.action_names import NAMED_ACTIONS
from vinterkoll.storage.columns import Bigints, Instants, Integers, Smallints, fetch_columns
from vinterkoll.storage.raw import POSITION_RANKS, greatest_first

RANGE_APART_US: Final = round(GAP_MAX_S * 1e6)
"""New fixes of one vehicle further apart than the longest step are read back as two ranges."""

GREATEST_FIRST: Final = greatest_first(POSITION_RANKS)

# A line counts when its first vertex does: where several share an instant, no vertex of another one is left over.
_OF_LINE: Final = f"""
    CASE WHEN p.line IS NULL THEN {NO_LINE}
         WHEN p.line = (SELECT line FROM position w WHERE w.device_id = p.device_id AND w.time = p.time AND w.seq = 0
                        ORDER BY {GREATEST_FIRST} LIMIT 1) THEN p.line
         ELSE {SUPERSEDED} END AS of_line
"""  # noqa: S608 - no input is put into the statement

_COLUMNS: Final = f"""device_id, time, seq, lon, lat, coalesce(speed_kmh, 'NaN') AS speed_kmh,
    coalesce(heading_deg, 'NaN') AS heading_deg, coalesce(accuracy_m, 'NaN') AS accuracy_m,
    coalesce(hdop, 'NaN') AS hdop, coalesce(odometer_m, 'NaN') AS odometer_m,
    {NAMED_ACTIONS} AS actions, plough_known, plough_down,
    coalesce(spread_g_per_m2, 'NaN') AS spread_g_per_m2, coalesce(spread_ml_per_m2, 'NaN') AS spread_ml_per_m2,
    coalesce(spread_width_m, 'NaN') AS spread_width_m, spread_material, line"""

_SUPPORT_NAMES: Final = (
    *("range_id", "side", "device_id", "time", "seq", "lon", "lat", "speed_kmh", "heading_deg", "actions"),
    *(
        "accuracy_m",
        "hdop",
        "odometer_m",
        "plough_known",
        "plough_down",
        "spread_g_per_m2",
        "spread_ml_per_m2",
        "spread_width_m",
        "material_id",
        "of_line",
    ),
)


def _neighbours(side: int, where: str, order: str) -> str:
    """The nearest canonical fixes of a range's one side. What is superseded stays so: it takes a new row of its instant."""
    return f"""
        SELECT * FROM (
            SELECT p.*, {_OF_LINE} FROM (
                SELECT DISTINCT ON (time, seq) {side} AS side, {_COLUMNS} FROM position
                WHERE device_id = r.device AND {where}
                ORDER BY {order}, {GREATEST_FIRST}) AS p) AS q
        WHERE of_line <> {SUPERSEDED} ORDER BY {order} LIMIT %(margin)s"""  # noqa: S608 - no input is put into the statement


_SUPPORT: Final = f"""
    SELECT r.range_id, p.*, coalesce(m.material_id, {UNKNOWN}) AS material_id
    FROM unnest(%(range_id)b::integer[], %(device)b::integer[], %(low)b::timestamptz[], %(high)b::timestamptz[])
         AS r (range_id, device, low, high)
    JOIN device d ON d.device_id = r.device
    CROSS JOIN LATERAL (
        ({_neighbours(-1, "time < r.low AND time >= r.low - %(reach)s::interval", "time DESC, seq DESC")})
        UNION ALL
        (SELECT p.*, {_OF_LINE} FROM (
            SELECT DISTINCT ON (time, seq) 0 AS side, {_COLUMNS} FROM position
            WHERE device_id = r.device AND time >= r.low AND time <= r.high
            ORDER BY time, seq, {GREATEST_FIRST}) AS p)
        UNION ALL
        ({_neighbours(1, "time > r.high AND time <= r.high + %(reach)s::interval", "time, seq")})
    ) AS p
    LEFT JOIN material m ON m.name = p.spread_material
    ORDER BY r.range_id, p.time, p.seq
"""  # noqa: S608 - no input is put into the statement


def read_support(
    connection: "psycopg.Connection[Any]",
    device_id: IntColumn,
    low_us: IntColumn,
    high_us: IntColumn,
    *,
    margin: int,
) -> dict[str, NDArray[Any]]:
    """Read the canonical fixes of some ranges and `margin` neighbours on each side, in order of range, time and seq.

    `kinds` is the mask of segment kinds the vehicle treats by the register's row of the fix's time, all of them where
    there is none.
    `side` is -1 before the range, 0 in it, 1 after it. `time` is in microseconds.
    """
    parameters: dict[str, object] = {
        "range_id": Integers(np.arange(len(device_id))),
        "device": Integers(device_id),
        "low": Instants(low_us),
        "high": Instants(high_us),
        "margin": margin,
        "reach": f"{margin * GAP_MAX_S} seconds",
    }
    support = fetch_columns(connection, _SUPPORT, parameters, _SUPPORT_NAMES)
    support["kinds"] = vehicle_kinds.at(connection, support["device_id"], support["time"])
    return support


_SPREAD_NAMES: Final = SPREAD.names or ()
_STORED_SPREAD: Final = ", ".join(f"coalesce({name}, {UNKNOWN}) AS {name}" for name in _SPREAD_NAMES)

# OFFSET 0 keeps one index look-up a range: as a plain join, the planner may read the whole history instead.
_EXISTING: Final = f"""
    SELECT DISTINCT s.*
    FROM unnest(%(device)b::integer[], %(low)b::timestamptz[], %(high)b::timestamptz[]) AS r (device, low, high)
    CROSS JOIN LATERAL (
        SELECT device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions, {_STORED_SPREAD}
        FROM stretch WHERE device_id = r.device AND time BETWEEN r.low AND r.high OFFSET 0
    ) AS s
"""  # noqa: S608 - no input is put into the statement

_STRETCH_COLUMNS: Final = {"time_us": "time", "until_us": "until_time"}


def existing(
    connection: "psycopg.Connection[Any]", device_id: IntColumn, low_us: IntColumn, high_us: IntColumn
) -> Rows:
    """Read the stored stretches (STRETCH) of steps that start within some ranges of time."""
    names = [_STRETCH_COLUMNS.get(name, name) for name in STRETCH.names or ()]
    parameters: dict[str, object] = {
        "device": Integers(device_id),
        "low": Instants(low_us),
        "high": Instants(high_us),
    }
    columns = fetch_columns(connection, _EXISTING, parameters, names)
    rows = np.empty(len(columns["time"]), STRETCH)
    for name in STRETCH.names or ():
        rows[name] = columns[_STRETCH_COLUMNS.get(name, name)]
    return rows


def differences(old: Rows, new: Rows) -> tuple[Rows, Rows]:
    """Return the rows of `old` that are not in `new`, and those of `new` that are not in `old`: both of one dtype.

    >>> old, new = np.zeros(1, STRETCH), np.zeros(2, STRETCH)
    >>> new["piece"] = [0, 1]
    >>> [len(rows) for rows in differences(old, new)]
    [0, 1]
    """
    if not len(old) or not len(new):
        return old, new
    # rows as byte strings: packed, of one length, so equal strings are equal rows
    old_bytes, new_bytes = (np.ascontiguousarray(rows).view(f"S{rows.dtype.itemsize}") for rows in (old, new))
    return old[~np.isin(old_bytes, new_bytes)], new[~np.isin(new_bytes, old_bytes)]


def replace(connection: "psycopg.Connection[Any]", gone: Rows, come: Rows) -> None:
    """Delete and insert stretches. The devices' rows must be locked; renew the treatments afterwards."""
    if len(gone):
        connection.execute(
            """
            DELETE FROM stretch s USING unnest(%b::integer[], %b::timestamptz[], %b::bigint[], %b::smallint[])
                AS k (device_id, time, seq, piece)
            WHERE s.device_id = k.device_id AND s.time = k.time AND s.seq = k.seq AND s.piece = k.piece
                  AND s.device_id = ANY (%b::integer[]) AND s.time BETWEEN (%b::timestamptz[])[1] AND (%b::timestamptz[])[1]
            """,
            [
                Integers(gone["device_id"]),
                Instants(gone["time_us"]),
                Bigints(gone["seq"]),
                Smallints(gone["piece"]),
                # once more as constants: of compressed chunks only what these let through is opened
                Integers(np.unique(gone["device_id"])),
                Instants(gone["time_us"].min(keepdims=True)),
                Instants(gone["time_us"].max(keepdims=True)),
            ],
        )
    if len(come):
        _insert(connection, come)


_STORED: Final = f"""device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions,
    {", ".join(_SPREAD_NAMES)}"""


def _insert(connection: "psycopg.Connection[Any]", rows: Rows) -> None:
    connection.execute(
        f"""
        INSERT INTO stretch ({_STORED})
        SELECT device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions,
               {", ".join(f"nullif({name}, {UNKNOWN})" for name in _SPREAD_NAMES)}
        FROM unnest(%b::integer[], %b::timestamptz[], %b::bigint[], %b::smallint[], %b::timestamptz[],
                    %b::bigint[], %b::smallint[], %b::integer[], %b::integer[], %b::bigint[],
                    {", ".join("%b::integer[]" for _ in _SPREAD_NAMES)}) AS come ({_STORED})
        """,  # noqa: S608 - no input is put into the statement
        [
            Integers(rows["device_id"]),
            Instants(rows["time_us"]),
            Bigints(rows["seq"]),
            Smallints(rows["piece"]),
            Instants(rows["until_us"]),
            Bigints(rows["segment_id"]),
            Smallints(rows["direction"]),
            Integers(rows["from_dm"]),
            Integers(rows["to_dm"]),
            Bigints(rows["actions"]),
            *(Integers(rows[name]) for name in _SPREAD_NAMES),
        ],
    )
