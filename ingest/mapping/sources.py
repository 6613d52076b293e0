"""The places a mapping reads, compiled once: from the items of a batch to the list of values at a place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import Struct

from vinterkoll.ingest.mapping.file import Whence
from vinterkoll.ingest.mapping.paths import Index, Path, is_plain, parse_path, takes_all
from vinterkoll.ingest.mapping.shape import Getter, Shape, Values


class MappingFault(Exception):  # noqa: N818 - found while compiling; the reader of the file adds file and line
    """What is wrong with the mapping at `keys`."""

    def __init__(self, keys: Sequence[str], reason: str) -> None:
        super().__init__(reason)
        self.keys = tuple(keys)
        self.reason = reason


class Items(NamedTuple):
    """Decoded items of some messages, and the message around each."""

    items: list[Any]
    heads: list[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One place. `text` names it to senders; `typed`: the parser checked the type of its values."""

    text: str
    read: Callable[[Items], Values]
    typed: bool
    path: Path | None = None
    header: Path | None = None
    value: Any = None


@dataclass
class Sources:
    """Collects the places of a mapping; once sealed, gives their sources."""

    items: Path | None
    item_shape: Shape = field(default_factory=Shape)
    header_paths: list[tuple[Path, Any]] = field(default_factory=list)

    def plan(self, keys: Sequence[str], whence: Whence, value_type: Any, *, many: bool = False) -> None:
        """Read what `whence`, which stands at `keys`, names as `value_type`."""
        value = getattr(whence, "value", None)
        if (whence.path is None and whence.header is None) == (value is None):
            raise MappingFault(
                keys, "expected path, header or value" if value is None else "value stands alone"
            )
        if whence.path is not None:
            path = self._parsed(keys, whence.path, many=many)
            try:
                self.item_shape.add(path, value_type)
            except ValueError as error:
                raise MappingFault(keys, f"path {whence.path!r}: {error}") from error
        if whence.header is not None:
            if self.items is None:
                raise MappingFault(keys, "header needs items: without them the message is the item")
            self.header_paths.append((self._parsed(keys, whence.header, many=many), value_type))
            self.header(keys, list)

    @staticmethod
    def _parsed(keys: Sequence[str], text: str, *, many: bool) -> Path:
        try:
            path = parse_path(text)
        except ValueError as error:
            raise MappingFault(keys, str(error)) from error
        if takes_all(path) and not many:
            raise MappingFault(keys, f"the path {text!r} leads to many values, expected one")
        return path

    def header(self, keys: Sequence[str], items_type: Any) -> Shape:
        """Return the shape of the message around the items, which are a `items_type`."""
        shape = Shape()
        try:
            shape.add(self.items or (), items_type)
            for path, value_type in self.header_paths:
                if path == self.items:
                    raise ValueError("the items are there")  # noqa: TRY301 - one place says it
                shape.add(path, value_type)
        except ValueError as error:
            raise MappingFault(keys, f"header: {error}") from error
        return shape

    def source(self, whence: Whence) -> Source:
        """Return the source of what was planned, once everything is."""
        value = getattr(whence, "value", None)
        if value is not None:
            return Source("", lambda batch: [value] * len(batch.items), typed=True, value=value)
        own = None if whence.path is None else parse_path(whence.path)
        outer = None if whence.header is None else parse_path(whence.header)
        typed = own is None or self.item_shape.is_typed(own)
        shape = self.header((), list) if outer is not None else Shape()
        typed = typed and (outer is None or shape.is_typed(outer))
        get_own = None if own is None else self.item_shape.getter(own)
        get_outer = None if outer is None else shape.getter(outer)
        return Source(whence.path or whence.header or "", _reader(get_own, get_outer), typed, own, outer)

    def item_type(self) -> "type[Struct]":
        """Return the type of an item."""
        return self.item_shape.struct()


def _reader(own: Getter | None, outer: Getter | None) -> Callable[[Items], Values]:
    if outer is None:
        assert own is not None  # noqa: S101 - planned so
        return lambda batch: own(batch.items)
    if own is None:
        return lambda batch: outer(batch.heads)
    return lambda batch: [
        first if first is not None else second
        for first, second in zip(own(batch.items), outer(batch.heads), strict=True)
    ]


def items_path(text: str | None) -> Path | None:
    """Return the path to the array of items."""
    if text is None:
        return None
    try:
        path = parse_path(text)
    except ValueError as error:
        raise MappingFault(["items"], str(error)) from error
    if not is_plain(path):
        raise MappingFault(["items"], f"the path {text!r} may not select elements on the way to the items")
    return path


def refuse_personal(keys: Sequence[str], text: str, personal: Sequence[str]) -> None:
    """A member that is blanked in what is kept cannot be read again when that is replayed."""
    read = {step.name.lower() for step in parse_path(text) if not isinstance(step, Index)}
    for name in personal:
        if name.lower() in read:
            raise MappingFault(keys, f"{name!r} is personal, and blanked in what is kept: it cannot be read")
