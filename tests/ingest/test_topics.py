"""Topic filters to formats, and filters that match the same topic."""

import gc
import tracemalloc
from collections.abc import Callable
from itertools import combinations_with_replacement, product

import pytest
from paho.mqtt.client import topic_matches_sub

from vinterkoll.app.settings import Settings
from vinterkoll.ingest.formats import chirpstack, mip, the_things_stack
from vinterkoll.ingest.mapping.addresses import Addresses
from vinterkoll.ingest.topics import format_of, is_topic_filter, overlapping

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


def all_of(words: list[str], depth: int) -> list[str]:
    return ["/".join(levels) for length in range(1, depth + 1) for levels in product(words, repeat=length)]


def test_filters_overlap_where_a_topic_matches_both() -> None:
    """All filters of up to three levels, on all topics of up to four: one more than any filter tells apart."""
    topics = all_of(["a", "b", "", "$s"], 4)
    filters = [one for one in all_of(["a", "b", "", "+", "#", "$s"], 3) if is_topic_filter(one)]
    matched = {one: {topic for topic in topics if topic_matches_sub(one, topic)} for one in filters}
    for one, other in combinations_with_replacement(filters, 2):
        expected = (one, other) if matched[one] & matched[other] else None
        assert overlapping([one, other]) == expected, (one, other)


def test_shared_subscriptions_are_deliveries_of_their_own() -> None:
    assert overlapping(["$share/a/x/+", "x/y"]) == ("$share/a/x/+", "x/y")
    assert overlapping(["$share/a/x", "$share/b/x"]) is not None
    assert overlapping(["$share/a/x", "y", "$SYS/z"]) is None


def test_the_default_filters_do_not_overlap() -> None:
    assert overlapping(Settings.model_construct().mqtt_topics) is None


def format_found(topic: str) -> object:
    return format_of(topic, {"mip/v1/#": "mip"})


@pytest.mark.parametrize(
    ("find", "ending"),
    [
        (format_found, "position"),
        (mip._address, "snow/v1/position"),
        (Addresses("snow", ["+/+/+/{vehicle}/data"]).of, "v1/data"),
        (chirpstack._topic_device, "device/1/event/up"),
        (the_things_stack._topic_device, "devices/1/up"),
    ],
)
def test_a_topic_that_no_device_has_is_not_remembered(find: Callable[[str], object], ending: str) -> None:
    """Each would stay: 65 kB of somebody's, 65,536 times."""
    gc.collect()
    tracemalloc.start()
    for at in range(1_000):
        assert find(f"mip/v1/{at:060000}/{ending}")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 10_000_000  # of sixty
