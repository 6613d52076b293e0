"""A change of the register and all that follows from it, in one transaction: checked, noted, derived anew."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

import psycopg

from vinterkoll.app.rederivation import rederive_at_once
from vinterkoll.storage import areas, columns, inputs, register_checks, register_log
from vinterkoll.storage.network import Versions
from vinterkoll.storage.register import Table
from vinterkoll.storage.register_log import Change
from vinterkoll.storage.register_spans import Span, Spans, spans

_DERIVED_BY: Final[tuple[tuple[Literal["position", "flow"], Table, tuple[str, ...]], ...]] = (
    ("position", "vehicle", ("kinds",)),
    ("flow", "sensor", ("kind", "period_s")),
)
"""What derived rows of a kind of observation take from which table. Mounting heights are taken by a view."""


def change(
    connection: "psycopg.Connection[Any]",
    edit: Callable[["psycopg.Connection[Any]"], object],
    *,
    author: str = "",
    dry_run: bool = False,
) -> list[Change]:
    """Do an edit, all or none, derive anew what it affects, and return the rows that it changed.

    `author` is noted, else the database user. `dry_run` leaves everything as it was, derives nothing, and holds up no batch.

    Raises
    ------
    vinterkoll.storage.register.RegisterError
        When a row does not fit, or does not fit the others.
    """
    columns.register(connection)
    with connection.transaction(force_rollback=dry_run):
        (inputs.rehearse if dry_run else inputs.change)(connection)
        register_log.name_author(connection, author)
        newest, before = register_log.newest(connection), _used(connection)
        edit(connection)
        register_checks.check(connection)
        changes = register_log.after(connection, newest)
        if not dry_run:
            _derive_anew(connection, before, _used(connection))
            if any(one.table == "area" for one in changes):
                areas.renew(connection)
        return changes


def _used(connection: "psycopg.Connection[Any]") -> list[Spans]:
    return [spans(connection, table, *names) for _, table, names in _DERIVED_BY]


def _derive_anew(connection: "psycopg.Connection[Any]", before: list[Spans], after: list[Spans]) -> None:
    streets = None
    for (kind, _, _), old, new in zip(_DERIVED_BY, before, after, strict=True):
        for key in sorted(old.keys() | new.keys()):
            ranges = list(changed_ranges(old.get(key, []), new.get(key, [])))
            devices = _devices(connection, kind, key) if ranges else []
            for low_us, high_us in ranges if devices else []:
                streets = streets or Versions(connection)
                rederive_at_once(connection, kind, streets, devices, low_us, high_us)


def changed_ranges(before: Sequence[Span], after: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the ranges (low_us, high_us) in which the register says something else than before.

    >>> list(changed_ranges([Span(0, 100, ("gc",))], [Span(0, 60, ("gc",)), Span(60, 100, ("area",))]))
    [(60, 100)]
    """
    borders = sorted({border for span in (*before, *after) for border in span[:2]})
    for low_us, high_us in pairwise(borders):
        if _at(before, low_us) != _at(after, low_us):
            yield low_us, high_us


def _at(found: Sequence[Span], time_us: int) -> object:
    return next((span.values for span in found if span.low_us <= time_us < span.high_us), None)


def _devices(
    connection: "psycopg.Connection[Any]", kind: Literal["position", "flow"], key: tuple[str, ...]
) -> list[int]:
    """Return the series of a vehicle (contractor, vehicle) or of a sensor (sensor,)."""
    query = "SELECT device_id FROM device WHERE kind = %s AND (owner, name) = (%s, %s) ORDER BY device_id"
    owner, name = key if len(key) > 1 else ("", key[0])
    return [number for (number,) in connection.execute(query, [kind, owner, name])]
