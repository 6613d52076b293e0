"""HTTP ingest: the built-in formats that a path may name, and the body of a request as messages.

The messages get a topic as if they had come by MQTT from the key's owner, so decoders and rejects need not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from vinterkoll.ingest.message import Message

SOURCE: Final = "http"

_OWNER: Final = "{owner}"
_OUTSIDE: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(list[msgspec.Raw] | dict[str, msgspec.Raw])
_FAILURES: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class TooManyItemsError(Exception):
    """A body holds more items than are taken at once."""


@dataclass(frozen=True, slots=True)
class HttpFormat:
    """What a path's name stands for."""

    format: str
    """Its name in FORMATS."""
    topic: str
    """The topic of its messages, with the key's owner as {owner} in the third level."""
    wrapper: tuple[str, ...]
    """The members that lead to the items in an object that wraps many."""


HTTP_FORMATS: Final[dict[str, HttpFormat]] = {
    "mip": HttpFormat("mip", "mip/v1/{owner}/positions", ("positions",)),
    "traffic-flow-observed": HttpFormat("traffic-flow-observed", "traffic/v1/{owner}/flow", ("data",)),
    "trafikverket-traffic-flow": HttpFormat(
        "trafikverket-traffic-flow", "traffic/v1/{owner}/trafikverket", ("TrafficFlow",)
    ),
    "snow": HttpFormat("snow", "snow/v1/{owner}/depth", ("uplinks",)),
    "harja": HttpFormat("harja", "harja/v1/{owner}/positions", ("havainnot",)),
    "chirpstack": HttpFormat("chirpstack", "snow/v1/{owner}/uplink", ("uplinks",)),
}
"""Path name to format."""


def topics_of(formats: Mapping[str, HttpFormat]) -> dict[str, str]:
    """Return topic filter to format, for messages that came by HTTP."""
    return {one.topic.replace(_OWNER, "+"): one.format for one in formats.values()}


def messages_of(
    content: bytes, chosen: HttpFormat, owner: str, received_us: int, *, lines: bool, items_max: int
) -> list[tuple[int, Message]]:
    r"""Return the messages of a body, each with its place: its line, counted from 0, where `lines` says NDJSON.

    >>> mip = HTTP_FORMATS["mip"]
    >>> [(at, one.topic) for at, one in messages_of(b"{}\n\n{}", mip, "snow", 0, lines=True, items_max=9)]
    [(0, 'mip/v1/snow/positions'), (2, 'mip/v1/snow/positions')]

    Raises
    ------
    TooManyItemsError
        When there are more than `items_max` items, or lines.
    """
    topic = chosen.topic.replace(_OWNER, owner)
    if lines and content.count(b"\n") > items_max:  # before a list is made of them
        raise TooManyItemsError(f"a body may have {items_max} lines; send it in parts")
    parts = content.split(b"\n") if lines else [content]
    found = [
        (place, Message(topic, part.strip(), received_us, SOURCE))
        for place, part in enumerate(parts)
        if part.strip() or not lines
    ]
    if sum(_items(message.payload, chosen.wrapper) for _, message in found) > items_max:
        raise TooManyItemsError(f"a body may have {items_max} items; send it in parts")
    return found


def _items(payload: bytes, wrapper: Sequence[str]) -> int:
    """Count the items of a message; one that cannot be read will be one reject."""
    try:
        found = _OUTSIDE.decode(payload)
        for name in wrapper:
            if not isinstance(found, dict) or name not in found:
                break
            found = _OUTSIDE.decode(found[name])
    except _FAILURES:
        return 1
    return len(found) if isinstance(found, list) else 1
