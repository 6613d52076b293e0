"""The register as CSV: checked line by line, and the same file out again."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from vinterkoll.storage.register import SHAPES, Connection, RegisterError, Table, cell_of, put, rows


def load(connection: Connection, table: Table, text: str) -> int:
    """Add or change the rows of a CSV file and return their number. Rows and columns not in it stay as they are.

    Raises
    ------
    RegisterError
        Naming the line: a column is missing or unknown, or a value is refused.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")))
    shape = SHAPES[table]
    required, names = (*shape.key, *shape.required), reader.fieldnames or []
    if not set(required) <= set(names) <= set(shape.columns) or len(set(names)) < len(names):
        more = ",".join(shape.columns[len(required) :])
        raise RegisterError(f"the first line must name the columns {','.join(required)} and may name {more}")
    count = 0
    for row in _lines(reader):
        if None in row or None in row.values():
            raise RegisterError(f"line {reader.line_num}: expected {len(names)} cells")
        try:
            put(connection, table, row)
        except RegisterError as error:
            raise RegisterError(f"line {reader.line_num}: {error}") from None
        count += 1
    return count


def _lines(reader: "csv.DictReader[str]") -> "Iterator[dict[str, str]]":
    try:
        yield from reader
    except csv.Error as error:
        raise RegisterError(f"line {reader.line_num}: {error}") from None


def dump(connection: Connection, table: Table) -> str:
    """Return a table of the register as CSV that `load` takes back."""
    output = io.StringIO()
    writer: Any = csv.writer(output, lineterminator="\n")
    writer.writerow(SHAPES[table].columns)
    for row in rows(connection, table):
        writer.writerow([cell_of(value) for value in row.values()])
    return output.getvalue()
