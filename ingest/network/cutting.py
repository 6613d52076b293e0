"""Links to segments: equal parts of at most 100 m, with ids that are the same whenever the same link is imported.

An id is a digest of all that the segment says, so a segment that changes in anything is another one.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from vinterkoll.ingest.network.links import Link, NetworkFileError, Watch, unwatched
from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.network import Segments
from vinterkoll.processing.observations import IntColumn

LENGTH_MAX_M: Final = 100.0
"""Short enough that "half of it was done" means something, long enough that a town is some ten thousand rows."""

_RING_PARTS: Final = 3
"""A ring in fewer parts would have two segments between the same two nodes, or one from a node to itself."""

_DIGEST_STEPS_PER_M: Final = 100
_DIGEST_STEPS_PER_DEGREE: Final = 10_000_000
"""A digest takes coordinates by the centimetre."""

_DEGREE_DECIMALS: Final = 8
"""A millimetre; the digits behind it are noise of the projection, and differ between releases of PROJ."""

_NORTHING_BITS: Final = 31
"""Centimetres of northing, up to 21,000 km, fit below the easting in one node id."""


class _Piece(NamedTuple):
    segment_id: int
    link: Link
    start_node: int
    end_node: int
    line: shapely.LineString


def segments_of(
    links: Sequence[Link], metres: NDArray[np.object_], *, degrees: bool, watch: Watch = unwatched
) -> Segments:
    """Cut links into segments.

    Parameters
    ----------
    links : n links
    metres : (n,) their lines in SWEREF 99 TM
    degrees : whether the links' own coordinates are degrees

    Raises
    ------
    NetworkFileError
        When there is none, or two segments get one id, which is a matter of 1 in 10^9 for a whole country.
    """
    if not links:
        raise NetworkFileError("no street is left to import")
    lines = zip(links, metres, _end_nodes(links, metres), strict=True)
    pieces = [
        piece
        for link, line, ends in watch(lines, "cutting", len(links))
        for piece in _pieces(link, line, ends, places_of(link, degrees=degrees))
    ]
    identity = np.array([piece.segment_id for piece in pieces], np.int64)
    if len(np.unique(identity)) != len(identity):
        raise NetworkFileError("two segments have the same digest")
    return _columns(pieces, identity)


def places_of(link: Link, *, degrees: bool) -> bytes:
    """Return a link's places as its digest takes them: by the centimetre and without heights."""
    steps = _DIGEST_STEPS_PER_DEGREE if degrees else _DIGEST_STEPS_PER_M
    places: bytes = np.rint(shapely.get_coordinates(link.line) * steps).astype(">i8").tobytes()
    return places


def _end_nodes(links: Sequence[Link], metres: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Return the node ids of each link's ends: the file's own, or the place by the centimetre, so that ends that meet agree."""
    first, last = shapely.get_point(metres, 0), shapely.get_point(metres, -1)
    at = [_place_ids(shapely.get_coordinates(points)).tolist() for points in (first, last)]
    return [link.nodes or (start, end) for link, start, end in zip(links, *at, strict=True)]


def _place_ids(places: NDArray[np.float64]) -> IntColumn:
    """Return the node id of each place (n, 2): exact by the centimetre, without collisions.

    >>> _place_ids(np.array([[1.0, 2.0], [1.001, 2.004], [1.01, 2.0]])).tolist()
    [214748365000, 214748365000, 216895848648]
    """
    east, north = np.rint(places * 100).astype(np.int64).T
    ids: IntColumn = (east << _NORTHING_BITS) + north
    return ids


def _pieces(link: Link, line: shapely.LineString, ends: tuple[int, int], places: bytes) -> Iterator[_Piece]:
    count = max(math.ceil(line.length / LENGTH_MAX_M), _RING_PARTS if ends[0] == ends[1] else 1)
    about = (link.identity, link.street, link.kind, link.winter_class, link.passes_required, link.one_way)
    whole = hashlib.blake2b(repr((*about, *ends, count)).encode() + places)
    ids = [_part_id(whole, part) for part in range(count)]
    nodes = [ends[0], *(-one for one in ids[1:]), ends[1]]  # an inner node is that of the segment it begins
    borders = [line.length * part / count for part in range(count + 1)]
    for part, identity in enumerate(ids):
        cut = line if count == 1 else substring(line, borders[part], borders[part + 1])
        yield _Piece(identity, link, nodes[part], nodes[part + 1], cut)


def _part_id(whole: Any, part: int) -> int:
    digest = whole.copy()
    digest.update(part.to_bytes(4, "big"))
    return int.from_bytes(digest.digest()[:8], "big") >> 1  # 63 bits: positive as bigint


def _columns(pieces: list[_Piece], identity: IntColumn) -> Segments:
    lines = np.array([piece.line for piece in pieces], object)
    degrees = np.column_stack(wgs84_from_sweref(*shapely.get_coordinates(lines).T))
    links = [piece.link for piece in pieces]
    return Segments(
        segment_id=identity,
        street=np.array([link.street for link in links], object),
        kind=np.array([link.kind for link in links], object),
        winter_class=np.array([link.winter_class for link in links], np.int64),
        passes_required=np.array([link.passes_required for link in links], np.int64),
        start_node=np.array([piece.start_node for piece in pieces], np.int64),
        end_node=np.array([piece.end_node for piece in pieces], np.int64),
        length_m=np.asarray(shapely.length(lines)),
        lines=shapely.set_coordinates(lines, np.round(degrees, _DEGREE_DECIMALS)),
        one_way=np.array([link.one_way for link in links], np.int64),
    )
