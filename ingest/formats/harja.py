"""HARJA work-machine messages (Finland): positions with tasks, as points or lines, in ETRS-TM35FIN (EPSG:3067).

A line becomes one row a vertex, all of the observation's time, `seq` the vertex's index, without speed: nothing says
when the machine passed the vertices before the last, so no time is made up. `line` says which vertices are of one
line: that they are driven one after the other needs no time (processing.tracks). The direction is the last vertex's.
One bad vertex rejects the observation.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from vinterkoll.ingest.formats.columns import Checks, new_rows, numbers, texts
from vinterkoll.ingest.formats.envelope import Envelope
from vinterkoll.ingest.formats.harja_message import Envelope as Head
from vinterkoll.ingest.formats.harja_message import Item, Observation, Place
from vinterkoll.ingest.formats.harja_tasks import actions_of
from vinterkoll.ingest.formats.lorawan import moment_us, require_same
from vinterkoll.ingest.formats.mip import ADDRESS_CACHE_SIZE, DEGREE_DECIMALS
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.formats.times import NO_INSTANT, in_years, microseconds_column
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.coordinates import wgs84_from_tm35fin
from vinterkoll.processing.digest import line_digest
from vinterkoll.processing.observations import DeviceKey, FloatColumn, IntColumn, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject

_ENVELOPE: Final = Envelope(Item, Head, "havainnot")
_EAST_M: Final = (-500_000.0, 1_500_000.0)
_NORTH_M: Final = (6_000_000.0, 8_500_000.0)
"""Wider than Finland, too narrow for degrees, or for easting and northing swapped."""

_MEASURED_ELSEWHERE: Final = (
    *("speed_kmh", "accuracy_m", "hdop", "odometer_m"),
    *("spread_g_per_m2", "spread_ml_per_m2", "spread_width_m"),
)
_SAID_ELSEWHERE: Final = ("spread_material", "spread_symmetry", "area", "event")


def decode(messages: Sequence[Message]) -> Decoded:
    """Return the positions of `messages` as columns, and the rejects of all other observations."""
    observations: list[Observation] = []
    origins: list[int] = []
    items: list[int] = []
    devices: list[DeviceKey] = []
    versions_us: list[int] = []
    rejects: list[Reject] = []
    for origin, message in enumerate(messages):
        head, found, problems = _ENVELOPE.open(message.payload)
        try:
            contractor, version_us = _sent_by(head, message.topic) if found else ("", 0)
        except Problem as problem:
            rejects.append(problem.reject(origin, WHOLE_MESSAGE))
            continue
        for item, entry in found:
            observations.append(entry.havainto)
            origins.append(origin)
            items.append(item)
            devices.append(_device(contractor, entry.havainto.tyokone.id))
            versions_us.append(version_us)
        rejects.extend(problem.reject(origin, item) for item, problem in problems)
    heads = new_rows("position", origins, items, devices)
    heads["version_us"] = versions_us
    rows, refused = _columns(observations, heads)
    return Decoded("position", rows, in_order(rejects + refused))


def _sent_by(head: Head | None, topic: str) -> tuple[str, int]:
    """The contractor and the message's version. A topic `harja/v1/{contractor}/…` must name the same contractor."""
    if head is None:
        raise Problem(Reason.MISSING_FIELD, "otsikko", "required, was not sent")
    contractor = head.otsikko.lahettaja.organisaatio.ytunnus
    match topic.split("/"):
        case ["harja", _, of_topic, *_]:
            require_same(of_topic, contractor, "otsikko.lahettaja.organisaatio.ytunnus")
    return contractor, moment_us(head.otsikko.lahetysaika, "otsikko.lahetysaika")


@lru_cache(maxsize=ADDRESS_CACHE_SIZE)
def _device(contractor: str, machine: int | str) -> DeviceKey:
    return DeviceKey("position", contractor, str(machine))


def _columns(observations: list[Observation], heads: Rows) -> tuple[Rows, list[Reject]]:
    checks = Checks(len(observations))
    heads["time_us"] = time_us = microseconds_column([one.havaintoaika for one in observations])
    checks.refuse(
        time_us == NO_INSTANT,
        Reason.TIME_WITHOUT_OFFSET,
        "havainto.havaintoaika",
        "expected Z or an offset such as +02:00",
    )
    checks.refuse(
        ~in_years(time_us),
        Reason.BAD_TIME,
        "havainto.havaintoaika",
        "expected a time in the years 2000 to 2100",
    )
    vertices = [_vertices(one.sijainti) for one in observations]
    counts = np.array([len(one) for one in vertices], np.int64)
    checks.refuse(
        counts == 0, Reason.NO_POSITION, "havainto.sijainti", "expected koordinaatit or viivageometria"
    )
    x = numbers([vertex[0] for one in vertices for vertex in one])
    y = numbers([vertex[1] for one in vertices for vertex in one])
    of = np.repeat(np.arange(len(observations)), counts)
    outside = ~((x >= _EAST_M[0]) & (x <= _EAST_M[1]) & (y >= _NORTH_M[0]) & (y <= _NORTH_M[1]))
    checks.refuse(
        np.bincount(of[outside], minlength=len(observations)) > 0,
        Reason.OUT_OF_RANGE,
        "havainto.sijainti",
        "expected x (easting) and y (northing) in metres of ETRS-TM35FIN",
    )
    _fill_work(observations, heads)
    passed = checks.passed()
    _, rejects = checks.split(heads)
    kept = passed[of]
    rows = heads[of[kept]]
    _fill_place(rows, x[kept], y[kept], counts[passed])
    return rows, rejects


def _vertices(place: Place) -> list[list[float]]:
    if place.viivageometria is not None:
        return place.viivageometria.coordinates
    point = place.koordinaatit
    return [] if point is None else [[point.x, point.y]]


def _fill_work(observations: list[Observation], heads: Rows) -> None:
    actions = [actions_of(one.suoritettavatTehtavat or []) for one in observations]
    heads["actions"] = [mask for mask, _ in actions]
    heads["unknown_actions"] = texts([unknown for _, unknown in actions])
    heads["contract"] = texts([None if one.urakkaid is None else str(one.urakkaid) for one in observations])
    heading_deg = numbers([one.suunta for one in observations]).astype(np.float32)
    heads["heading_deg"] = np.where(heading_deg >= 360, np.float32(0), heading_deg)
    for name in _MEASURED_ELSEWHERE:
        heads[name] = np.nan
    for name in _SAID_ELSEWHERE:
        heads[name] = texts([None] * len(observations))


def _fill_place(rows: Rows, x: FloatColumn, y: FloatColumn, counts: IntColumn) -> None:
    """Place of each vertex, its index, its line, and no direction but the last vertex's."""
    ends = np.cumsum(counts)
    rows["seq"] = np.arange(len(rows)) - np.repeat(ends - counts, counts)
    inner = np.ones(len(rows), bool)
    inner[ends - 1] = False
    rows["heading_deg"][inner] = np.nan
    lon, lat = wgs84_from_tm35fin(x, y)
    rows["lon"], rows["lat"] = np.round(lon, DEGREE_DECIMALS), np.round(lat, DEGREE_DECIMALS)
    lengths = counts[counts > 1]
    rows["line"][np.repeat(counts > 1, counts)] = np.repeat(
        line_digest(rows[np.repeat(counts > 1, counts)], np.cumsum(lengths) - lengths), lengths
    )
