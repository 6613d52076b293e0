"""Reads the WKB of GeoPackage, with what shapely refuses: curves out of straight lines, as GDAL writes them, are unwrapped."""

import struct
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

_LINE: Final = 2
_COLLECTION: Final = 7
_COMPOUND: Final = 9
_GATHERED: Final = frozenset({5, _COMPOUND, 11})
"""Types of ISO 13249-3 that hold lines: MULTILINESTRING, COMPOUNDCURVE and MULTICURVE."""

_CURVES: Final = range(8, 13)
"""From CIRCULARSTRING to MULTISURFACE."""

_AXES: Final = (2, 3, 3, 4)
"""Numbers a place has by the thousands of its type: none, Z, M, ZM."""


class ArcError(ValueError):
    """The geometry has arcs, or other curves that are not straight."""


def geometry_of(wkb: bytes) -> shapely.Geometry | None:
    """Return the geometry, None where the bytes are none.

    Raises
    ------
    ArcError
        When it is not all straight.
    """
    try:
        kind = struct.unpack_from(_order(wkb, 0) + "I", wkb, 1)[0] % 1000
        with np.errstate(invalid="ignore"):  # a place may be NaN
            if kind in _CURVES:
                return shapely.MultiLineString(_lines(wkb, 0)[0])
            geometry = shapely.from_wkb(wkb, on_invalid="ignore")
            if kind == _COLLECTION:
                shapely.get_parts(geometry)  # where shapely finds a curve inside
            return geometry
    except NotImplementedError:
        raise ArcError from None
    except (struct.error, IndexError, shapely.errors.GEOSException):
        return None


def _order(wkb: bytes, at: int) -> str:
    return "<" if wkb[at] else ">"


def _lines(wkb: bytes, at: int) -> tuple[list[NDArray[np.float64]], int]:
    """Return the lines (n, 2) of the geometry that begins at a byte, and where it ends."""
    order = _order(wkb, at)
    code, count = struct.unpack_from(f"{order}II", wkb, at + 1)
    thousands, kind = divmod(code, 1000)
    at += 9
    if thousands >= len(_AXES) or kind not in _GATHERED | {_LINE}:
        raise ArcError
    if kind == _LINE:
        numbers = struct.unpack_from(f"{order}{count * _AXES[thousands]}d", wkb, at)
        return [np.reshape(numbers, (count, -1))[:, :2]], at + 8 * len(numbers)
    found: list[NDArray[np.float64]] = []
    for _ in range(count):
        lines, at = _lines(wkb, at)
        found += lines
    if kind == _COMPOUND:  # each begins where the one before ends
        found = [np.concatenate([found[0], *(line[1:] for line in found[1:])])]
    return found, at
