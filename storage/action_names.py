"""Table `action_name`: what a contractor's unknown names of actions mean. An input of derivation, see `storage.inputs`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

import psycopg

from vinterkoll.processing.actions import UNKNOWN

NAMED_ACTIONS: Final = f"""
    CASE WHEN unknown_actions IS NULL THEN actions ELSE (
        SELECT CASE WHEN count(n.text) = count(*) THEN actions & ~{UNKNOWN}::bigint ELSE actions END
               | coalesce(bit_or(n.meaning), 0)
        FROM unnest(string_to_array(unknown_actions, E'\\n')) AS sent (text)
        LEFT JOIN action_name n ON n.contractor = d.owner AND n.text = sent.text
    ) END
"""  # noqa: S608 - no input is put into the statement
"""SQL: the mask of a row of `position` whose `device` is `d`, with what its unknown names mean by now."""


class UnnamedActions(NamedTuple):
    """A name that no code is known for."""

    contractor: str
    text: str
    positions: int
    latest: datetime


def masks(connection: "psycopg.Connection[Any]", contractor: str | None = None) -> dict[tuple[str, str], int]:
    """Return what is named, of one contractor or of all: (contractor, text) to its mask, in order."""
    rows = connection.execute(
        """
        SELECT contractor, text, meaning FROM action_name
        WHERE %(contractor)s::text IS NULL OR contractor = %(contractor)s
        ORDER BY contractor COLLATE "C", text COLLATE "C"
        """,
        {"contractor": contractor},
    )
    return {(owner, text): mask for owner, text, mask in rows}


def store(connection: "psycopg.Connection[Any]", contractor: str, named: Mapping[str, int]) -> None:
    """Name texts; the mask UNKNOWN takes a name back. Call it between `inputs.change` and deriving anew."""
    connection.execute(
        "DELETE FROM action_name WHERE contractor = %s AND text = ANY(%s)",
        [contractor, list(named)],
    )
    meant = {text: mask for text, mask in named.items() if mask != UNKNOWN}
    connection.execute(
        "INSERT INTO action_name SELECT %s, * FROM unnest(%s::text[], %s::bigint[])",
        [contractor, list(meant), list(meant.values())],
    )


def note_due(connection: "psycopg.Connection[Any]", contractor: str, texts: Sequence[str]) -> None:
    """Note, as `renewals.note`, where a contractor's positions have one of `texts`: a device and day each."""
    connection.execute(
        """
        INSERT INTO rederivation (device_id, from_time, until_time)
        SELECT device_id, min(time), max(time) + interval '1 microsecond'
        FROM position JOIN device USING (device_id)
        WHERE owner = %s AND unknown_actions IS NOT NULL AND string_to_array(unknown_actions, E'\\n') && %s::text[]
        GROUP BY device_id, date_bin('1 day', time, 'epoch') ORDER BY 1, 2
        """,
        [contractor, list(texts)],
    )


def unnamed(connection: "psycopg.Connection[Any]") -> list[UnnamedActions]:
    """Return the names that nobody has given a meaning yet, a contractor's most frequent first."""
    query: LiteralString = """
        WITH sent AS (
            SELECT device_id, unknown_actions, count(*) AS positions, max(time) AS latest
            FROM position WHERE unknown_actions IS NOT NULL GROUP BY device_id, unknown_actions
        )
        SELECT d.owner, name.text, sum(positions)::bigint, max(latest)
        FROM sent JOIN device d USING (device_id)
        CROSS JOIN LATERAL unnest(string_to_array(unknown_actions, E'\\n')) AS name (text)
        LEFT JOIN action_name n ON n.contractor = d.owner AND n.text = name.text
        WHERE n.text IS NULL
        GROUP BY d.owner, name.text ORDER BY d.owner COLLATE "C", 3 DESC, name.text COLLATE "C"
    """
    return [UnnamedActions._make(row) for row in connection.execute(query)]
