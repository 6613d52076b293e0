"""The part of a supplier's JSON that a mapping reads, as msgspec types: what is not read is skipped by the parser.

A value that only one field reads is typed by the parser itself. Elements chosen from an array, and what two fields read
as different types, are taken as they come; the columns check them.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final, TypeAlias

from msgspec import Struct, defstruct

from vinterkoll.ingest.mapping.paths import Index, Key, Path, Step, Where, takes_all

Values: TypeAlias = list[Any]
Getter: TypeAlias = Callable[[Sequence[Any]], Values]
"""From items to the value of each; None where there is none."""

_ABSENT: Final = None


class _Node:
    """An object with members, an array with one type of element, or a value; which one, the first path decides."""

    def __init__(self, in_array: bool) -> None:
        self.in_array = in_array
        self.members: dict[str, _Node] = {}
        self.element: _Node | None = None
        self.types: list[Any] = []

    def member(self, name: str) -> "_Node":
        if self.element is not None or self.types:
            raise ValueError(f"{name!r} is asked of what another path takes as an array or a value")
        return self.members.setdefault(name, _Node(self.in_array))

    def part(self) -> "_Node":
        if self.members or self.types:
            raise ValueError("an element is asked of what another path takes as an object or a value")
        self.element = self.element or _Node(in_array=True)
        return self.element

    def take(self, value_type: Any) -> None:
        if self.members or self.element is not None:
            raise ValueError("a value is asked of what another path takes as an object or an array")
        if value_type not in self.types:
            self.types.append(value_type)

    @property
    def typed(self) -> bool:
        return len(self.types) == 1 and not self.in_array

    def attribute(self, name: str) -> str:
        return f"f{list(self.members).index(name)}"

    def value_type(self) -> Any:
        if self.types:
            return self.types[0] if self.typed else Any
        if self.element is not None:
            return list[self.element.value_type() | None]  # type: ignore[misc]
        return self.struct()

    def struct(self) -> "type[Struct]":
        fields: list[tuple[str, Any, Any]] = []
        for name, node in self.members.items():
            kind = node.value_type()
            # An object that is not there reads as an empty one: no question to ask on the way to its members.
            default = kind() if isinstance(kind, type) and issubclass(kind, Struct) else _ABSENT
            fields.append((self.attribute(name), kind | None, default))
        rename = {self.attribute(name): name for name in self.members}
        return defstruct("Part", fields, rename=rename, frozen=True, gc=False, kw_only=True)


class Shape:
    """Collects paths; `struct` is then the type to decode, `getter` reads a path from decoded items."""

    def __init__(self) -> None:
        self._root = _Node(in_array=False)

    def add(self, path: Path, value_type: Any) -> None:
        """Read `path` as `value_type`; ValueError when another path forbids it."""
        node = self._root
        for step in path:
            if isinstance(step, Key):
                node = node.member(step.name)
            else:
                node = node.part()
                if isinstance(step, Where) and step.name:
                    node.member(step.name).take(Any)
        node.take(value_type)

    def struct(self) -> "type[Struct]":
        """Return the type, once all paths are added."""
        return self._root.struct()

    def is_typed(self, path: Path) -> bool:
        """Return whether the parser itself checks the type of the value at `path`."""
        return self._node(path).typed

    def _node(self, path: Path) -> _Node:
        node = self._root
        for step in path:
            node = node.member(step.name) if isinstance(step, Key) else node.part()
        return node

    def getter(self, path: Path) -> Getter:
        """Return what reads `path`, once all paths are added."""
        node, names = self._root, []
        for step in path:
            if not isinstance(step, Key):
                break
            names.append(node.attribute(step.name))
            node = node.members[step.name]
        read = _attribute(names)
        if len(names) == len(path):
            return read
        rest = [self._step(path[:at], path[at]) for at in range(len(names), len(path))]
        if takes_all(path):
            if len(rest) == 2 and isinstance(path[-1], Key) and path[-2] == Where("", (), every=True):
                return _each_member(read, rest[1])
            return lambda items: [_many(value, rest) for value in read(items)]
        return lambda items: [_one(value, rest) for value in read(items)]

    def _step(self, before: Path, step: Step) -> Callable[[Any], Any]:
        if isinstance(step, Index):
            return lambda parts: parts[step.place] if len(parts) > step.place else None
        if isinstance(step, Key):
            return attrgetter(self._node(before).attribute(step.name))
        if not step.name:
            return lambda parts: parts
        member = attrgetter(self._node((*before, step)).attribute(step.name))
        wanted = step.wanted
        if step.every:
            return lambda parts: [part for part in parts if part is not None and member(part) in wanted]
        return lambda parts: next(
            (part for part in parts if part is not None and member(part) in wanted), None
        )


def _attribute(names: Sequence[str]) -> Getter:
    fast = attrgetter(".".join(names))
    each = [attrgetter(name) for name in names]

    def read(items: Sequence[Any]) -> Values:
        try:
            return list(map(fast, items))
        except AttributeError:  # an object on the way is null
            return [_one(item, each) for item in items]

    return read


def _each_member(read: Getter, member: Callable[[Any], Any]) -> Getter:
    """`array[*].member`, the usual list of names, without a call for each step."""

    def names(parts: list[Any]) -> list[Any]:
        try:
            found = list(map(member, parts))
        except AttributeError:  # an element is null
            found = [member(part) for part in parts if part is not None]
        return [name for name in found if name is not None] if None in found else found

    return lambda items: [None if parts is None else names(parts) for parts in read(items)]


def _one(value: Any, steps: Sequence[Callable[[Any], Any]]) -> Any:
    for step in steps:
        if value is None:
            return None
        value = step(value)
    return value


def _many(value: Any, steps: Sequence[Callable[[Any], Any]]) -> list[Any] | None:
    """Each step that gives an array is followed into its elements; what is not there is left out."""
    found = [] if value is None else [value]
    for step in steps:
        found = [part for one in found if (part := step(one)) is not None]
        if found and isinstance(found[0], list):
            found = [part for parts in found for part in parts if part is not None]
    return found if value is not None else None
