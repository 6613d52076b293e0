"""Reads a layer of lines from a GeoPackage, which is an SQLite database (OGC 12-128r19)."""

import contextlib
import sqlite3
import struct
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

import pyproj
import shapely
from pyproj.exceptions import CRSError

from vinterkoll.ingest.network.curves import ArcError, geometry_of
from vinterkoll.ingest.network.links import UNREADABLE, Feature, FeatureFile, NetworkFileError

_HEADER: Final = struct.Struct("<2sBBi")
_ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
_EMPTY: Final = 0x10
"""Bit of the flags: the geometry is empty."""

_LAYERS: Final = """
    SELECT g.table_name, g.column_name, r.organization, r.organization_coordsys_id, r.definition
    FROM gpkg_geometry_columns g LEFT JOIN gpkg_spatial_ref_sys r ON r.srs_id = g.srs_id
    ORDER BY g.table_name
"""


@contextlib.contextmanager
def open_geopackage(path: Path, layer: str) -> Iterator[FeatureFile]:
    """Open the one layer whose name `layer` (a pattern) fits; a file with one layer only needs no name.

    Raises
    ------
    NetworkFileError
        When the file is no GeoPackage, or has not just one such layer.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            table, column, crs = _layer(database, layer)
            quoted = '"' + table.replace('"', '""') + '"'
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({quoted})")]
            (count,) = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 - quoted
            rows = database.execute(f"SELECT * FROM {quoted}")  # noqa: S608
            place = columns.index(column)
            features = (Feature(dict(zip(columns, row, strict=True)), *_geometry(row[place])) for row in rows)
            yield FeatureFile(crs, columns, count, features)
    except sqlite3.Error as error:
        raise NetworkFileError(f"no GeoPackage that can be read: {error}") from None


def _layer(database: sqlite3.Connection, layer: str) -> tuple[str, str, pyproj.CRS]:
    found = database.execute(_LAYERS).fetchall()
    names = ", ".join(row[0] for row in found)
    fitting = (
        found
        if len(found) == 1
        else [row for row in found if fnmatchcase(row[0].casefold(), layer.casefold())]
    )
    if len(fitting) != 1:
        raise NetworkFileError(
            f"{len(fitting)} layers are called {layer!r}, expected one; there are: {names}. Name it as `layer` in the mapping"
        )
    table, column, organization, number, definition = fitting[0]
    try:
        return table, column, pyproj.CRS.from_user_input(f"{organization}:{number}")
    except CRSError:
        pass
    try:
        return table, column, pyproj.CRS.from_user_input(definition)
    except CRSError:
        raise NetworkFileError(f"layer {table}: its coordinate system is not known") from None


def _geometry(blob: object) -> tuple[shapely.Geometry | None, None, str]:
    """Return geometry, end nodes (never), and why there is no geometry."""
    if not isinstance(blob, bytes) or len(blob) <= _HEADER.size or blob[:2] != b"GP":
        return None, None, "no geometry"
    flags = blob[3]
    kind = flags >> 1 & 0x7
    if flags & _EMPTY or kind >= len(_ENVELOPE_BYTES):
        return None, None, "no geometry"
    try:
        return geometry_of(blob[_HEADER.size + _ENVELOPE_BYTES[kind] :]), None, UNREADABLE
    except ArcError:
        return None, None, "with arcs"
