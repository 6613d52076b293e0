"""Positions in any coordinate system to WGS 84, a whole column at a time."""

from functools import cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from vinterkoll.ingest.formats.columns import Checks
from vinterkoll.ingest.formats.mip import DEGREE_DECIMALS
from vinterkoll.ingest.mapping.sources import MappingFault
from vinterkoll.ingest.mapping.values import BOUNDS
from vinterkoll.processing.observations import FloatColumn
from vinterkoll.processing.rejects import Reason

WGS84_EPSG = 4326
SWEREF99_TM_EPSG = 3006


def check_epsg(epsg: int) -> None:
    """Raise `MappingFault` for a code that is no system of two axes on the ground."""
    keys = ["position", "epsg"]
    try:
        system = CRS.from_epsg(epsg)
    except (CRSError, OverflowError) as error:
        raise MappingFault(keys, f"EPSG:{epsg} is no coordinate system that PROJ knows") from error
    if not (system.is_projected or system.is_geographic) or len(system.axis_info) != 2:
        raise MappingFault(keys, f"EPSG:{epsg} ({system.name}) is no system of two axes on the ground")


def wgs84(
    x: FloatColumn, y: FloatColumn, epsg: int, fields: tuple[str, str], checks: Checks
) -> tuple[FloatColumn, FloatColumn]:
    """Return longitude and latitude (n,) in degrees; refuse what has no position or one out of range."""
    for values, name, axis in ((x, fields[0], 0), (y, fields[1], 1)):
        least, most = _axes(epsg)[axis]
        outside = (values < least) | (values > most)
        checks.refuse(outside, Reason.OUT_OF_RANGE, name, f"expected {least:.10g} to {most:.10g}")
    missing = np.isnan(x) | np.isnan(y)
    checks.refuse(missing, Reason.NO_POSITION, fields[0], "expected both coordinates")
    if epsg == WGS84_EPSG:
        return x, y
    first, second = _transformer(epsg).transform(x, y)
    lon, lat = np.round(first, DEGREE_DECIMALS), np.round(second, DEGREE_DECIMALS)
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    checks.refuse(~good, Reason.OUT_OF_RANGE, fields[0], f"not on the ground that EPSG:{epsg} describes")
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


def _axes(epsg: int) -> tuple[tuple[float, float], tuple[float, float]]:
    if epsg == SWEREF99_TM_EPSG:  # too narrow for easting and northing swapped
        return BOUNDS["e"], BOUNDS["n"]
    if epsg == WGS84_EPSG:
        return BOUNDS["lon"], BOUNDS["lat"]
    return (-np.inf, np.inf), (-np.inf, np.inf)


@cache
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, WGS84_EPSG, always_xy=True)
