"""ChirpStack uplinks of snow-depth sensors, of version 4 (`deviceInfo.devEui`, `time`) and 3 (`devEUI`).

Version 3 has no time of its own: `publishedAt` where it was sent, else the earliest good time of its gateways.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.lorawan import (
    Count,
    Eui,
    NoWrapper,
    Uplink,
    decode_uplinks,
    moment_us,
    require_same,
)
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.snow_reading import PAYLOAD_BYTES_MAX, Measured
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.rejects import Reason

TOPIC_CACHE_SIZE: Final = 65_536


class DeviceInfo(Struct, gc=False, frozen=True):
    """Who sent, in version 4; names and tags are not read."""

    devEui: Eui  # noqa: N815


class Reception(Struct, gc=False, frozen=True):
    """One gateway's reception; the time is null where the gateway has no clock."""

    time: datetime | None = None


class UpEvent(Struct, gc=False, frozen=True):
    """One `up` event."""

    deviceInfo: DeviceInfo | None = None  # noqa: N815
    devEUI: Eui | None = None  # noqa: N815
    time: datetime | None = None
    publishedAt: datetime | None = None  # noqa: N815
    rxInfo: list[Reception] | None = None  # noqa: N815
    data: Annotated[bytes, Meta(max_length=PAYLOAD_BYTES_MAX)] | None = None  # base64 in the JSON
    object: Measured | None = None
    fCnt: Count = 0  # noqa: N815


_ENVELOPE: Final = Envelope(UpEvent, NoWrapper, "uplinks")


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all others."""
    return decode_uplinks(messages, _ENVELOPE, _uplink_of)


def _uplink_of(event: UpEvent, topic: str) -> Uplink:
    field, sent = "deviceInfo.devEui", event.devEUI
    if event.deviceInfo is not None:
        sent = event.deviceInfo.devEui
    elif sent is not None:
        field = "devEUI"
    if sent is None:
        raise Problem(Reason.MISSING_FIELD, field, "required, was not sent")
    dev_eui = sent.lower()
    require_same(_topic_device(topic), dev_eui, field)
    return Uplink(dev_eui, _time_us(event), event.fCnt, event.object, event.data, "data")


@lru_cache(maxsize=TOPIC_CACHE_SIZE)
def _topic_device(topic: str) -> str | None:
    match topic.split("/"):
        case [*_, "device", dev_eui, "event", "up"]:
            return dev_eui.lower()
    return None


def _time_us(event: UpEvent) -> int:
    if event.time is not None:
        return moment_us(event.time, "time")
    if event.publishedAt is not None:
        return moment_us(event.publishedAt, "publishedAt")
    received = [us for reception in event.rxInfo or () if (us := _good_time_us(reception.time)) is not None]
    if not received:
        raise Problem(Reason.MISSING_FIELD, "time", "expected time, publishedAt, or a gateway's time")
    return min(received)


def _good_time_us(moment: datetime | None) -> int | None:
    """A gateway without a fix says 1970, or nothing."""
    try:
        return None if moment is None else moment_us(moment, "rxInfo.time")
    except Problem:
        return None
