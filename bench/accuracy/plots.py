"""Line charts as SVG: a line an interval, over the noise; the peer's lines dashed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 360
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 34, 44
COLOURS: Final = ("#08519c", "#3182bd", "#31a354", "#e6550d", "#a63603")
LINE: Final = '<polyline fill="none" stroke="{colour}" stroke-width="2" {dash} points="{points}"/>'
TEXT: Final = '<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'


def chart(
    file: Path,
    title: str,
    noise_m: Sequence[float],
    lines: Mapping[str, tuple[Sequence[float], Sequence[float] | None]],
    lowest: float,
) -> None:
    """Write a chart of shares from `lowest` to 1: name to (ours, the peer's or None), each as long as `noise_m`."""

    def x(noise: float) -> float:
        return LEFT + noise / max(noise_m) * (WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return TOP + (1 - max(share, lowest)) / (1 - lowest) * (HEIGHT - TOP - BOTTOM)

    parts = [TEXT.format(x=LEFT, y=20, anchor="start", text=title)]
    for tenth in range(round(lowest * 10), 11):
        here = y(tenth / 10)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{here:.1f}" y2="{here:.1f}" stroke="#ddd"/>'
        )
        parts.append(TEXT.format(x=LEFT - 8, y=here + 4, anchor="end", text=f"{tenth / 10:.1f}"))
    below = HEIGHT - BOTTOM + 18
    parts += [TEXT.format(x=x(noise), y=below, anchor="middle", text=f"{noise:g}") for noise in noise_m]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(TEXT.format(x=middle, y=HEIGHT - 8, anchor="middle", text="GPS noise, m on each axis"))
    for place, (name, both) in enumerate(lines.items()):
        colour = COLOURS[place]
        for shares, dash in zip(both, ("", 'stroke-dasharray="5 4"'), strict=True):
            if shares is not None:
                points = " ".join(f"{x(n):.1f},{y(s):.1f}" for n, s in zip(noise_m, shares, strict=True))
                parts.append(LINE.format(colour=colour, dash=dash, points=points))
        row = TOP + 16 + 18 * place
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{row - 6}" width="18" height="3" fill="{colour}"/>')
        parts.append(TEXT.format(x=WIDTH - RIGHT + 38, y=row, anchor="start", text=name))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
    )
    file.write_text("\n".join([head, *parts, "</svg>"]) + "\n")
