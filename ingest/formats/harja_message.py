"""HARJA's work-machine message (työkoneenseurannan kirjaus) as types; what has no use here is not read."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

VERTICES_MAX = 5_000
"""Vertices of one line: as many as a message may have items."""

Identity = Annotated[str, Meta(min_length=1, max_length=64)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Task = Annotated[str, Meta(min_length=1, max_length=200)]
Vertex = Annotated[list[float], Meta(min_length=2, max_length=3)]


class Organisation(Struct, frozen=True):
    """The contractor, by its business id."""

    ytunnus: Identity


class Sender(Struct, frozen=True):
    """Who sends; the name of its system is not read."""

    organisaatio: Organisation


class Header(Struct, frozen=True):
    """`lahetysaika` is the message's version: the same observation sent again later is a correction."""

    lahettaja: Sender
    lahetysaika: datetime


class Envelope(Struct, frozen=True):
    """What is said about all `havainnot`."""

    otsikko: Header


class Machine(Struct, gc=False, frozen=True):
    """Unique within the contractor."""

    id: Int64 | Identity


class Point(Struct, gc=False, frozen=True):
    """Metres of ETRS-TM35FIN; the height is not read."""

    x: float
    y: float


class Line(Struct, gc=False, frozen=True):
    """The way since the observation before; it has no times between its ends."""

    type: Literal["LineString"]
    coordinates: Annotated[list[Vertex], Meta(min_length=2, max_length=VERTICES_MAX)]


class Place(Struct, gc=False, frozen=True):
    """One of the two."""

    koordinaatit: Point | None = None
    viivageometria: Line | None = None


class Observation(Struct, gc=False, frozen=True):
    """One observation of one machine. An empty list of tasks is transit."""

    tyokone: Machine
    sijainti: Place
    havaintoaika: datetime
    suunta: Annotated[float, Meta(ge=0, le=360)] | None = None
    urakkaid: Int64 | None = None
    suoritettavatTehtavat: Annotated[list[Task], Meta(max_length=100)] | None = None  # noqa: N815


class Item(Struct, gc=False, frozen=True):
    """An element of `havainnot`."""

    havainto: Observation
