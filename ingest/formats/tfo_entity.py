"""The entity TrafficFlowObserved as a type; attributes that are not used here are not read."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from vinterkoll.ingest.formats.ngsi import Id, Location, Moment, Property, Reference

TYPE: Final = "TrafficFlowObserved"

Amount = Annotated[float, Meta(ge=0, le=3.4e38)]  # as much as a `real` column holds
Share = Annotated[float, Meta(ge=0, le=1)]
Lane = Annotated[int, Meta(ge=1, le=99)]
Direction = Literal["forward", "backward"]
Class = Annotated[str, Meta(max_length=64)]
Flag = bool
When = Moment | Annotated[str, Meta(max_length=100)] | None


class Entity(Struct, gc=False, frozen=True):
    """One observation; attribute names as in the data model."""

    id: Id
    type: str | list[str]
    dateObserved: When = None  # noqa: N815
    dateObservedFrom: When = None  # noqa: N815
    dateObservedTo: When = None  # noqa: N815
    dateModified: When = None  # noqa: N815
    modifiedAt: When = None  # noqa: N815
    intensity: Property[Amount] | Amount | None = None
    occupancy: Property[Share] | Share | None = None
    averageVehicleSpeed: Property[Amount] | Amount | None = None  # noqa: N815
    averageVehicleLength: Property[Amount] | Amount | None = None  # noqa: N815
    averageGapDistance: Property[Amount] | Amount | None = None  # noqa: N815
    averageHeadwayTime: Property[Amount] | Amount | None = None  # noqa: N815
    congested: Property[Flag] | Flag | None = None
    reversedLane: Property[Flag] | Flag | None = None  # noqa: N815
    laneId: Property[Lane] | Lane | None = None  # noqa: N815
    laneDirection: Property[Direction] | Direction | None = None  # noqa: N815
    vehicleType: Property[Class] | Class | None = None  # noqa: N815
    vehicleSubType: Property[Class] | Class | None = None  # noqa: N815
    refRoadSegment: Reference | Id | None = None  # noqa: N815
    location: Location | None = None


class Notification(Struct, frozen=True):
    """What a context broker wraps around its `data`; nothing of it is used."""
