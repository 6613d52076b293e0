"""Netmore uplinks of snow-depth sensors: an array of `{"devEui", "payload": hexadecimal, "timestamp", …}`."""

from collections.abc import Sequence
from datetime import datetime
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
)
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.snow_reading import PAYLOAD_BYTES_MAX, Sent
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.rejects import Reason

UPLINK: Final = "payload"
"""The `messageType` of an uplink, and what is meant where none was sent."""


class Event(Struct, gc=False, frozen=True):
    """One uplink. Numbers such as the port come as texts, and are not read."""

    devEui: Eui  # noqa: N815
    timestamp: datetime
    payload: Annotated[str, Meta(max_length=2 * PAYLOAD_BYTES_MAX)]
    messageType: str | None = None  # noqa: N815
    fCntUp: Count | None = None  # noqa: N815


_ENVELOPE: Final = Envelope(Event, NoWrapper, "uplinks")


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all others."""
    return decode_uplinks(messages, _ENVELOPE, _uplink_of)


def _uplink_of(event: Event, topic: str) -> Uplink:  # noqa: ARG001 - its topics do not name the device
    if event.messageType not in (None, UPLINK):
        raise Problem(Reason.OUT_OF_RANGE, "messageType", f"expected {UPLINK!r}")
    try:
        payload = bytes.fromhex(event.payload)
    except ValueError as error:
        raise Problem(Reason.BAD_PAYLOAD, "payload", "expected hexadecimal digits") from error
    time_us = moment_us(event.timestamp, "timestamp")
    return Uplink(event.devEui.lower(), time_us, event.fCntUp or 0, Sent(None, "", payload, "payload"))
