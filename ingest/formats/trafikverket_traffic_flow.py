"""Trafikverket's open object `TrafficFlow`: one, an array, or an answer of the API as it came.

By the API's own description `MeasurementTime` is the end of the measuring period and `VehicleFlowRate` is vehicles per
hour, so the event time is that end less the period, and the count is rate times period. A mean speed over no vehicles
is none. A record that the source itself calls deleted or bad is rejected.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta, Struct

from vinterkoll.ingest.formats.columns import Checks, new_rows, numbers, texts
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.ngsi_period import PERIOD_MAX_S
from vinterkoll.ingest.formats.problems import FAILURES, in_order, problem_of
from vinterkoll.ingest.formats.times import NO_INSTANT, in_years, microseconds_column
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject

SERIES_CACHE_SIZE: Final = 65_536
RATE_MAX: Final = 1_000_000.0
"""Vehicles per hour past which a rate is an error; a lane takes about 2,500."""

Name = Annotated[str, Meta(max_length=64)]


class Geometry(Struct, gc=False, frozen=True):
    """Where the detector is, in well-known text; its SWEREF twin is not read."""

    WGS84: Annotated[str, Meta(max_length=100)] | None = None


class Flow(Struct, gc=False, frozen=True):
    """One measurement of one detector."""

    SiteId: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    MeasurementTime: datetime
    MeasurementOrCalculationPeriod: Annotated[float, Meta(ge=0, le=PERIOD_MAX_S)] | None = None
    VehicleFlowRate: Annotated[float, Meta(ge=0, le=RATE_MAX)] | None = None
    AverageVehicleSpeed: Annotated[float, Meta(ge=0, le=1_000)] | None = None
    VehicleType: Name | None = None
    SpecificLane: Name | None = None
    MeasurementSide: Name | None = None
    DataQuality: Name | None = None
    Deleted: bool | None = None
    ModifiedTime: datetime | None = None
    Geometry: "Geometry | None" = None


class _Result(Struct):
    """One query's answer; nothing else of it is used."""

    TrafficFlow: list[msgspec.Raw]


class _Response(Struct):
    RESULT: list[_Result]


class _Answer(Struct):
    RESPONSE: _Response | None = None


class _Wrapper(Struct, frozen=True):
    pass


