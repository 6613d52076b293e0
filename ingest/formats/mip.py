"""MIP profile v1 (docs/mip-profile-v1.md): vehicle positions with the action performed.

Only what one item says by itself is checked here. `operator`, personal data, is not a field of any type below: it is
skipped unread.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from vinterkoll.ingest.formats.columns import Checks, new_rows, numbers, texts
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.mip_message import (
    PLOUGH_MASKS,
    VEHICLE_CHARS,
    Position,
    Spread,
    Supplier,
    actions_of,
)
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.times import NO_INSTANT, in_years, microseconds_column
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.ingest.remembering import remembered
from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.observations import DeviceKey, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject

ADDRESS_CACHE_SIZE: Final = 65_536
DEGREE_DECIMALS: Final = 8
"""A millimetre: another release of PROJ must not make a re-sent fix a new one."""

_ENVELOPE: Final = Envelope(Position, Supplier, "positions")
_NO_SPREAD: Final = Spread()


class Address(NamedTuple):
    """What a topic says: whose message, and of which vehicle if it names one."""

    contractor: str
    vehicle: str | None


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the positions of `messages` as columns, and the rejects of all other items."""
    fixes: list[Position] = []
    origins: list[int] = []
    items: list[int] = []
    devices: list[DeviceKey] = []
    rejects: list[Reject] = []
    for origin, message in enumerate(messages):
        try:
            address = _address(message.topic)
        except Problem as problem:
            rejects.append(problem.reject(origin, WHOLE_MESSAGE))
            continue
        head, found, problems = _ENVELOPE.open(message.payload)
        wrapper_vehicle = None if head is None else head.vehicle
        for item, fix in found:
            try:
                device = _device(address.contractor, address.vehicle, wrapper_vehicle, fix.vehicle)
            except Problem as problem:
                problems.append((item, problem))
                continue
            fixes.append(fix)
            origins.append(origin)
            items.append(item)
            devices.append(device)
        if problems:
            rejects.extend(problem.reject(origin, item) for item, problem in problems)
    rows, refused = _columns(fixes, new_rows("position", origins, items, devices))
    return Decoded("position", rows, in_order(rejects + refused))


@remembered
def _address(topic: str) -> Address:
    match topic.split("/"):
        case [*_, contractor, vehicle, "position"] if contractor and vehicle:
            address = Address(contractor, vehicle)
        case [*_, contractor, "positions"] if contractor:
            address = Address(contractor, None)
        case _:
            raise Problem(
                Reason.UNKNOWN_TOPIC,
                "",
                "expected …/{contractor}/{vehicle}/position or …/{contractor}/positions",
            )
    if "\0" in topic or len(address.contractor) > VEHICLE_CHARS or len(address.vehicle or "") > VEHICLE_CHARS:
        raise Problem(
            Reason.UNKNOWN_TOPIC, "", f"expected names of at most {VEHICLE_CHARS} characters in the topic"
        )
    return address


@lru_cache(maxsize=ADDRESS_CACHE_SIZE)
def _device(contractor: str, *vehicles: str | None) -> DeviceKey:
    """The vehicle as topic, wrapper and item name it: at least one of them, and all of them alike."""
    names = [name for name in vehicles if name is not None]
    if not names:
        raise Problem(Reason.MISSING_FIELD, "vehicle", "neither topic nor message names the vehicle")
    if any(name != names[0] for name in names):
        raise Problem(
            Reason.TOPIC_MISMATCH,
            "vehicle",
            f"expected {names[0]!r}, as in the topic or wrapper, got {names[-1]!r}",
        )
    return DeviceKey("position", contractor, names[0])


def _columns(fixes: list[Position], rows: Rows) -> tuple[Rows, list[Reject]]:
    checks = Checks(len(fixes))
    rows["time_us"] = time_us = microseconds_column([fix.time for fix in fixes])
    no_offset = time_us == NO_INSTANT
    checks.refuse(no_offset, Reason.TIME_WITHOUT_OFFSET, "time", "expected Z or an offset such as +01:00")
    checks.refuse(~in_years(time_us), Reason.BAD_TIME, "time", "expected a time in the years 2000 to 2100")
    rows["seq"] = [fix.seq or 0 for fix in fixes]
    _fill_place(fixes, rows, checks)
    _fill_motion(fixes, rows)
    _fill_work(fixes, rows)
    return checks.split(rows)


def _fill_place(fixes: list[Position], rows: Rows, checks: Checks) -> None:
    lon, lat = numbers([fix.lon for fix in fixes]), numbers([fix.lat for fix in fixes])
    missing = np.isnan(lon) | np.isnan(lat)
    if missing.any():
        e = numbers([fix.e for fix in fixes])[missing]
        n = numbers([fix.n for fix in fixes])[missing]
        lon[missing], lat[missing] = (
            np.round(degrees, DEGREE_DECIMALS) for degrees in wgs84_from_sweref(e, n)
        )
    no_place = np.isnan(lon) | np.isnan(lat)
    checks.refuse(
        no_place, Reason.NO_POSITION, "lon", "expected lon and lat in degrees, or e and n in SWEREF 99 TM"
    )
    rows["lon"], rows["lat"] = lon, lat


def _fill_motion(fixes: list[Position], rows: Rows) -> None:
    rows["speed_kmh"] = numbers([fix.speed_kmh for fix in fixes])
    heading_deg = numbers([fix.heading for fix in fixes]).astype(np.float32)
    rows["heading_deg"] = np.where(heading_deg >= 360, np.float32(0), heading_deg)
    rows["accuracy_m"] = numbers([fix.accuracy_m for fix in fixes])
    rows["hdop"] = numbers([fix.hdop for fix in fixes])
    rows["odometer_m"] = numbers([fix.odometer_m for fix in fixes])


def _fill_work(fixes: list[Position], rows: Rows) -> None:
    actions = [actions_of(fix.actions) for fix in fixes]
    rows["actions"] = [mask for mask, _ in actions]
    rows["unknown_actions"] = texts([unknown for _, unknown in actions])
    ploughs = [
        (0, 0) if (p := fix.plough) is None else PLOUGH_MASKS[p.front, p.side_left, p.side_right, p.underbody]
        for fix in fixes
    ]
    rows["plough_known"] = [known for known, _ in ploughs]
    rows["plough_down"] = [down for _, down in ploughs]
    spreads = [fix.spread or _NO_SPREAD for fix in fixes]
    rows["spread_material"] = texts([spread.material for spread in spreads])
    rows["spread_g_per_m2"] = numbers([spread.g_per_m2 for spread in spreads])
    rows["spread_ml_per_m2"] = numbers([spread.ml_per_m2 for spread in spreads])
    rows["spread_width_m"] = numbers([spread.width_m for spread in spreads])
    rows["spread_symmetry"] = texts([spread.symmetry for spread in spreads])
    rows["area"] = texts([fix.area for fix in fixes])
    rows["contract"] = texts([fix.contract for fix in fixes])
    rows["event"] = texts([fix.event for fix in fixes])
