"""What is kept of a rejected message: whose it is, and its bytes without personal data."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from vinterkoll.ingest.blanking import blanking
from vinterkoll.ingest.formats.mip_message import VEHICLE_CHARS
from vinterkoll.ingest.mapping.decoder import MappedFormat
from vinterkoll.ingest.message import Message

_OWNED_TOPICS: Final = ("mip", "traffic", "snow", "harja")
"""Topics `{kind}/v1/{owner}/…`, whose third level names who sends."""

without_operator: Final = blanking(["operator"])
"""The profile's member that names a person: personal data, stored nowhere."""


class RejectContent(NamedTuple):
    """As it is stored."""

    owner: str
    """The contractor or provider who reads it among its own rejects; empty for nobody."""
    payload: bytes


def owner_by(mappings: Mapping[str, MappedFormat]) -> Callable[[str, str], str]:
    """Return what finds who sends on a topic, "" for nobody, by the topic's format, which may be one of `mappings`."""

    def owner(name: str, topic: str) -> str:
        mapped = mappings.get(name)
        return (mapped.owner(topic) if mapped else "") or owner_of_topic(topic)

    return owner


def content_by(mappings: Mapping[str, MappedFormat]) -> Callable[[str, Message], RejectContent]:
    """Return what finds the content of a message in a format, which may be one of `mappings` or none at all."""
    owner = owner_by(mappings)

    def content(name: str, message: Message) -> RejectContent:
        mapped = mappings.get(name)
        blank = without_operator if mapped is None else mapped.without_personal
        return RejectContent(owner(name, message.topic), blank(message.payload))

    return content


def owner_of_topic(topic: str) -> str:
    """Return who sends under a topic; "" where it does not tell, and the broker's access list is trusted.

    >>> owner_of_topic("traffic/v1/nordsno/flow"), owner_of_topic("application/1/device/ab/event/up")
    ('nordsno', '')
    """
    match topic.split("/", 3):
        case [kind, "v1", owner, *_] if kind in _OWNED_TOPICS and len(owner) <= VEHICLE_CHARS:
            return owner
    return ""