_ANSWER: Final = msgspec.json.Decoder(_Answer | list[msgspec.Raw])
_ENVELOPE: Final = Envelope(Flow, _Wrapper, "TrafficFlow")
_POINT: Final = re.compile(
    r"\s*POINT\s*Z?\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)(?:\s+-?[\d.]+)?\s*\)\s*"
)


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the traffic-flow rows of `messages`, and the rejects of all other measurements."""
    flows: list[Flow] = []
    origins: list[int] = []
    items: list[int] = []
    rejects: list[Reject] = []
    for origin, message in enumerate(messages):
        try:
            _, found, problems = _ENVELOPE.open(_unwrapped(message.payload))
        except FAILURES as error:
            rejects.append(problem_of(error).reject(origin, WHOLE_MESSAGE))
            continue
        for item, flow in found:
            flows.append(flow)
            origins.append(origin)
            items.append(item)
        rejects.extend(problem.reject(origin, item) for item, problem in problems)
    rows, refused = _columns(flows, new_rows("flow", origins, items, [_device(flow) for flow in flows]))
    return Decoded("flow", rows, in_order(rejects + refused))


def _unwrapped(payload: bytes) -> bytes:
    """The measurements of an API answer as one array; any other payload as it is."""
    if b'"RESPONSE"' not in payload:
        return payload
    payload.decode()  # wrong UTF-8 in what is left behind, such as INFO, spoils the message too
    answer = _ANSWER.decode(payload)
    if isinstance(answer, list) or answer.RESPONSE is None:
        return payload
    return b"[" + b",".join(bytes(raw) for one in answer.RESPONSE.RESULT for raw in one.TrafficFlow) + b"]"


def _device(flow: Flow) -> DeviceKey:
    return _series(flow.SiteId, flow.SpecificLane, flow.MeasurementSide, flow.VehicleType)


@lru_cache(maxsize=SERIES_CACHE_SIZE)
def _series(site: int, lane: str | None, side: str | None, vehicle_type: str | None) -> DeviceKey:
    """`lane1` is lane 1, other lanes keep their names; `anyVehicle` is the unclassed total."""
    parts = [
        lane and f"lane={lane.removeprefix('lane') or lane}",
        side and f"side={side}",
        None if vehicle_type == "anyVehicle" else vehicle_type,
    ]
    return DeviceKey("flow", "", f"trafikverket:{site}", " ".join(" ".join(filter(None, parts)).split()))


def _columns(flows: list[Flow], rows: Rows) -> tuple[Rows, list[Reject]]:
    checks = Checks(len(flows))
    end_us = microseconds_column([flow.MeasurementTime for flow in flows])
    no_offset = end_us == NO_INSTANT
    checks.refuse(
        no_offset, Reason.TIME_WITHOUT_OFFSET, "MeasurementTime", "expected Z or an offset such as +01:00"
    )
    period_s = numbers([flow.MeasurementOrCalculationPeriod or None for flow in flows])
    start_us = np.where(no_offset, 0, end_us) - np.rint(np.nan_to_num(period_s) * 1e6).astype(np.int64)
    checks.refuse(
        ~in_years(start_us), Reason.BAD_TIME, "MeasurementTime", "expected a time in the years 2000 to 2100"
    )
    version_us = microseconds_column([flow.ModifiedTime or 0 for flow in flows])
    bad_version = (version_us != 0) & ~in_years(version_us)
    checks.refuse(
        bad_version, Reason.BAD_TIME, "ModifiedTime", "expected a time with offset in the years 2000 to 2100"
    )
    deleted = np.array([bool(flow.Deleted) for flow in flows], bool)
    checks.refuse(deleted, Reason.OUT_OF_RANGE, "Deleted", "the source has withdrawn this record")
    bad = np.array([(flow.DataQuality or "").lower() == "bad" for flow in flows], bool)
    checks.refuse(bad, Reason.OUT_OF_RANGE, "DataQuality", "the source itself calls this measurement bad")
    rate = numbers([flow.VehicleFlowRate for flow in flows])
    rows["time_us"], rows["period_s"], rows["version_us"] = start_us, period_s, version_us
    rows["intensity"] = rate * period_s / 3_600
    rows["speed_kmh"] = np.where(rate == 0, np.nan, numbers([flow.AverageVehicleSpeed for flow in flows]))
    for absent in ("occupancy", "vehicle_length_m", "gap_m", "headway_s"):
        rows[absent] = np.nan
    rows["congested"] = rows["reversed_lane"] = -1
    rows["road_segment"] = texts([None] * len(flows))
    _fill_place(flows, rows, checks)
    return checks.split(rows)


def _fill_place(flows: list[Flow], rows: Rows, checks: Checks) -> None:
    wkt = [None if flow.Geometry is None else flow.Geometry.WGS84 for flow in flows]
    points = [None if text is None else _point(text) for text in wkt]
    lost = np.array([text is not None and at is None for text, at in zip(wkt, points, strict=True)], bool)
    checks.refuse(
        lost, Reason.OUT_OF_RANGE, "Geometry.WGS84", "expected POINT (longitude latitude) in degrees"
    )
    rows["lon"] = numbers([None if at is None else at[0] for at in points])
    rows["lat"] = numbers([None if at is None else at[1] for at in points])


@lru_cache(maxsize=SERIES_CACHE_SIZE)
def _point(text: str) -> tuple[float, float] | None:
    found = _POINT.fullmatch(text)
    if found is None:
        return None
    lon, lat = float(found[1]), float(found[2])
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
