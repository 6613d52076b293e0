"""The Things Stack uplinks (`v3/{application}@{tenant}/devices/{device}/up`) of snow-depth sensors.

The series is the DevEUI where it was sent, else the device's id. The event time is the network server's reception.
"""

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
    require_same,
)
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.formats.snow_reading import PAYLOAD_BYTES_MAX, Measured, Sent
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.ingest.remembering import remembered
from vinterkoll.processing.rejects import Reason


class EndDevice(Struct, gc=False, frozen=True):
    """Who sent."""

    device_id: Annotated[str, Meta(min_length=1, max_length=64)]
    dev_eui: Eui | None = None


class UplinkMessage(Struct, gc=False, frozen=True):
    """What was sent. A counter of 0 and an empty payload are left out by the server."""

    received_at: datetime | None = None
    f_cnt: Count = 0
    frm_payload: Annotated[bytes, Meta(max_length=PAYLOAD_BYTES_MAX)] | None = None  # base64 in the JSON
    decoded_payload: Measured | None = None


class ApplicationUp(Struct, gc=False, frozen=True):
    """One upstream message that holds an uplink."""

    end_device_ids: EndDevice
    uplink_message: UplinkMessage
    received_at: datetime | None = None


_ENVELOPE: Final = Envelope(ApplicationUp, NoWrapper, "uplinks")


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all others."""
    return decode_uplinks(messages, _ENVELOPE, _uplink_of)


def _uplink_of(up: ApplicationUp, topic: str) -> Uplink:
    device, uplink = up.end_device_ids, up.uplink_message
    require_same(_topic_device(topic), device.device_id, "end_device_ids.device_id")
    if uplink.received_at is not None:
        time_us = moment_us(uplink.received_at, "uplink_message.received_at")
    elif up.received_at is not None:
        time_us = moment_us(up.received_at, "received_at")
    else:
        raise Problem(Reason.MISSING_FIELD, "received_at", "required, was not sent")
    name = device.device_id if device.dev_eui is None else device.dev_eui.lower()
    sent = Sent(
        *(uplink.decoded_payload, "uplink_message.decoded_payload"),
        *(uplink.frm_payload, "uplink_message.frm_payload"),
    )
    return Uplink(name, time_us, uplink.f_cnt, sent)


@remembered
def _topic_device(topic: str) -> str | None:
    match topic.split("/"):
        case [*_, "devices", device_id, "up"]:
            return device_id
    return None
