"""Table `threshold`: the versioned inputs by which fixes are flagged, the same for every worker."""

from typing import Any

import psycopg

from vinterkoll.processing.hygiene import Thresholds


def read(connection: "psycopg.Connection[Any]") -> Thresholds:
    """Return the thresholds in force. Hold the inputs (`storage.inputs`) for as long as they are used."""
    return Thresholds(**dict(connection.execute("SELECT name, value FROM threshold").fetchall()))


def write(connection: "psycopg.Connection[Any]", name: str, value: float) -> bool:
    """Set one, and tell whether it is another value than before. Call it after `storage.inputs.change`.

    Raises
    ------
    psycopg.errors.CheckViolation
        When the value is not positive and finite.
    """
    updated = connection.execute(
        "UPDATE threshold SET value = %s WHERE name = %s AND value IS DISTINCT FROM %s", [value, name, value]
    )
    return updated.rowcount == 1
