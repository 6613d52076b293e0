"""All cells of noise and interval: what our matcher and Meili make of them, how right it is and how fast."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from accuracy.measure import Metres, WayAccuracy, metres, segments_crossed, way_accuracy
from accuracy.traces import Receiver, Trace, observe
from accuracy.worlds import World
from vinterkoll.processing.coordinates import sweref_from_wgs84
from vinterkoll.processing.matching import match
from vinterkoll.processing.spreading import nothing_spread
from vinterkoll.processing.tracks import Fixes, linked_to_next
from vinterkoll.processing.treatment import stretches_of
from vinterkoll.simulators.network import to_lon_lat

NOISE_M: Final = (0, 3, 5, 10, 20)
INTERVAL_S: Final = (1, 2, 5, 10, 30, 60)
BATCH: Final = 5_000
"""Fixes, as the worker takes them."""


Sent = Callable[[Fixes], Fixes]
"""What becomes of the fixes before they are matched."""


class Peer(NamedTuple):
    """What Meili made of a cell, and how many fixes a second of one core."""

    ways: WayAccuracy
    rate: float


@dataclass(frozen=True, slots=True)
class Cell:
    """What came out of one world seen by one receiver."""

    receiver: Receiver
    ways: WayAccuracy
    metres: Metres
    crossed: int
    rate: float
    peer: Peer | None = None
    note: str = ""


def receivers(drift_share: float, heading: bool) -> Iterator[Receiver]:
    for noise_m in NOISE_M:
        for interval_s in INTERVAL_S:
            yield Receiver(noise_m, interval_s, drift_share, heading)


def seconds_to_match(world: World, fixes: Fixes) -> float:
    """Return the seconds of CPU that it takes to match in batches, from degrees to segments."""
    lon, lat = to_lon_lat(np.column_stack([fixes.x, fixes.y])).T.copy()
    took = 0.0
    for at in range(0, len(fixes), BATCH):
        batch = fixes.only(np.arange(at, min(at + BATCH, len(fixes))))
        degrees = lon[at : at + BATCH], lat[at : at + BATCH]
        began = time.process_time()
        x, y = sweref_from_wgs84(*degrees)
        projected = replace(batch, x=x, y=y)
        match(projected, linked_to_next(projected), world.network)
        took += time.process_time() - began
    return took


def over_seeds(world: World, receiver: Receiver, seeds: Sequence[int]) -> Cell:
    """Measure a cell with several seeds: metres and segments are added up, shares of fixes are the mean."""
    cells = [measured(world, replace(receiver, seed=seed))[0] for seed in seeds]
    total = Metres(0.0, 0.0, 0.0, 0.0)
    for cell in cells:
        total += cell.metres
    ways = WayAccuracy(
        *(float(np.mean(shares)) for shares in zip(*(cell.ways for cell in cells), strict=True))
    )
    crossed = sum(cell.crossed for cell in cells)
    return Cell(receiver, ways, total, crossed, float(np.mean([cell.rate for cell in cells])))


def measured(world: World, receiver: Receiver, sent: Sent = lambda fixes: fixes) -> tuple[Cell, Trace]:
    """Measure a cell."""
    trace = observe(world, receiver)
    trace = replace(trace, fixes=sent(trace.fixes))
    found = match(trace.fixes, linked_to_next(trace.fixes), world.network)
    rows, step = stretches_of(trace.fixes, trace.fixes.group, nothing_spread(len(trace.fixes)), world.network)
    drive = trace.fixes.group[step]
    cell = Cell(
        receiver,
        way_accuracy(world, trace, found.segment, found.direction.astype(np.int64)),
        metres(world, rows, drive),
        segments_crossed(world, rows, drive),
        len(trace.fixes) / seconds_to_match(world, trace.fixes),
    )
    return cell, trace


def beside_meili(world: World, asked: list[Receiver], directory: Path) -> Iterator[Cell]:
    """Measure each cell with Meili beside it, which gets the streets of each vehicle's kinds."""
    from accuracy.meili import Meili  # noqa: PLC0415 - not installed where only our own matcher is measured

    peers = {kinds: Meili(world, kinds, directory / str(kinds)) for kinds in {d.kinds for d in world.drives}}
    for receiver in asked:
        cell, trace = measured(world, receiver)
        segment, direction = np.full(len(trace.segment), -1), np.zeros(len(trace.segment), np.int64)
        seconds = 0.0
        for kinds, peer in peers.items():
            wanted = np.flatnonzero(trace.fixes.kinds == kinds)
            found = peer.match(trace, wanted)
            segment[wanted], direction[wanted] = found.segment[wanted], found.direction[wanted]
            seconds += found.seconds
        ways = way_accuracy(world, trace, segment, direction)
        peer_found = Peer(ways, len(trace.segment) / seconds)
        yield Cell(cell.receiver, cell.ways, cell.metres, cell.crossed, cell.rate, peer_found)
