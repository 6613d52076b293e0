"""ChirpStack uplinks of snow-depth sensors, of version 4 (`deviceInfo.devEui`, `time`) and 3 (`devEUI`).

Version 3 has two kinds of JSON: `json_v3` writes the DevEUI as 16 hexadecimal digits and the decoded `object`; `json`, by the
mapping of Protocol Buffers, as base64 of its 8 bytes, which is 12 characters, and the object as a text, `objectJSON`. Neither has
a time of its own: `publishedAt` where it was sent, else the earliest good time of its gateways.
"""

from base64 import b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

import msgspec
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
from vinterkoll.ingest.formats.problems import FAILURES, Problem, inside, problem_of
from vinterkoll.ingest.formats.snow_reading import PAYLOAD_BYTES_MAX, Measured, Sent
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.ingest.remembering import remembered
from vinterkoll.processing.rejects import Reason

Eui3 = Annotated[str, Meta(pattern=r"^(?:[0-9A-Fa-f]{16}|[A-Za-z0-9+/]{10}[AEIMQUYcgkosw048]=)\Z")]
"""A DevEUI in version 3; the length says which kind it is, and the last character that it is 8 bytes."""
OBJECT_CHARS_MAX: Final = 10_000
"""What a codec makes of one frame, with room."""


class DeviceInfo(Struct, gc=False, frozen=True):
    """Who sent, in version 4; names and tags are not read."""

    devEui: Eui  # noqa: N815


class Reception(Struct, gc=False, frozen=True):
    """One gateway's reception; the time is null where the gateway has no clock."""

    time: datetime | None = None


class UpEvent(Struct, gc=False, frozen=True):
    """One `up` event."""

    deviceInfo: DeviceInfo | None = None  # noqa: N815
    devEUI: Eui3 | None = None  # noqa: N815
    time: datetime | None = None
    publishedAt: datetime | None = None  # noqa: N815
    rxInfo: list[Reception] | None = None  # noqa: N815
    data: Annotated[bytes, Meta(max_length=PAYLOAD_BYTES_MAX)] | None = None  # base64 in the JSON
    object: Measured | None = None
    objectJSON: Annotated[str, Meta(max_length=OBJECT_CHARS_MAX)] | None = None  # noqa: N815
    fCnt: Count = 0  # noqa: N815


_ENVELOPE: Final = Envelope(UpEvent, NoWrapper, "uplinks")
_OBJECT_JSON: Final = msgspec.json.Decoder(Measured | None)


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all others."""
    return decode_uplinks(messages, _ENVELOPE, _uplink_of)


def _uplink_of(event: UpEvent, topic: str) -> Uplink:
    dev_eui, field = _device(event)
    require_same(_topic_device(topic), dev_eui, field)
    return Uplink(dev_eui, _time_us(event), event.fCnt, _sent(event))


def _device(event: UpEvent) -> tuple[str, str]:
    """Return the DevEUI in small hexadecimal digits, and the field that says it."""
    if event.deviceInfo is not None:
        return event.deviceInfo.devEui.lower(), "deviceInfo.devEui"
    if event.devEUI is None:
        raise Problem(Reason.MISSING_FIELD, "deviceInfo.devEui", "required, was not sent")
    if event.devEUI.endswith("="):
        return b64decode(event.devEUI).hex(), "devEUI"
    return event.devEUI.lower(), "devEUI"


def _sent(event: UpEvent) -> Sent:
    """`objectJSON` is empty where the device has no codec."""
    if event.object is not None or not event.objectJSON:
        return Sent(event.object, "object", event.data, "data")
    try:
        measured = _OBJECT_JSON.decode(event.objectJSON)
    except FAILURES as error:
        raise inside(problem_of(error), "objectJSON") from error
    return Sent(measured, "objectJSON", event.data, "data")


@remembered
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
