"""`since`, `bbox` and `action`: what they mean, and what is refused."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinterkoll.api.parameters import action_bits_of, box_of, instant_of
from vinterkoll.processing.actions import BIT, CODES

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
YEARS = (datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - the offset is added in the test


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("PT8H", timedelta(hours=8)),
        ("P1D", timedelta(days=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P2W", timedelta(weeks=2)),
        ("PT0.5S", timedelta(milliseconds=500)),
        ("PT0,5S", timedelta(milliseconds=500)),
        ("PT0S", timedelta(0)),
    ],
)
def test_a_duration_is_before_now(text: str, before: timedelta) -> None:
    assert instant_of(text, NOW) == NOW - before


@given(st.integers(0, 400), st.integers(0, 99), st.integers(0, 99), st.integers(0, 9999))
def test_any_duration(days: int, hours: int, minutes: int, seconds: int) -> None:
    wanted = NOW - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert instant_of(f"P{days}DT{hours}H{minutes}M{seconds}S", NOW) == wanted


@given(st.datetimes(*YEARS), st.integers(-14 * 60, 14 * 60))
def test_any_instant_with_offset(local: datetime, offset_min: int) -> None:
    sign, minutes = "-" if offset_min < 0 else "+", abs(offset_min)
    text = f"{local.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    wanted = local.replace(tzinfo=UTC) - timedelta(minutes=offset_min)
    assert instant_of(text, NOW) == wanted
    assert instant_of(text.replace("+", " "), NOW) == wanted  # as an unescaped + arrives
    assert instant_of(text, NOW).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("2026-01-15T06:00:00", "offset"),
        ("2026-01-15", "offset"),
        ("P1Y", "no fixed length"),
        ("P1M", "no fixed length"),
        ("P1Y2M3DT4H", "no fixed length"),
        ("P", "ISO 8601"),
        ("PT", "ISO 8601"),
        ("P1DT", "ISO 8601"),
        ("8h", "ISO 8601"),
        ("-PT8H", "ISO 8601"),
        ("", "ISO 8601"),
        ("P99999999999D", "further back"),
        ("P999999D", "further back"),
        (f"P{'9' * 400}D", "further back"),
        ("PT٣H", "ISO 8601"),
        ("0001-01-01T00:00:00+14:00", "ISO 8601"),
        ("2026-01-15T25:00:00Z", "ISO 8601"),
    ],
)
def test_what_is_no_instant(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        instant_of(text, NOW)


@given(st.text())
def test_text_is_an_instant_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert instant_of(text, NOW).tzinfo is UTC


longitudes = st.floats(-180, 180)
latitudes = st.floats(-90, 90)


@given(longitudes, latitudes, longitudes, latitudes)
def test_any_box(lon: float, lat: float, other_lon: float, other_lat: float) -> None:
    (west, east), (south, north) = sorted([lon, other_lon]), sorted([lat, other_lat])
    assert box_of(f"{west!r},{south!r},{east!r},{north!r}") == (west, south, east, north)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,nan,4",
        "1,2,inf,4",
        "3,2,1,4",
        "1,4,3,2",
        "63.2,18.6,263.4,18.8",
        "1,2,3,91",
    ],
)
def test_what_is_no_box(text: str) -> None:
    with pytest.raises(ValueError, match="bbox"):
        box_of(text)


@given(st.lists(st.sampled_from(CODES), min_size=1))
def test_actions_one_by_one_or_with_commas(codes: list[str]) -> None:
    bits = action_bits_of(codes)
    assert bits == action_bits_of([",".join(codes)])
    assert {1 << bit for bit in bits} == {BIT[code] for code in codes}


@pytest.mark.parametrize("text", ["PLOUGH", "ploughing", "", "PLOUGHING,"])
def test_an_unknown_action_is_told_the_known_ones(text: str) -> None:
    with pytest.raises(ValueError, match="SNOW_STAKES"):
        action_bits_of([text])
