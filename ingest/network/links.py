"""What every kind of network file is read into: links with what a mapping makes of them, and what was left out and why."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol, TypeVar

import pyproj
import shapely

UNREADABLE: Final = "a geometry that cannot be read"
TWICE: Final = "twice in the file"

T = TypeVar("T")


class Watch(Protocol):
    """Passes items on while somebody sees how far it is; `count` is None where nobody knows how many there are."""

    def __call__(self, items: Iterable[T], label: str, count: int | None) -> Iterator[T]: ...


def unwatched(items: Iterable[T], label: str, count: int | None) -> Iterator[T]:  # noqa: ARG001 - it is a Watch
    """Pass items on."""
    return iter(items)


class NetworkFileError(ValueError):
    """The file is not a street network, or the mapping does not fit it; the message says where and why."""


class Feature(NamedTuple):
    """A row of a network file: its values by column, its geometry, and the ids of its end nodes where it has them.

    `fault` is why it has no geometry, where the reader knows.
    """

    values: Mapping[str, object]
    geometry: shapely.Geometry | None
    nodes: tuple[int, int] | None = None
    fault: str = "no geometry"


@dataclass(frozen=True, slots=True)
class FeatureFile:
    """An open network file. `columns`: None where a feature may have any. `count`: None where nobody knows before."""

    crs: pyproj.CRS
    columns: Collection[str] | None
    count: int | None
    features: Iterable[Feature]

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.features)


class Link(NamedTuple):
    """A piece of street as the file has it: what the mapping says of it, and its line in the file's coordinates."""

    identity: str
    street: str
    kind: str
    winter_class: int
    passes_required: int
    one_way: int
    line: shapely.LineString
    nodes: tuple[int, int] | None


@dataclass(slots=True)
class Report:
    """How many links were taken, how many links or parts left out for which reason, an example of each, what was not found.

    `joined`: how many ends lay on the middle of a link, which was cut there.
    """

    links: int = 0
    joined: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    not_found: list[str] = field(default_factory=list)

    def skip(self, reason: str, identity: str) -> None:
        """Count a link, or a part of one, that is left out."""
        self.skipped[reason] += 1
        self.examples.setdefault(reason, identity)

    def lines(self) -> Iterator[str]:
        """Say how much was taken, and what was left out, most frequent first; nothing of a file that was not judged."""
        if self.links:
            yield f"taken: {self.links} links"
        if self.joined:
            yield f"ends joined to the middle of another link: {self.joined}"
        for reason, count in self.skipped.most_common():
            example = f" (such as {self.examples[reason]})" if self.examples[reason] else ""
            yield f"left out: {count} {reason}{example}"
        for column in self.not_found:
            yield f"not in the file: {column}"
