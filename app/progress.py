"""A bar on standard error for whoever watches; nothing where nobody does."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

import typer

T = TypeVar("T")

_STEPS: Final = 100
"""The bar is drawn anew at each percent: a terminal is slow beside a file."""

_STEP_UNCOUNTED: Final = 1000
"""Items between two drawings where nobody knows how many there are."""


def watched(
    items: Iterable[T], label: str, count: int | None, reached: Callable[[], int] | None = None
) -> Iterator[T]:
    """Yield `items`, showing how far it is: `reached` of `count`, which are the items unless it is given.

    Where `count` is None, because nobody knows it, how many there were so far is shown, and no share.
    """
    if count == 0 or not sys.stderr.isatty():
        yield from items
        return
    step = _STEP_UNCOUNTED if count is None else max(1, count // _STEPS)
    uncounted = count is None
    with typer.progressbar(
        items, length=count, label=label, file=sys.stderr, show_pos=uncounted, show_percent=not uncounted
    ) as bar:
        at = 0
        for done, item in enumerate(items, 1):
            yield item
            at = done if reached is None else reached()
            if at - bar.pos >= step:
                bar.update(at - bar.pos)
        bar.update(at - bar.pos)
