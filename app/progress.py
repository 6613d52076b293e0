"""A bar on standard error for whoever watches; nothing where nobody does."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import typer

T = TypeVar("T")


def watched(items: Iterable[T], label: str, count: int | None) -> Iterator[T]:
    """Yield `items`, showing how far it is."""
    if not sys.stderr.isatty():
        yield from items
        return
    with typer.progressbar(items, length=count, label=label, file=sys.stderr) as bar:
        yield from bar
