"""TrafficFlowObserved (Smart Data Models), NGSI-LD normalized: one entity, an array, or a notification's `data`.

NGSI v2 and key-values differ only in how an attribute wraps its value, and are read too. The event time is the start
of the observation period: `dateObservedFrom` before `dateObserved`; a time without offset is UTC.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from vinterkoll.ingest.formats.columns import new_rows, numbers, texts
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.ngsi import Location, Reference, text_of, value_of
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.tfo_entity import TYPE, Direction, Entity, Notification
from vinterkoll.ingest.formats.times import instant_us, iso_moment
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason, Reject

PERIOD_MAX_S: Final = 31 * 24 * 3600
"""A month: what counts for longer is a statistic, and would have to be split over too many windows."""

_ENVELOPE: Final = Envelope(Entity, Notification, "data")


class Observation(NamedTuple):
    """What of an entity needs more than its value's type to be right."""

    device: DeviceKey
    time_us: int
    period_s: float
    version_us: int
    lon: float
    lat: float


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the traffic-flow rows of `messages`, and the rejects of all other entities."""
    entities: list[Entity] = []
    observations: list[Observation] = []
    origins: list[int] = []
    items: list[int] = []
    rejects: list[Reject] = []
    for origin, message in enumerate(messages):
        _, found, problems = _ENVELOPE.open(message.payload)
        for item, entity in found:
            try:
                observation = _observed(entity)
            except Problem as problem:
                problems.append((item, problem))
                continue
            entities.append(entity)
            observations.append(observation)
            origins.append(origin)
            items.append(item)
        if problems:
            rejects.extend(problem.reject(origin, item) for item, problem in problems)
    rows = new_rows("flow", origins, items, [observation.device for observation in observations])
    for name, column in zip(Observation._fields, zip(*observations, strict=True), strict=False):
        if name != "device":
            rows[name] = column
    rows["intensity"] = numbers([value_of(entity.intensity) for entity in entities])
    rows["occupancy"] = numbers([value_of(entity.occupancy) for entity in entities])
    rows["speed_kmh"] = numbers([value_of(entity.averageVehicleSpeed) for entity in entities])
    rows["vehicle_length_m"] = numbers([value_of(entity.averageVehicleLength) for entity in entities])
    rows["gap_m"] = numbers([value_of(entity.averageGapDistance) for entity in entities])
    rows["headway_s"] = numbers([value_of(entity.averageHeadwayTime) for entity in entities])
    rows["congested"] = [_flag(value_of(entity.congested)) for entity in entities]
    rows["reversed_lane"] = [_flag(value_of(entity.reversedLane)) for entity in entities]
    rows["road_segment"] = texts([_reference(entity.refRoadSegment) for entity in entities])
    return Decoded("flow", rows, in_order(rejects))


def _observed(entity: Entity) -> Observation:
    types = [entity.type] if isinstance(entity.type, str) else entity.type
    if not any(name == TYPE or name.endswith(f"/{TYPE}") for name in types):
        raise Problem(Reason.OUT_OF_RANGE, "type", f"expected {TYPE}")
    start_us, period_s = _period(entity)
    modified = entity.modifiedAt if entity.dateModified is None else entity.dateModified
    version = text_of(modified)
    lon, lat = _place(entity.location)
    return Observation(
        DeviceKey("flow", "", entity.id, _part(entity)),
        start_us,
        period_s,
        0
        if version is None
        else _instant_us(version, "modifiedAt" if entity.dateModified is None else "dateModified"),
        lon,
        lat,
    )


def _part(entity: Entity) -> str:
    """The series within the sensor: lane, direction and class, as far as they were sent."""
    lane = value_of(entity.laneId)
    direction: Direction | None = value_of(entity.laneDirection)
    vehicle_type, subtype = value_of(entity.vehicleType), value_of(entity.vehicleSubType)
    parts = [
        None if lane is None else f"lane={lane}",
        direction,
        vehicle_type,
        f"subtype={subtype}" if subtype else None,
    ]
    return " ".join(" ".join(filter(None, parts)).split())


def _period(entity: Entity) -> tuple[int, float]:
    """Start in microseconds and length in seconds; the length is NaN where none was sent, or it is nothing."""
    start, end, field = text_of(entity.dateObservedFrom), text_of(entity.dateObservedTo), "dateObservedTo"
    if start is not None:
        start_us = _instant_us(start, "dateObservedFrom")
    else:
        observed, field = text_of(entity.dateObserved), "dateObserved"
        if observed is None:
            raise Problem(Reason.MISSING_FIELD, "dateObserved", "required, was not sent")
        start, _, interval_end = observed.partition("/")
        end = interval_end or None
        start_us = _instant_us(start, field)
    if end is None:
        return start_us, np.nan
    period_s = (_instant_us(end, field) - start_us) / 1_000_000
    if not 0 <= period_s <= PERIOD_MAX_S:
        raise Problem(
            Reason.BAD_TIME,
            field,
            f"expected a period of at most {PERIOD_MAX_S // 86400} days, got {period_s:g} s",
        )
    return start_us, period_s or np.nan


def _instant_us(text: str, field: str) -> int:
    return instant_us(iso_moment(text, field), field)


def _place(location: Location | None) -> tuple[float, float]:
    """The point, or the middle vertex of a line; NaN for another geometry."""
    geometry = None if location is None else location.geometry()
    if geometry is None:
        return np.nan, np.nan
    at = geometry.coordinates
    if geometry.type == "LineString" and at:
        at = at[len(at) // 2]
    elif geometry.type != "Point":
        return np.nan, np.nan
    match at:
        case [float() | int() as lon, float() | int() as lat, *_] if (
            not isinstance(lon, bool)
            and not isinstance(lat, bool)
            and -180 <= lon <= 180
            and -90 <= lat <= 90
        ):
            return float(lon) + 0.0, float(lat) + 0.0
    raise Problem(Reason.OUT_OF_RANGE, "location", "expected longitude −180 to 180 and latitude −90 to 90")


def _reference(reference: Reference | str | None) -> str | None:
    if isinstance(reference, Reference):
        return reference.object or reference.value
    return reference


def _flag(sent: bool | None) -> int:
    return -1 if sent is None else int(sent)
