"""Measures everything in docs/accuracy.md and writes its figures and plots anew: `make accuracy`."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from accuracy.plots import Axes, chart
from accuracy.run import INTERVAL_S, NOISE_M, Cell, beside_meili, measured, over_seeds, receivers
from accuracy.traces import Receiver, heading_back, heading_north, of_all_kinds
from accuracy.worlds import crossings, grid, towns

DOCS: Final = Path(__file__).parents[2] / "docs"
FIGURES: Final = "<!-- figures of {}: written by `make accuracy` -->\n"
PEER_HEAD: Final = (
    "| noise, interval | ways | Meili's | ways and direction | Meili's | recall | precision | amounts | wrong | fixes/s | Meili's |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|\n"
)
HEAD: Final = "| noise, interval | ways and direction | recall | precision | amounts | wrong |\n|---|---|---|---|---|---|\n"
SEEDS: Final = (1, 2, 3, 4)
OTHERWISE: Final = {
    "all kinds": of_all_kinds,
    "heading always 0": heading_north,
    "heading turned by 180°": heading_back,
}
"""What may go wrong with what the vehicles send."""


def row(cell: Cell) -> str:
    name = f"{cell.receiver.noise_m:g} m, {cell.receiver.interval_s} s" + (cell.note and f", {cell.note}")
    metres = cell.metres
    treated = f"{metres.recall:.3f} | {metres.precision:.3f} | {metres.amount:.3f} | {cell.crossed}"
    if cell.peer is None:
        return f"| {name} | {cell.ways.directed:.3f} | {treated} |\n"
    ours, its = cell.ways, cell.peer.ways
    ways = f"{_better(ours.way, its.way)} | {its.way:.3f} | {_better(ours.directed, its.directed)} | {its.directed:.3f}"
    return f"| {name} | {ways} | {treated} | {_thousands(cell.rate)} | {_thousands(cell.peer.rate)} |\n"


def _better(ours: float, its: float) -> str:
    return f"**{ours:.3f}**" if ours > its else f"{ours:.3f}"


def _thousands(rate: float) -> str:
    return f"{round(rate, -3):,.0f}"


def report(name: str, cells: list[Cell]) -> None:
    """Put the figures into the document, and draw what has a peer."""
    for cell in cells:
        print(name, row(cell), end="", flush=True)
    file, start, end = DOCS / "accuracy.md", FIGURES.format(name), f"<!-- end of {name} -->"
    head = HEAD if cells[0].peer is None else PEER_HEAD
    table = start + head + "".join(map(row, cells)) + end
    text = file.read_text()
    file.write_text(re.sub(f"{re.escape(start)}.*?{re.escape(end)}", lambda _: table, text, flags=re.DOTALL))
    if cells[0].peer is not None:
        draw(name, {(cell.receiver.noise_m, cell.receiver.interval_s): cell for cell in cells})


def draw(name: str, cells: dict[tuple[float, int], Cell]) -> None:
    folder = DOCS / "accuracy"
    folder.mkdir(exist_ok=True)
    ways, recall, precision = {}, {}, {}
    for seconds in INTERVAL_S:
        line = [cells[noise, seconds] for noise in NOISE_M]
        its = [cell.peer.ways.way for cell in line if cell.peer]
        ways[f"{seconds} s"] = [cell.ways.way for cell in line], its
        recall[f"{seconds} s"] = [cell.metres.recall for cell in line], None
        precision[f"{seconds} s"] = [cell.metres.precision for cell in line], None
    chart(folder / f"{name}-ways.svg", "Fixes on the right way (dashed: Meili)", shares_from(0.5), ways)
    chart(folder / f"{name}-recall.svg", "Recall of treated metres", shares_from(0.3), recall)
    chart(folder / f"{name}-precision.svg", "Precision of treated metres", shares_from(0.3), precision)


def shares_from(lowest: float) -> Axes:
    tenths = range(round(lowest * 10), 11)
    return Axes("GPS noise, m on each axis", NOISE_M, [tenth / 10 for tenth in tenths])


def main() -> None:
    for world in (grid(), towns()):
        with tempfile.TemporaryDirectory() as directory:
            asked = list(receivers(drift_share=0.0, heading=False))
            report(world.name, list(beside_meili(world, asked, Path(directory))))
    real = [measured(towns(), receiver)[0] for receiver in receivers(drift_share=0.9, heading=True)]
    otherwise = [
        replace(measured(towns(), Receiver(5, 5, 0.9, heading=True), sent)[0], note=note)
        for note, sent in OTHERWISE.items()
    ]
    report("towns-as-sent", real + otherwise)
    report(
        "crossings", [over_seeds(crossings(), receiver, SEEDS) for receiver in receivers(0.0, heading=False)]
    )


if __name__ == "__main__":
    main()
