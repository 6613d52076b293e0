"""The register: who the contractors, vehicles and sensors are. CSV in, CSV out, checked as a whole."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final, Literal, TypeAlias

import psycopg
from psycopg import sql

Table: TypeAlias = Literal["contractor", "vehicle", "sensor"]

COLUMNS: Final[dict[Table, tuple[str, ...]]] = {
    "contractor": ("contractor", "name"),
    "vehicle": ("contractor", "vehicle", "name", "kinds"),
    "sensor": ("sensor", "kind", "name", "lon", "lat", "mounting_height_m"),
}

_KEYS: Final[dict[Table, tuple[str, ...]]] = {
    "contractor": ("contractor",),
    "vehicle": ("contractor", "vehicle"),
    "sensor": ("sensor",),
}


class RegisterFileError(ValueError):
    """A line of the CSV does not fit; nothing was stored. The message names the line."""


def load_csv(connection: "psycopg.Connection[Any]", table: Table, text: str) -> int:
    """Add or change the rows of a CSV file, all or none, and return their number. Rows not in it stay as they are.

    `kinds` of a vehicle is a list with `|` between, e.g. `carriageway|gc`. An empty cell is "not known".

    Raises
    ------
    RegisterFileError
        When a column is missing or unknown, or a value is refused.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))
    expected = COLUMNS[table]
    if reader.fieldnames is None or set(reader.fieldnames) != set(expected):
        raise RegisterFileError(f"the first line must name the columns {','.join(expected)}")
    statement = _upsert(table)
    count = 0
    with connection.transaction():
        for row in _rows(reader):
            if None in row or None in row.values():
                raise RegisterFileError(f"line {reader.line_num}: expected {len(expected)} cells")
            try:
                with connection.transaction():
                    connection.execute(statement, [_cell(name, row[name]) for name in expected])
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                detail = error.diag.message_primary or str(error)
                raise RegisterFileError(f"line {reader.line_num}: {detail}") from None
            count += 1
    return count


def _rows(reader: "csv.DictReader[str]") -> "Iterator[dict[str, str]]":
    try:
        yield from reader
    except csv.Error as error:
        raise RegisterFileError(f"line {reader.line_num}: {error}") from None


def _cell(name: str, text: str) -> object:
    text = text.strip()
    if name == "kinds":
        return [kind.strip() for kind in text.split("|")] if text else []
    if name == "sensor" and not text.startswith("urn:"):
        return text.lower() or None  # a DevEUI, as devices have it
    return text or None


def _upsert(table: Table) -> sql.Composed:
    names, keys = COLUMNS[table], _KEYS[table]
    identifiers = [sql.Identifier(name) for name in names]
    changes = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in names if name not in keys
    ]
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
        sql.Identifier(table),
        sql.SQL(", ").join(identifiers),
        sql.SQL(", ").join(sql.Placeholder() for _ in names),
        sql.SQL(", ").join(sql.Identifier(key) for key in keys),
        sql.SQL(", ").join(changes),
    )


def dump_csv(connection: "psycopg.Connection[Any]", table: Table) -> str:
    """Return a table of the register as CSV that `load_csv` takes back."""
    names = [
        sql.SQL("array_to_string(kinds, '|')") if name == "kinds" else sql.Identifier(name)
        for name in COLUMNS[table]
    ]
    query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(names),
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(key) for key in _KEYS[table]),
    )
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    writer.writerows(connection.execute(query))
    return output.getvalue()
