"""Table `delivery`: how many observations each supplier has delivered, and how long after the event they came."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.observations import IntColumn, ObservationKind
from vinterkoll.storage.columns import Bigints, Doubles, Texts
from vinterkoll.storage.reading import Connection, fetch_all
from vinterkoll.storage.tally import NOT_REGISTERED

BOUNDS_S: Final = (10.0, 60.0, 300.0, 3_600.0, 21_600.0, 86_400.0, np.inf)
"""Classes of delay: as it should be, still live on the map, a period of a counter, a dead zone, a shift, a day, later."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What a batch adds, of one kind: columns (k,), one row a supplier and class of delay."""

    kind: ObservationKind
    supplier: NDArray[np.object_]
    within_s: NDArray[np.float64]
    count: IntColumn
    delay_ms: IntColumn


class Delivered(NamedTuple):
    """All that was delivered of one supplier and kind: for each of BOUNDS_S how many came within it, and the delays' sum."""

    supplier: str
    kind: str
    within: list[int]
    delay_s: float


def summed(kind: ObservationKind, supplier: NDArray[np.object_], delay_us: IntColumn) -> Deliveries:
    """Sum up observations by supplier and class of delay.

    Parameters
    ----------
    supplier : (n,) object
        A text each, "" where nobody is named.
    delay_us : (n,) int64
        From event to receipt; below 0 counts as 0.

    Examples
    --------
    >>> one = summed("flow", np.array(["a", "a", "b"], object), np.array([-5, 3_000_000, 11_000_000]))
    >>> one.supplier.tolist(), one.within_s.tolist(), one.count.tolist(), one.delay_ms.tolist()
    (['a', 'b'], [10.0, 60.0], [2, 1], [3000, 11000])
    >>> len(summed("flow", np.array([], object), np.array([], np.int64)).count)
    0
    """
    delay_ms = np.maximum(delay_us, 0) // 1_000
    names, of_name = np.unique(supplier, return_inverse=True)
    of_class = np.searchsorted(np.array(BOUNDS_S) * 1_000, delay_ms)
    groups, of_group = np.unique(of_name * len(BOUNDS_S) + of_class, return_inverse=True)
    sums = np.zeros(len(groups), np.int64)
    np.add.at(sums, of_group, delay_ms)
    return Deliveries(
        kind,
        names[groups // len(BOUNDS_S)],
        np.array(BOUNDS_S)[groups % len(BOUNDS_S)],
        np.bincount(of_group, minlength=len(groups)).astype(np.int64),
        sums,
    )


def add(connection: "psycopg.Connection[Any]", worker: str, found: Deliveries) -> None:
    """Add to the rows of `worker`."""
    connection.execute(
        """
        INSERT INTO delivery AS d (worker, supplier, kind, within_s, count, delay_ms)
        SELECT %(worker)s, coalesce(c.contractor, ''), %(kind)s, n.within_s, sum(n.count), sum(n.delay_ms)
        FROM unnest(%(supplier)b::text[], %(within_s)b::double precision[], %(count)b::bigint[], %(delay_ms)b::bigint[])
            AS n (supplier, within_s, count, delay_ms)
        LEFT JOIN (SELECT DISTINCT contractor FROM contractor) AS c ON c.contractor = n.supplier
        GROUP BY 2, 4
        ON CONFLICT (worker, supplier, kind, within_s)
        DO UPDATE SET count = d.count + excluded.count, delay_ms = d.delay_ms + excluded.delay_ms
        """,
        {
            "worker": worker,
            "kind": found.kind,
            "supplier": Texts(found.supplier),
            "within_s": Doubles(found.within_s),
            "count": Bigints(found.count),
            "delay_ms": Bigints(found.delay_ms),
        },
    )


def hand_over(connection: "psycopg.Connection[Any]", worker: str) -> None:
    """Add the rows of a worker that is forgotten to those of nobody, '': what all have delivered together never falls."""
    connection.execute(
        """
        WITH gone AS (DELETE FROM delivery WHERE worker = %s RETURNING *)
        INSERT INTO delivery AS d (worker, supplier, kind, within_s, count, delay_ms)
        SELECT '', supplier, kind, within_s, count, delay_ms FROM gone ORDER BY supplier, kind, within_s
        ON CONFLICT (worker, supplier, kind, within_s)
        DO UPDATE SET count = d.count + excluded.count, delay_ms = d.delay_ms + excluded.delay_ms
        """,
        [worker],
    )


async def delivered(connection: Connection) -> list[Delivered]:
    """Return what all workers together have counted."""
    rows = await fetch_all(
        connection,
        """
        SELECT coalesce(nullif(supplier, ''), %(other)s), kind,
               ARRAY(SELECT coalesce(sum(d.count) FILTER (WHERE d.within_s <= bound), 0)::bigint
                     FROM unnest(%(bounds)s::double precision[]) WITH ORDINALITY AS b (bound, place)
                     LEFT JOIN delivery d ON (d.supplier, d.kind) = (of.supplier, of.kind)
                     GROUP BY place ORDER BY place),
               sum(delay_ms)::double precision / 1000
        FROM delivery of GROUP BY supplier, kind ORDER BY 1, 2
        """,
        {"other": NOT_REGISTERED, "bounds": list(BOUNDS_S)},
    )
    return [Delivered._make(row) for row in rows]
