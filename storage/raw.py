"""Raw observations: a grow-only set, written in bulk; what was there already is left as it is."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.digest import row_digest
from vinterkoll.processing.observations import IntColumn, ObservationKind, Rows, number_fields, text_fields
from vinterkoll.storage.columns import (
    Bigints,
    Column,
    Doubles,
    Instants,
    Integers,
    Reals,
    Smallints,
    Texts,
    fetch_columns,
)

_PARAMETER: Final[dict[str, tuple[type[Column], str]]] = {
    "i2": (Smallints, "smallint"),
    "i8": (Bigints, "bigint"),
    "u8": (Bigints, "bigint"),
    "f4": (Reals, "real"),
    "f8": (Doubles, "double precision"),
    "O": (Texts, "text"),
}

_NOT_SENT: Final = {"f": "'NaN'", "u": "0"}
"""What stands for NULL in a column, by the kind of its dtype."""

RANKS: Final = {"version": "'-infinity'"}
POSITION_RANKS: Final = RANKS | {"line": "0"}
"""Columns by which rows of one (device, time, seq) are ranked, before their digests, and what is below every value."""


def greatest_first(ranks: Mapping[str, str]) -> str:
    """Return the SQL order of rows that share (device, time, seq): the first counts, never by the order of arrival.

    >>> greatest_first(RANKS)
    'version DESC NULLS LAST, digest DESC'
    """
    return ", ".join([*(f"{name} DESC NULLS LAST" for name in ranks), "digest DESC"])


_KEY: Final[list[tuple[str, str, str]]] = [
    ("device_id", "integer", "device_id"),
    ("time", "timestamptz", "time"),
    ("seq", "bigint", "seq"),
    ("digest", "bigint", "digest"),
    ("version", "timestamptz", "nullif(version, 'epoch')"),
    ("received_at", "timestamptz", "received_at"),
]


def _type(rows: Rows, name: str) -> str:
    return rows.dtype[name].str.lstrip("<|")


def _statement(table: ObservationKind, rows: Rows) -> str:
    """INSERT … SELECT FROM unnest for the columns of `rows`; what was not sent becomes NULL."""
    columns = list(_KEY)
    for name in (*number_fields(rows.dtype), *text_fields(rows.dtype)):
        kind = _type(rows, name)
        none = _NOT_SENT.get(kind[0])
        columns.append((name, _PARAMETER[kind][1], name if none is None else f"nullif({name}, {none})"))
    names = ", ".join(name for name, _, _ in columns)
    arrays = ", ".join(f"%b::{kind}[]" for _, kind, _ in columns)
    values = ", ".join(value for _, _, value in columns)
    ranks = POSITION_RANKS if table == "position" else RANKS
    at_least = " AND ".join(
        f"coalesce(was.{name}, {least}) >= coalesce(best.{name}, {least})" for name, least in ranks.items()
    )
    return f"""
        WITH stored AS (
            INSERT INTO {table} ({names}) SELECT {values} FROM unnest({arrays}) AS sent ({names})
            ON CONFLICT DO NOTHING RETURNING device_id, time, seq, digest, {", ".join(ranks)}
        ), best AS (
            SELECT DISTINCT ON (device_id, time, seq) * FROM stored ORDER BY device_id, time, seq, {greatest_first(ranks)}
        )
        SELECT (SELECT count(*) FROM stored), coalesce(array_agg(device_id), '{{}}'), coalesce(array_agg(time), '{{}}')
        FROM best WHERE NOT EXISTS (
            SELECT FROM {table} was
            WHERE was.device_id = best.device_id AND was.time = best.time AND was.seq = best.seq
              AND was.digest > best.digest AND {at_least} OFFSET 0  -- a look-up each, whatever the planner thinks
        )
    """  # noqa: S608 - table and column names are ours


def insert(
    connection: "psycopg.Connection[Any]",
    kind: ObservationKind,
    device_id: IntColumn,
    received_us: IntColumn,
    rows: Rows,
) -> tuple[int, IntColumn, IntColumn]:
    """Add observations to their raw table. The devices' rows must be locked.

    Parameters
    ----------
    device_id, received_us : (n,) int64
    rows : (n,) structured array of the kind's dtype

    Returns
    -------
    count : int
        How many rows were new.
    device_id, time_us : (m,) int64, m ≤ count
        Of those from which something may follow. A row that loses to a stored one of its (device, time, seq) changes
        nothing: so of a clock that stands still, thousands of fixes at one instant are not read back for each new one.
    """
    parameters: list[Column] = [
        Integers(device_id),
        Instants(rows["time_us"]),
        Bigints(rows["seq"]),
        Bigints(row_digest(rows)),
        Instants(rows["version_us"]),
        Instants(received_us),
    ]
    for name in (*number_fields(rows.dtype), *text_fields(rows.dtype)):
        parameters.append(_PARAMETER[_type(rows, name)][0](rows[name]))  # noqa: PERF401
    row = connection.execute(_statement(kind, rows), parameters, binary=True).fetchone()
    assert row is not None, "an aggregate without GROUP BY gives one row"  # noqa: S101
    count, new_device, new_time = row
    return count, new_device, new_time


def ranges(device_id: IntColumn, time_us: IntColumn, apart_us: int) -> tuple[IntColumn, IntColumn, IntColumn]:
    """Gather the new observations of each device into ranges of time.

    Returns
    -------
    device_id, low_us, high_us : (k,) int64
        Two observations further apart than `apart_us`, with none between them, are in two ranges, so that a fix that
        comes ten hours late does not read the hours between.

    Examples
    --------
    >>> [column.tolist() for column in ranges(np.array([7, 7, 7]), np.array([50, 10, 12]), 5)]
    [[7, 7], [10, 50], [12, 50]]
    """
    order = np.lexsort((time_us, device_id))
    device, time = device_id[order], time_us[order]
    breaks = np.flatnonzero((np.diff(device) != 0) | (np.diff(time) > apart_us))
    first: NDArray[np.int64] = np.concatenate([np.zeros(min(len(order), 1), np.int64), breaks + 1])
    last = np.concatenate([breaks, np.full(min(len(order), 1), len(order) - 1)]).astype(np.int64)
    return device[first], time[first], time[last]


def first_time(
    connection: "psycopg.Connection[Any]", kind: ObservationKind, device_id: int, low_us: int, high_us: int
) -> int | None:
    """Return the time of a device's first observation with low_us ≤ time < high_us, None where there is none."""
    found = times(connection, kind, device_id, low_us, high_us, count_max=1)
    return int(found[0]) if len(found) else None


