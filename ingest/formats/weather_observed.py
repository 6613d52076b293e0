"""WeatherObserved (Smart Data Models) in every form of NGSI, of which the snow height is kept.

`snowHeight` is centimetres and becomes metres. The event time is `dateObserved`, of an interval its end; a time without
offset is UTC. An entity without a snow height is rejected: there is nothing in it to keep.
"""

from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

import numpy as np
from msgspec import Meta, Struct

from vinterkoll.ingest.formats.columns import new_rows, numbers
from vinterkoll.ingest.formats.envelope import Envelope, Rewriting
from vinterkoll.ingest.formats.gathering import gather
from vinterkoll.ingest.formats.ngsi import (
    Id,
    Location,
    Moment,
    Property,
    place_of,
    require_type,
    text_of,
    value_of,
)
from vinterkoll.ingest.formats.ngsi_expanded import is_expanded, plain
from vinterkoll.ingest.formats.ngsi_period import instant_us_of, period_of
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.tfo_entity import Notification
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason

TYPE: Final = "WeatherObserved"

Centimetres = Annotated[float, Meta(ge=-100, le=2_000)]
When = Moment | Annotated[str, Meta(max_length=100)] | None


class Weather(Struct, gc=False, frozen=True):
    """One observation; attribute names as in the data model."""

    id: Id
    type: str | list[str]
    dateObserved: When = None  # noqa: N815
    dateModified: When = None  # noqa: N815
    modifiedAt: When = None  # noqa: N815
    snowHeight: Property[Centimetres] | Centimetres | None = None  # noqa: N815
    location: Location | None = None


_ENVELOPE: Final = Envelope(Weather, Notification, "data", Rewriting(is_expanded, plain))


class Observation(NamedTuple):
    """The columns of a row."""

    device: DeviceKey
    time_us: int
    version_us: int
    depth_m: float
    lon: float
    lat: float


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the snow-depth rows of `messages`, and the rejects of all other entities."""
    origins, items, observed, rejects = gather(messages, _ENVELOPE, _observed)
    rows = new_rows("snow", origins, items, [row.device for row in observed])
    rows["time_us"] = [row.time_us for row in observed]
    rows["version_us"] = [row.version_us for row in observed]
    rows["depth_m"] = numbers([row.depth_m for row in observed])
    rows["lon"] = [row.lon for row in observed]
    rows["lat"] = [row.lat for row in observed]
    rows["distance_m"] = rows["battery_v"] = np.nan
    return Decoded("snow", rows, in_order(rejects))


def _observed(weather: Weather, _topic: str) -> Observation:
    require_type(weather.type, TYPE)
    height_cm = value_of(weather.snowHeight)
    if height_cm is None:
        raise Problem(Reason.MISSING_FIELD, "snowHeight", "required, was not sent")
    start_us, period_s = period_of(None, None, text_of(weather.dateObserved))
    modified = "modifiedAt" if weather.dateModified is None else "dateModified"
    version = text_of(weather.modifiedAt if weather.dateModified is None else weather.dateModified)
    lon, lat = place_of(weather.location)
    return Observation(
        DeviceKey("snow", "", weather.id),
        start_us + (0 if np.isnan(period_s) else round(period_s * 1e6)),
        0 if version is None else instant_us_of(version, modified),
        height_cm / 100,
        lon,
        lat,
    )
