"""Edits of one key of the register along time: from an instant on, or until one. Call as `storage.register.put`."""

from datetime import UTC, datetime
from typing import Any, Final

from vinterkoll.storage.register import (
    SHAPES,
    Connection,
    RegisterError,
    Row,
    Table,
    cell_of,
    instant_of,
    put,
    rows,
)

_EVER: Final = datetime.min.replace(tzinfo=UTC)
_FOR_EVER: Final = datetime.max.replace(tzinfo=UTC)


def amend(connection: Connection, table: Table, key: Row, values: Row, begin: str) -> None:
    """Let `values` hold from `begin` on, until the row that holds then ends; "" is since ever.

    Where none holds then, a new row begins, up to the next one.

    Raises
    ------
    RegisterError
        When a value is refused, or a new row lacks a column.
    """
    start = instant_of("--from", begin) if begin else _EVER
    known = list(rows(connection, table, key))
    holds = _holding(known, start)
    if holds is None:
        until = min(
            (row["valid_from"] for row in known if row["valid_from"] and row["valid_from"] > start),
            default=None,
        )
        row: dict[str, Any] = {"valid_to": until}
    else:
        row = holds
        if begin and start != holds["valid_from"]:
            put(connection, table, _cells(holds | {"valid_to": start}))
    put(connection, table, {**_cells(row), **key, **values, "valid_from": begin})


def end(connection: Connection, table: Table, key: Row, at: str) -> None:
    """Let the row that holds at an instant hold no longer.

    Raises
    ------
    RegisterError
        When none holds then.
    """
    instant = instant_of("--at", at)
    holds = _holding(list(rows(connection, table, key)), instant)
    if holds is None or holds["valid_from"] == instant:
        raise RegisterError(f"{SHAPES[table].name(key)}: no {table} of this name holds before and at {at}")
    put(connection, table, _cells(holds | {"valid_to": instant}))


def _holding(known: list[dict[str, Any]], instant: datetime) -> dict[str, Any] | None:
    return next(
        (row for row in known if (row["valid_from"] or _EVER) <= instant < (row["valid_to"] or _FOR_EVER)),
        None,
    )


def _cells(row: dict[str, Any]) -> dict[str, str]:
    return {name: cell_of(value) for name, value in row.items()}