def last_time(
    connection: "psycopg.Connection[Any]", kind: ObservationKind, device_id: int, low_us: int, high_us: int
) -> int | None:
    """Return the time of a device's last observation with low_us ≤ time < high_us, None where there is none."""
    found = times(connection, kind, device_id, low_us, high_us, count_max=1, order="DESC")
    return int(found[0]) if len(found) else None


def times(
    connection: "psycopg.Connection[Any]",
    kind: ObservationKind,
    device_id: int,
    low_us: int,
    high_us: int,
    count_max: int | None = None,
    order: Literal["ASC", "DESC"] = "ASC",
) -> IntColumn:
    """Return the times (n,) of a device's observations with low_us ≤ time < high_us, each once, in order."""
    statement = f"""
        SELECT DISTINCT time FROM {kind}
        WHERE device_id = %(device)s AND time >= (%(low)b::timestamptz[])[1] AND time < (%(high)b::timestamptz[])[1]
        ORDER BY time {order} LIMIT %(count_max)s
    """  # noqa: S608 - the table is one of ours
    parameters: dict[str, object] = {
        "device": device_id,
        "low": Instants(np.array([low_us])),
        "high": Instants(np.array([high_us])),
        "count_max": count_max,
    }
    return fetch_columns(connection, statement, parameters, ["time"])["time"]
