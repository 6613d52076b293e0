"""The register: what its tables hold, and rows put in and taken out. CSV, command and API all go through here.

A row holds from `valid_from` up to, not including, `valid_to`; one key may have several rows, one after the other.
Cells are texts as in CSV. Call what changes rows in a transaction of its own, after `storage.inputs.change`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias, get_args

import psycopg
import shapely
from psycopg import sql

Table: TypeAlias = Literal["contractor", "area", "contract", "vehicle", "sensor"]
Row: TypeAlias = Mapping[str, str]
Reference: TypeAlias = tuple[tuple[str, ...], Table]
Connection: TypeAlias = psycopg.Connection[Any]

TABLES: Final[tuple[Table, ...]] = get_args(Table)
"""In the order in which they refer to each other."""
VALIDITY: Final = ("valid_from", "valid_to")
"""Instants with an offset; empty: since ever, for ever."""
_LISTS: Final = ("kinds", "areas")
_DEV_EUI: Final = re.compile(r"[0-9A-Fa-f]{16}")
_YEAR_MIN: Final = 1900
_YEAR_MAX: Final = 9998
"""An instant that is in year 0 or 10000 by some time zone cannot be read back: one such row would hide its whole table."""


class RegisterError(ValueError):
    """A row does not fit the register; nothing was stored. The message names it, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a table of the register holds besides its validity."""

    key: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    """Columns that name the key of another table, which must have a row of it, of whatever time."""

    @property
    def settable(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.settable, *VALIDITY)

    def name(self, row: Mapping[str, object]) -> str:
        """Return what a row is called in messages."""
        return "/".join(str(row.get(column) or "") for column in self.key)


SHAPES: Final[dict[Table, Shape]] = {
    "contractor": Shape(("contractor",), ("name",)),
    "area": Shape(("area",), ("name", "polygon")),
    "contract": Shape(
        ("contractor", "contract"),
        ("name",),
        ("areas",),
        ((("contractor",), "contractor"), (("areas",), "area")),
    ),
    "vehicle": Shape(
        ("contractor", "vehicle"),
        ("name", "kinds"),
        ("contract",),
        ((("contractor",), "contractor"), (("contractor", "contract"), "contract")),
    ),
    "sensor": Shape(("sensor",), ("kind", "name", "lon", "lat"), ("mounting_height_m", "period_s", "owner")),
}


def put(connection: Connection, table: Table, row: Row) -> None:
    """Add a row, or change the one of the same key and beginning; optional columns that `row` lacks stay as they are.

    Raises
    ------
    RegisterError
        When a column is missing, or a cell is refused.
    """
    shape = SHAPES[table]
    cells = {"valid_from": "", **row}
    if missing := [name for name in (*shape.key, *shape.required) if name not in cells]:
        raise RegisterError(f"{shape.name(cells)}: a {table} needs {', '.join(missing)}")
    changes = [
        sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name))
        for name in cells
        if name not in (*shape.key, "valid_from")
    ]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}").format(
        sql.Identifier(table),
        _names(cells),
        sql.SQL(", ").join(sql.Placeholder() for _ in cells),
        _names((*shape.key, "valid_from")),
        sql.SQL(", ").join(changes),
    )
    try:
        values = [_value(name, cell.strip()) for name, cell in cells.items()]
        with connection.transaction():
            connection.execute(statement, values)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise RegisterError(f"{shape.name(cells)}: {error.diag.message_primary or error}") from None
    except ValueError as error:
        raise RegisterError(f"{shape.name(cells)}: {error}") from None


def remove(connection: Connection, table: Table, row: Row) -> None:
    """Take out the row of this key and `valid_from`, as if it had never been there.

    Raises
    ------
    RegisterError
        When there is none.
    """
    shape = SHAPES[table]
    cells = {"valid_from": "", **row}
    conditions = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder())
        for name in (*shape.key, "valid_from")
    ]
    statement = sql.SQL("DELETE FROM {} WHERE {}").format(
        sql.Identifier(table), sql.SQL(" AND ").join(conditions)
    )
    try:
        values = [_value(name, cells.get(name, "").strip()) for name in (*shape.key, "valid_from")]
        removed = connection.execute(statement, values).rowcount
    except (ValueError, psycopg.DataError) as error:  # the latter: U+0000
        raise RegisterError(f"{shape.name(cells)}: {error}") from None
    if removed == 0:
        raise RegisterError(f"{shape.name(cells)}: no {table} of this name begins then")


def rows(connection: Connection, table: Table, key: Row | None = None) -> Iterator[dict[str, Any]]:
    """Return the rows of a table, or of one key, by key and beginning; an open end of validity is None."""
    shape = SHAPES[table]
    query = sql.SQL("SELECT {} FROM {} {} ORDER BY {}").format(
        selection(table),
        sql.Identifier(table),
        sql.SQL("WHERE ({}) = ({})").format(_names(key), sql.SQL(", ").join(sql.Placeholder() for _ in key))
        if key
        else sql.SQL(""),
        _names((*shape.key, "valid_from")),
    )
    values = [_value(name, cell) for name, cell in (key or {}).items()]
    for found in connection.execute(query, values):
        yield as_read(table, found)


def selection(table: Table) -> sql.Composed:
    """Return the columns of a table for a SELECT, in their order; `as_read` names them."""
    ends = {"valid_from": "-infinity", "valid_to": "infinity"}  # no datetime of Python's
    return sql.SQL(", ").join(
        sql.SQL("nullif({}, {})").format(sql.Identifier(table, name), sql.Literal(ends[name]))
        if name in ends
        else sql.Identifier(table, name)
        for name in SHAPES[table].columns
    )


def as_read(table: Table, found: tuple[Any, ...]) -> dict[str, Any]:
    """Return a row that was selected: instants in UTC, polygons as WKT."""
    row = dict(zip(SHAPES[table].columns, found, strict=True))
    for name, value in row.items():
        if isinstance(value, datetime):
            row[name] = value.astimezone(UTC)
        elif name == "polygon":
            row[name] = shapely.to_wkt(shapely.from_wkb(value), rounding_precision=7)
    return row


def cell_of(value: object) -> str:
    """Return a value of a row as the text of a cell: that of `rows`, or of JSON.

    >>> cell_of(["carriageway", "gc"]), cell_of(None), cell_of(3.2)
    ('carriageway|gc', '', '3.2')

    Raises
    ------
    RegisterError
        When it is none.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list) and all(isinstance(one, str) and "|" not in one for one in value):
        return "|".join(value)
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise RegisterError(f"{value!r}: a value is a text, a number, a list of texts or null")


