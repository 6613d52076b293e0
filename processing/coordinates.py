"""WGS 84 degrees to and from SWEREF 99 TM metres, and from ETRS-TM35FIN metres, a whole column at a time."""

from functools import cache

import numpy as np
from pyproj import Transformer

from vinterkoll.processing.observations import FloatColumn


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def sweref_from_wgs84(lon: FloatColumn, lat: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return easting and northing (n,) in metres of SWEREF 99 TM (EPSG:3006); NaN where the input is NaN.

    Examples
    --------
    >>> e, n = sweref_from_wgs84(np.array([15.0]), np.array([0.0]))  # the projection's origin
    >>> round(float(e[0])), round(float(n[0]))
    (500000, 0)
    """
    return _transformed(4326, 3006, lon, lat)


def wgs84_from_sweref(e: FloatColumn, n: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return longitude and latitude (n,) in degrees of SWEREF 99 TM metres; NaN where the input is NaN.

    Examples
    --------
    >>> lon, lat = wgs84_from_sweref(np.array([500000.0]), np.array([0.0]))
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (15.0, 0.0)
    """
    return _transformed(3006, 4326, e, n)


def wgs84_from_tm35fin(e: FloatColumn, n: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return longitude and latitude (n,) in degrees of ETRS-TM35FIN (EPSG:3067) metres; NaN where the input is NaN.

    Examples
    --------
    >>> lon, lat = wgs84_from_tm35fin(np.array([500000.0]), np.array([0.0]))
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (27.0, 0.0)
    """
    return _transformed(3067, 4326, e, n)


def _transformed(source: int, target: int, x: FloatColumn, y: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    first, second = _transformer(source, target).transform(x, y)
    bad = ~(np.isfinite(first) & np.isfinite(second))
    return np.where(bad, np.nan, first), np.where(bad, np.nan, second)
