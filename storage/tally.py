"""Table `tally`: how often each supplier sent what was not as it should be, since the first start."""

from collections import Counter
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import psycopg

from vinterkoll.processing.hygiene import names_of
from vinterkoll.processing.observations import IntColumn, Rows
from vinterkoll.storage.columns import Bigints, Texts
from vinterkoll.storage.reading import Connection, fetch_all

NOT_REGISTERED: Final = "not registered"
"""How the one row of all suppliers that the register does not know is shown; no contractor's name has a space."""


class Count(NamedTuple):
    """What is counted: a reject by its code, or a flag by its name."""

    supplier: str
    what: Literal["reject", "flag"]
    name: str


def add(connection: "psycopg.Connection[Any]", counts: Counter[Count]) -> None:
    """Add to the tally, last in a transaction and in the order of the keys, so that two of them cannot deadlock."""
    if not counts:
        return
    suppliers, whats, names = (Texts(np.array(column, object)) for column in zip(*counts, strict=True))
    connection.execute(
        """
        INSERT INTO tally AS t (supplier, what, name, count)
        SELECT coalesce(c.contractor, ''), n.what, n.name, sum(n.count)
        FROM unnest(%b::text[], %b::text[], %b::text[], %b::bigint[]) AS n (supplier, what, name, count)
        LEFT JOIN (SELECT DISTINCT contractor FROM contractor) AS c ON c.contractor = n.supplier
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (supplier, what, name) DO UPDATE SET count = t.count + excluded.count
        """,
        [suppliers, whats, names, Bigints(np.fromiter(counts.values(), np.int64, len(counts)))],
    )


def of_flags(rows: Rows, device_id: IntColumn, flagged: Rows) -> Counter[Count]:
    """Count the flags (k,) FIX_FLAG that came with the positions (n,) of a batch, by the suppliers of their devices (n,)."""
    if not len(flagged):
        return Counter()
    devices = dict(zip(device_id.tolist(), rows["device"].tolist(), strict=True))
    pairs = zip(flagged["device_id"].tolist(), flagged["flags"].tolist(), strict=True)
    return Counter(
        Count(devices[device].owner, "flag", name) for device, mask in pairs for name in names_of(mask)
    )


async def totals(connection: Connection) -> list[tuple[str, str, str, int]]:
    """Return supplier, what, name and count of all that was counted."""
    return await fetch_all(
        connection,
        "SELECT coalesce(nullif(supplier, ''), %(other)s), what, name, count FROM tally ORDER BY 1, 2, 3",
        {"other": NOT_REGISTERED},
    )