def _names(columns: "Mapping[str, object] | tuple[str, ...]") -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _value(name: str, cell: str) -> object:
    """Return what the database is given for a cell; it turns texts into numbers itself."""
    if name in VALIDITY:
        return instant_of(name, cell) if cell else ("-infinity" if name == "valid_from" else "infinity")
    if name in _LISTS:
        return [one.strip() for one in cell.split("|")] if cell else []
    if name == "polygon":
        return _polygon(cell)
    if name == "sensor" and _DEV_EUI.fullmatch(cell):
        return cell.lower()  # as devices have it; entities are called as they call themselves
    return cell or None


def instant_of(name: str, cell: str) -> datetime:
    """Return the instant of a cell or an option called `name`.

    Raises
    ------
    RegisterError
        When it is none, has no offset, or stands for since ever or for ever.
    """
    try:
        instant: datetime | None = datetime.fromisoformat(cell)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise RegisterError(f"{name} is an instant with its offset, 2026-02-01T00:00:00+01:00")
    if not _YEAR_MIN <= instant.year <= _YEAR_MAX:
        raise RegisterError(
            f"{name} is of the years {_YEAR_MIN} to {_YEAR_MAX}; empty is since ever, for ever"
        )
    return instant


def _polygon(cell: str) -> bytes:
    try:
        shape = shapely.from_wkt(cell)
    except shapely.errors.GEOSException:
        shape = None
    if shape is None or shape.geom_type not in {"Polygon", "MultiPolygon"} or shape.is_empty:
        raise ValueError("polygon is a POLYGON or MULTIPOLYGON as WKT, longitude before latitude")
    west, south, east, north = shape.bounds
    if not (shape.is_valid and west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise ValueError("polygon crosses itself, or is not in degrees")
    if shape.has_z or shapely.get_coordinate_dimension(shape) != 2:
        raise ValueError("polygon has heights or measures (Z, M): leave them out, an area is flat")
    found: bytes = shapely.to_wkb(shape)
    return found
