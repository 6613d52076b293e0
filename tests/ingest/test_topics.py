"""Topic filters to formats."""

import pytest

from vinterkoll.ingest.topics import format_of

FILTERS = {
    "mip/v1/+/+/position": "mip",
    "$share/workers/mip/v1/+/positions": "mip",
    "application/+/device/+/event/up": "chirpstack",
    "#": "rest",
}


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("mip/v1/a/b/position", "mip"),
        ("mip/v1/a/positions", "mip"),
        ("application/1/device/2/event/up", "chirpstack"),
        ("application/1/device/2/event/join", "rest"),
        ("", "rest"),
    ],
)
def test_the_first_filter_that_matches(topic: str, name: str) -> None:
    assert format_of(topic, FILTERS) == name


def test_none_matches() -> None:
    assert format_of("a/b", {"a/c": "mip"}) is None
    assert format_of("a/b", {}) is None
