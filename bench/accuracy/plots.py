"""Line charts as SVG; the lines of a peer dashed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 34, 44
COLOURS: Final = ("#08519c", "#3182bd", "#31a354", "#e6550d", "#a63603", "#636363")
LINE: Final = '<polyline fill="none" stroke="{colour}" stroke-width="2" {dash} points="{points}"/>'
TEXT: Final = '<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'


@dataclass(frozen=True)
class Axes:
    """What the axes say. `y_ticks`: the lowest first. `logarithmic`: the horizontal one."""

    x_label: str
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    logarithmic: bool = False


def chart(
    file: Path,
    title: str,
    axes: Axes,
    lines: Mapping[str, tuple[Sequence[float], Sequence[float] | None]],
) -> None:
    """Write a chart: name to (ours, the peer's or None), each as long as `axes.x_ticks`."""
    along = [math.log(value) if axes.logarithmic else value for value in axes.x_ticks]
    lowest, highest = axes.y_ticks[0], axes.y_ticks[-1]
    xs = [LEFT + (at - along[0]) / (along[-1] - along[0]) * (WIDTH - LEFT - RIGHT) for at in along]

    def y(value: float) -> float:
        return TOP + (highest - max(value, lowest)) / (highest - lowest) * (HEIGHT - TOP - BOTTOM)

    parts = [TEXT.format(x=LEFT, y=20, anchor="start", text=title)]
    for tick in axes.y_ticks:
        here = y(tick)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{here:.1f}" y2="{here:.1f}" stroke="#ddd"/>'
        )
        parts.append(TEXT.format(x=LEFT - 8, y=here + 4, anchor="end", text=f"{tick:g}"))
    below = HEIGHT - BOTTOM + 18
    labels = zip(xs, axes.x_ticks, strict=True)
    parts += [TEXT.format(x=x, y=below, anchor="middle", text=f"{tick:g}") for x, tick in labels]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(TEXT.format(x=middle, y=HEIGHT - 8, anchor="middle", text=axes.x_label))
    for place, (name, both) in enumerate(lines.items()):
        colour = COLOURS[place]
        for shares, dash in zip(both, ("", 'stroke-dasharray="5 4"'), strict=True):
            if shares is not None:
                points = " ".join(f"{x:.1f},{y(share):.1f}" for x, share in zip(xs, shares, strict=True))
                parts.append(LINE.format(colour=colour, dash=dash, points=points))
        row = TOP + 16 + 18 * place
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{row - 6}" width="18" height="3" fill="{colour}"/>')
        parts.append(TEXT.format(x=WIDTH - RIGHT + 38, y=row, anchor="start", text=name))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
    )
    file.write_text("\n".join([head, *parts, "</svg>"]) + "\n")
