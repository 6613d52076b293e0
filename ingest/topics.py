"""Which format a topic carries, by the configured topic filters."""

from collections.abc import Iterable, Mapping
from itertools import combinations, zip_longest
from typing import Final

from paho.mqtt.client import topic_matches_sub

from vinterkoll.ingest.remembering import remembered

FILTER_BYTES_MAX: Final = 65_535  # of any text in MQTT

_SHARE: Final = "$share/"


def format_of(topic: str, filters: Mapping[str, str]) -> str | None:
    """Return the format of the first filter that matches `topic`, or None.

    >>> format_of("mip/v1/nordsno/AB1/position", {"mip/v1/+/+/position": "mip"})
    'mip'
    """
    return _first_match(topic, tuple(filters.items()))


def is_topic_filter(text: str) -> bool:
    """Return whether MQTT takes `text` as a subscription: `+` and `#` stand alone in their level, `#` in the last.

    >>> is_topic_filter("mip/v1/+/positions"), is_topic_filter("mip/#/positions")
    (True, False)
    """
    if "\0" in text or not 0 < len(text.encode("utf-8", "replace")) <= FILTER_BYTES_MAX:
        return False
    *levels, last = text.split("/")
    return all("#" not in level and ("+" not in level or level == "+") for level in levels) and (
        last in ("+", "#") or ("#" not in last and "+" not in last)
    )


def overlapping(filters: Iterable[str]) -> tuple[str, str] | None:
    """Return the first two filters that match some topic both, so that a broker may deliver it twice; None if there are none.

    >>> overlapping(["mip/v1/+/position", "mip/v1/+/positions", "mip/v1/nordsno/#"])
    ('mip/v1/+/position', 'mip/v1/nordsno/#')
    """
    return next((pair for pair in combinations(filters, 2) if _overlap(*map(without_share, pair))), None)


def _overlap(one: str, other: str) -> bool:
    levels, others = one.split("/"), other.split("/")
    for first, second in ((levels[0], others[0]), (others[0], levels[0])):
        if first in ("+", "#") and second.startswith(
            "$"
        ):  # the broker's own topics, which wildcards do not match
            return False
    for level, facing in zip_longest(levels, others):
        if "#" in (level, facing):  # also where the other has ended: `a/#` matches `a`
            return True
        if level != facing and (None in (level, facing) or "+" not in (level, facing)):
            return False
    return True


@remembered
def _first_match(topic: str, filters: tuple[tuple[str, str], ...]) -> str | None:
    for subscription, name in filters:
        if topic_matches_sub(without_share(subscription), topic):
            return name
    return None


def without_share(subscription: str) -> str:
    """Return the filter of a shared subscription `$share/{group}/{filter}`, which delivers on its topics."""
    return subscription.split("/", 2)[2] if subscription.startswith(_SHARE) else subscription
