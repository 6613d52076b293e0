"""SWEREF 99 TM against Lantmäteriet's published check points, and there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.processing.coordinates import sweref_from_wgs84, wgs84_from_sweref, wgs84_from_tm35fin


@pytest.mark.parametrize(
    ("lat", "lon", "n", "e"),
    [
        # Lantmäteriet, "Kontrollpunkter för transformationer": latitude and longitude in degrees and minutes
        (55.0, 12 + 45 / 60, 6097106.672, 356083.438),
        (55.0, 14 + 15 / 60, 6095048.642, 452024.069),
        (57.0, 12 + 45 / 60, 6319636.937, 363331.554),
        (57.0, 19 + 30 / 60, 6326392.707, 773251.054),
    ],
)
def test_check_points(lat: float, lon: float, n: float, e: float) -> None:
    east, north = sweref_from_wgs84(np.array([lon]), np.array([lat]))
    assert east[0] == pytest.approx(e, abs=0.001)
    assert north[0] == pytest.approx(n, abs=0.001)


@given(st.floats(10, 25), st.floats(55, 69.5))
def test_there_and_back(lon: float, lat: float) -> None:
    x, y = wgs84_from_sweref(*sweref_from_wgs84(np.array([lon]), np.array([lat])))
    assert (x[0], y[0]) == (pytest.approx(lon, abs=1e-9), pytest.approx(lat, abs=1e-9))


def test_tm35fin_is_zone_35_of_utm() -> None:
    # On the central meridian the northing is 0.9996 of the meridian's arc: 6 654 072.819 m to 60° N on GRS 80.
    lon, lat = wgs84_from_tm35fin(np.array([500_000.0]), np.array([0.9996 * 6_654_072.819]))
    assert (lon[0], lat[0]) == (pytest.approx(27, abs=1e-9), pytest.approx(60, abs=1e-8))


def test_nan_and_empty() -> None:
    assert np.isnan(sweref_from_wgs84(np.array([np.nan]), np.array([63.0]))).all()
    assert [len(column) for column in sweref_from_wgs84(np.empty(0), np.empty(0))] == [0, 0]
