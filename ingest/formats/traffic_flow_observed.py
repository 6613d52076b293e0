"""TrafficFlowObserved (Smart Data Models) in every form of NGSI: one entity, an array, or a notification's `data`.

NGSI-LD normalized, concise and key-values and both forms of NGSI v2 differ only in how an attribute wraps its value;
other names are made plain first. The event time is the start of the observation period: `dateObservedFrom` before
`dateObserved`; a time without offset is UTC.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from vinterkoll.ingest.formats.columns import new_rows, numbers, texts
from vinterkoll.ingest.formats.envelope import Envelope, Rewriting
from vinterkoll.ingest.formats.gathering import gather
from vinterkoll.ingest.formats.ngsi import Reference, place_of, require_type, text_of, value_of
from vinterkoll.ingest.formats.ngsi_expanded import is_expanded, plain
from vinterkoll.ingest.formats.ngsi_period import instant_us_of, period_of
from vinterkoll.ingest.formats.problems import in_order
from vinterkoll.ingest.formats.tfo_entity import TYPE, Direction, Entity, Notification
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey

_ENVELOPE: Final = Envelope(Entity, Notification, "data", Rewriting(is_expanded, plain))


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
    origins, items, read, rejects = gather(messages, _ENVELOPE, lambda entity, _: (entity, _observed(entity)))
    entities = [entity for entity, _ in read]
    observations = [observation for _, observation in read]
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
    require_type(entity.type, TYPE)
    start_us, period_s = period_of(
        text_of(entity.dateObservedFrom), text_of(entity.dateObservedTo), text_of(entity.dateObserved)
    )
    modified = "modifiedAt" if entity.dateModified is None else "dateModified"
    version = text_of(entity.modifiedAt if entity.dateModified is None else entity.dateModified)
    lon, lat = place_of(entity.location)
    return Observation(
        DeviceKey("flow", "", entity.id, _part(entity)),
        start_us,
        period_s,
        0 if version is None else instant_us_of(version, modified),
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


def _reference(reference: Reference | str | None) -> str | None:
    if isinstance(reference, Reference):
        return reference.object or reference.value
    return reference


def _flag(sent: bool | None) -> int:
    return -1 if sent is None else int(sent)
