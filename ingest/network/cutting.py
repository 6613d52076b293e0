"""Links to segments: equal parts of at most 100 m, with ids that are the same whenever the same link is imported.

An id is a digest of all that the segment says, so a segment that changes in anything is another one.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from vinterkoll.ingest.network.joining import APART_MIN_M, Joined, joined
from vinterkoll.ingest.network.links import TWICE, Link, NetworkFileError, Report, Watch, unwatched
from vinterkoll.ingest.network.parts import along_m, parts
from vinterkoll.processing.coordinates import wgs84_from_sweref
from vinterkoll.processing.network import Segments
from vinterkoll.processing.observations import IntColumn

LENGTH_MAX_M: Final = 100.0
"""Short enough that "half of it was done" means something, long enough that a town is some ten thousand rows."""

_RING_PARTS: Final = 3
"""A ring in fewer parts would have two segments between the same two nodes, or one from a node to itself."""

_RING_MIN_M: Final = _RING_PARTS * APART_MIN_M
"""Shorter ones come of ends that were drawn too far, and would be cut into less than what joining leaves of a link."""

_SHORT_RING: Final = f"a ring of less than {_RING_MIN_M:.2f} m"

_DIGEST_STEPS_PER_M: Final = 100
_DIGEST_STEPS_PER_DEGREE: Final = 10_000_000
"""A digest takes coordinates by the centimetre."""

_DEGREE_DECIMALS: Final = 8
"""A millimetre; the digits behind it are noise of the projection, and differ between releases of PROJ."""


class _Piece(NamedTuple):
    segment_id: int
    link: Link
    start_node: int
    end_node: int
    line: shapely.LineString


def segments_of(
    links: Sequence[Link],
    metres: NDArray[np.object_],
    report: Report,
    *,
    degrees: bool,
    watch: Watch = unwatched,
) -> Segments:
    """Join links and cut them into segments; `report` tells what was joined, and what left out then.

    Parameters
    ----------
    links : n links
    metres : (n,) their lines in SWEREF 99 TM
    degrees : whether the links' own coordinates are degrees

    Raises
    ------
    NetworkFileError
        When there is none, or two segments get one id: by chance 1 in 10^10 for a town, 1 in 10^5 for a whole country.
    """
    whole = _once(joined(links, metres, report), report, degrees=degrees) if links else []
    if not whole:
        raise NetworkFileError("no street is left to import")
    pieces = [piece for one, places in watch(whole, "cutting", len(whole)) for piece in _pieces(one, places)]
    identity = np.array([piece.segment_id for piece in pieces], np.int64)
    if len(np.unique(identity)) != len(identity):
        raise NetworkFileError("two segments have the same digest")
    return _columns(pieces, identity)


def places_of(link: Link, *, degrees: bool) -> bytes:
    """Return a link's places as its digest takes them: by the centimetre and without heights."""
    steps = _DIGEST_STEPS_PER_DEGREE if degrees else _DIGEST_STEPS_PER_M
    places: bytes = np.rint(shapely.get_coordinates(link.line) * steps).astype(">i8").tobytes()
    return places


def _once(found: Iterable[Joined], report: Report, *, degrees: bool) -> list[tuple[Joined, bytes]]:
    """Return what is to be cut with its places: no short rings, and what is there twice once, whatever the order of the rows.

    Links that overlap are twice in the file where they do: joining cuts each at the other's ends.
    """
    kept: dict[tuple[str, bytes], Joined] = {}
    for one in found:
        if one.nodes[0] == one.nodes[1] and one.metres.length < _RING_MIN_M:
            report.skip(_SHORT_RING, one.link.identity)
            continue
        same = (one.link.identity, places_of(one.link, degrees=degrees))
        if (other := kept.setdefault(same, one)) is not one:
            report.skip(TWICE, one.link.identity)
            kept[same] = min(other, one, key=lambda it: (_about(it.link), it.nodes, it.metres.wkb))
    return [(one, places) for (_, places), one in kept.items()]


def _about(link: Link) -> tuple[str, str, str, int, int, int]:
    return (
        link.identity,
        link.street,
        link.kind,
        link.winter_class,
        link.passes_required,
        link.one_way,
    )


def _pieces(one: Joined, places: bytes) -> Iterator[_Piece]:
    link, line, ends = one
    count = max(math.ceil(line.length / LENGTH_MAX_M), _RING_PARTS if ends[0] == ends[1] else 1)
    whole = hashlib.blake2b(repr((*_about(link), *ends, count)).encode() + places)
    ids = [_part_id(whole, part) for part in range(count)]
    nodes = [ends[0], *(-one for one in ids[1:]), ends[1]]  # an inner node is that of the segment it begins
    for part, cut in enumerate(_equal_parts(line, count)):
        yield _Piece(ids[part], link, nodes[part], nodes[part + 1], cut)


def _equal_parts(line: shapely.LineString, count: int) -> Sequence[shapely.LineString]:
    if count == 1:
        return [line]
    places = shapely.get_coordinates(line)
    at_m = along_m(places)
    return parts(places, at_m, np.linspace(0.0, at_m[-1], count + 1))


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
