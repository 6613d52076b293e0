"""The versioned inputs of derivation: writers of rows hold them still, whoever changes them waits for all writers.

A batch that reads an old register, beside a change that does not yet see the batch's rows, would leave derived rows of
neither. So both take one lock: batches share it, a change has it alone until what it affects is derived anew. Changes
wait for each other before that, at a lock of their own, which is all that a trial of a change needs.
"""

from typing import Any, Final, LiteralString

import psycopg

_LOCK: Final = 0x696E7074
"""Advisory lock of the inputs ("inpt"); taken before any row is locked."""
_CHANGES: Final = 0x63686E67
"""Advisory lock of those who change inputs ("chng"); taken before that of the inputs."""

_ANY_NUMBER: Final[LiteralString] = (
    "set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)"
)
"""Of rows that a transaction may open in compressed chunks: else a late batch of many vehicles would be refused for ever."""


class OldRulesError(Exception):
    """Rows are already derived by later rules than this process knows."""


def hold(connection: "psycopg.Connection[Any]", derivation: int) -> int:
    """Keep the inputs as they are until the transaction ends, and return their version.

    Raises
    ------
    OldRulesError
        When derived rows follow from a later version of the rules than `derivation`, the caller's.
    """
    connection.execute(f"SELECT pg_advisory_xact_lock_shared(%s), {_ANY_NUMBER}", [_LOCK])
    # a statement after the lock sees it all
    row = connection.execute("SELECT version, derivation FROM input_version").fetchone()
    assert row is not None, "the migration wrote the one row"  # noqa: S101
    if row[1] > derivation:
        raise OldRulesError(
            f"the database was migrated to rules {row[1]} of derivation, this process knows {derivation}:"
            " stop it and start the installed version"
        )
    return int(row[0])


def version(connection: "psycopg.Connection[Any]") -> int:
    """Return the version of the inputs as it is now."""
    row = connection.execute("SELECT version FROM input_version").fetchone()
    assert row is not None, "the migration wrote the one row"  # noqa: S101
    return int(row[0])


def change(connection: "psycopg.Connection[Any]") -> None:
    """Begin to change inputs: wait for the batches under way, keep others out until the transaction ends."""
    rehearse(connection)
    connection.execute(f"SELECT pg_advisory_xact_lock(%s), {_ANY_NUMBER}", [_LOCK])
    connection.execute("UPDATE input_version SET version = version + 1")


def rehearse(connection: "psycopg.Connection[Any]") -> None:
    """Begin to change inputs in a transaction that will be rolled back: batches go on, other changes wait."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_CHANGES])
