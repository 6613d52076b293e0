"""Uplinks of snow-depth sensors, whatever network server wrapped them, to rows.

The event time is the network server's; the gateways' places are not the sensor's, so a row has none. An uplink that
holds the battery alone is a row without a distance.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple, TypeVar

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.columns import new_rows
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.gathering import gather
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.snow_reading import Reading, Sent, reading_of
from vinterkoll.ingest.formats.times import instant_us
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason

Eui = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{16}\Z")]
Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]
"""The frame counter, the `seq` of a row."""


class NoWrapper(Struct):
    """A wrapper around uplinks says nothing about them."""


class Uplink(NamedTuple):
    """What an envelope says."""

    device: str
    time_us: int
    frame_count: int
    sent: Sent


Item = TypeVar("Item", bound=Struct)


def decode_uplinks(
    messages: Sequence[Message],
    envelope: Envelope[NoWrapper, Item],
    uplink_of: Callable[[Item, str], Uplink],
) -> Decoded:
    """Return the snow rows of `messages`. `uplink_of` reads one item, given its topic, or raises `Problem`."""

    def read(sent: Item, topic: str) -> tuple[Uplink, Reading]:
        uplink = uplink_of(sent, topic)
        return uplink, reading_of(uplink.sent)

    origins, items, read_uplinks, rejects = gather(messages, envelope, read)
    uplinks = [uplink for uplink, _ in read_uplinks]
    readings = [reading for _, reading in read_uplinks]
    rows = new_rows("snow", origins, items, [DeviceKey("snow", "", uplink.device) for uplink in uplinks])
    rows["time_us"] = [uplink.time_us for uplink in uplinks]
    rows["seq"] = [uplink.frame_count for uplink in uplinks]
    for name in Reading._fields:
        rows[name] = [getattr(reading, name) + 0.0 for reading in readings]
    for absent in ("lon", "lat"):
        rows[absent] = float("nan")
    return Decoded("snow", rows, in_order(rejects))


def moment_us(moment: datetime, field: str) -> int:
    """Return the microseconds of `moment`, which must have an offset; otherwise raise `Problem`."""
    if moment.tzinfo is None:
        raise Problem(Reason.TIME_WITHOUT_OFFSET, field, "expected Z or an offset such as +01:00")
    return instant_us(moment, field)


def require_same(of_topic: str | None, sent: str, field: str) -> None:
    """Raise `Problem` when the topic names a device, and another one than the message."""
    if of_topic is not None and of_topic != sent:
        raise Problem(Reason.TOPIC_MISMATCH, field, f"expected {of_topic!r}, as in the topic, got {sent!r}")
