"""ChirpStack v4 uplinks of snow-depth sensors (Decentlab DL-MBX).

The event time is the network server's; the gateways' places are not the sensor's, so a row has none. An uplink that
holds the battery alone is a row without a distance.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.columns import new_rows
from vinterkoll.ingest.formats.decentlab import Reading, decode_mbx
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.times import instant_us
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason, Reject

TOPIC_CACHE_SIZE: Final = 65_536


class DeviceInfo(Struct, gc=False, frozen=True):
    """Who sent; names and tags are not read."""

    devEui: Annotated[str, Meta(pattern=r"^[0-9A-Fa-f]{16}\Z")]  # noqa: N815


class Uplink(Struct, gc=False, frozen=True):
    """One `up` event."""

    deviceInfo: DeviceInfo  # noqa: N815
    time: datetime
    data: Annotated[bytes, Meta(max_length=255)]  # base64 in the JSON
    fCnt: Annotated[int, Meta(ge=0, le=2**32 - 1)] = 0  # noqa: N815


class _NoWrapper(Struct):
    pass


_ENVELOPE: Final = Envelope(Uplink, _NoWrapper, "uplinks")


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all others."""
    origins: list[int] = []
    items: list[int] = []
    devices: list[DeviceKey] = []
    times_us: list[int] = []
    counts: list[int] = []
    readings: list[Reading] = []
    rejects: list[Reject] = []
    for origin, message in enumerate(messages):
        _, found, problems = _ENVELOPE.open(message.payload)
        for item, uplink in found:
            try:
                device = DeviceKey("snow", "", _dev_eui(uplink, message.topic))
                time_us = _time_us(uplink.time)
                reading = decode_mbx(uplink.data)
            except Problem as problem:
                problems.append((item, problem))
                continue
            origins.append(origin)
            items.append(item)
            devices.append(device)
            times_us.append(time_us)
            counts.append(uplink.fCnt)
            readings.append(reading)
        rejects.extend(problem.reject(origin, item) for item, problem in problems)
    rows = new_rows("snow", origins, items, devices)
    rows["time_us"] = times_us
    rows["seq"] = counts
    rows["distance_m"] = [reading.distance_m for reading in readings]
    rows["battery_v"] = [reading.battery_v for reading in readings]
    for absent in ("depth_m", "lon", "lat"):
        rows[absent] = float("nan")
    return Decoded("snow", rows, in_order(rejects))


def _dev_eui(uplink: Uplink, topic: str) -> str:
    """The device's EUI in lower case, which the topic, where it names a device, must name too."""
    dev_eui = uplink.deviceInfo.devEui.lower()
    of_topic = _topic_device(topic)
    if of_topic is not None and of_topic != dev_eui:
        raise Problem(
            Reason.TOPIC_MISMATCH,
            "deviceInfo.devEui",
            f"expected {of_topic!r}, as in the topic, got {dev_eui!r}",
        )
    return dev_eui


@lru_cache(maxsize=TOPIC_CACHE_SIZE)
def _topic_device(topic: str) -> str | None:
    match topic.split("/"):
        case [*_, "device", dev_eui, "event", "up"]:
            return dev_eui.lower()
    return None


def _time_us(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise Problem(Reason.TIME_WITHOUT_OFFSET, "time", "expected Z or an offset such as +01:00")
    return instant_us(moment, "time")
