"""A bar on standard error for whoever watches; nothing where nobody does."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import typer

T = TypeVar("T")


def watched(
    items: Iterable[T], label: str, count: int | None, reached: Callable[[], int] | None = None
) -> Iterator[T]:
    """Yield `items`, showing how far it is: `reached` of `count`, which are the items unless it is given."""
    if not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, length=count, label=label, file=sys.stderr) as bar:
        for item in items:
            yield item
            bar.update(1 if reached is None else reached() - bar.pos)
