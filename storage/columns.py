"""numpy columns to PostgreSQL binary arrays and back, without a Python object per value.

Wire format: PostgreSQL's array_send (src/backend/utils/adt/arrayfuncs.c): dimensions, null flag, element type, then
size and lower bound of the dimension, then each element as its length and its bytes.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

EPOCH_2000_US: Final = 946_684_800_000_000
"""PostgreSQL counts microseconds from 2000-01-01."""

_HEADER: Final = struct.Struct(">iiIii")


@dataclass(frozen=True, slots=True)
class Column:
    """Base of the parameters below: one array parameter of a statement."""

    values: NDArray[Any]
    element_oid: ClassVar[int]
    array_oid: ClassVar[int]
    wire: ClassVar[str]

    def encoded(self) -> bytes:
        """Return the array in PostgreSQL's binary format."""
        count = len(self.values)
        if not count:
            return struct.pack(">iiI", 0, 0, self.element_oid)
        cells = np.empty(count, [("length", ">i4"), ("value", self.wire)])
        cells["length"] = np.dtype(self.wire).itemsize
        cells["value"] = self.values
        return _HEADER.pack(1, 0, self.element_oid, count, 1) + cells.tobytes()


class Smallints(Column):
    element_oid, array_oid, wire = 21, 1005, ">i2"


class Integers(Column):
    element_oid, array_oid, wire = 23, 1007, ">i4"


class Bigints(Column):
    element_oid, array_oid, wire = 20, 1016, ">i8"


class Reals(Column):
    """NaN stays NaN: a statement turns it into NULL with `nullif(x, 'NaN')`."""

    element_oid, array_oid, wire = 700, 1021, ">f4"


class Doubles(Column):
    element_oid, array_oid, wire = 701, 1022, ">f8"


class Instants(Column):
    """Microseconds since 1970 as timestamptz."""

    element_oid, array_oid, wire = 1184, 1185, ">i8"

    def encoded(self) -> bytes:
        return (
            Bigints.encoded(Instants(self.values - EPOCH_2000_US))
            if len(self.values)
            else Column.encoded(self)
        )


class Texts(Column):
    """Strings; `""` becomes NULL."""

    element_oid, array_oid, wire = 25, 1009, ""

    def encoded(self) -> bytes:
        count = len(self.values)
        if not count:
            return struct.pack(">iiI", 0, 0, self.element_oid)
        cells = []
        for text in self.values.tolist():
            raw = text.encode()
            cells.append(struct.pack(">i", len(raw)) + raw if raw else b"\xff\xff\xff\xff")
        return _HEADER.pack(1, 1, self.element_oid, count, 1) + b"".join(cells)


PARAMETERS: Final = (Smallints, Integers, Bigints, Reals, Doubles, Instants, Texts)


def _dumper(column: type[Column]) -> type[Dumper]:
    class ColumnDumper(Dumper):
        format = Format.BINARY
        oid = column.array_oid

        def dump(self, obj: Column) -> Buffer:
            return obj.encoded()

    return ColumnDumper


_RESULTS: Final = {
    1005: (">i2", np.dtype(np.int64), 0),
    1007: (">i4", np.dtype(np.int64), 0),
    1016: (">i8", np.dtype(np.int64), 0),
    1021: (">f4", np.dtype(np.float64), 0),
    1022: (">f8", np.dtype(np.float64), 0),
    1185: (">i8", np.dtype(np.int64), EPOCH_2000_US),
}
"""Array type to its element on the wire, the dtype it becomes, and what is added."""


def _loader(wire: str, dtype: np.dtype[Any], offset: int) -> type[Loader]:
    class ColumnLoader(Loader):
        format = Format.BINARY

        def load(self, data: Buffer) -> NDArray[Any]:
            raw = bytes(data)
            if raw[:4] == b"\0\0\0\0":
                return np.empty(0, dtype)
            if raw[4:8] != b"\0\0\0\0":
                raise psycopg.DataError(
                    "an array with NULL was read as a column: coalesce it in the statement"
                )
            cells = np.frombuffer(raw, [("length", ">i4"), ("value", wire)], offset=_HEADER.size)
            values: NDArray[Any] = cells["value"].astype(dtype)
            return values + offset if offset else values

    return ColumnLoader


def register(connection: "psycopg.Connection[Any]") -> None:
    """Teach `connection` to send the classes above and to read arrays as numpy columns (with binary=True)."""
    for column in PARAMETERS:
        connection.adapters.register_dumper(column, _dumper(column))
    for oid, (wire, dtype, offset) in _RESULTS.items():
        connection.adapters.register_loader(oid, _loader(wire, dtype, offset))


def fetch_columns(
    connection: "psycopg.Connection[Any]", statement: str, parameters: dict[str, object], names: Iterable[str]
) -> dict[str, NDArray[Any]]:
    """Run a query and return its result as columns, in the order of the query.

    `statement` must give numeric or timestamptz columns called `names`, none of them NULL.
    """
    names = list(names)
    aggregates = ", ".join(f"coalesce(array_agg({name}), '{{}}')" for name in names)
    query = f"SELECT {aggregates} FROM ({statement}) AS rows"  # noqa: S608 - both are ours
    row = connection.execute(query, parameters, binary=True).fetchone()
    assert row is not None, "an aggregate without GROUP BY gives one row"  # noqa: S101
    return dict(zip(names, row, strict=True))
