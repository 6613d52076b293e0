"""Paths into a supplier's JSON, such as `gps.coordinates[0]` or `ioChannels[id=7].value`.

- path: `key.key…`, each key followed by any number of selectors
- key: plain, or in quotes where it holds a blank or one of . [ ] = "
- selector: `[2]` the third element, `[*]` all elements,
  `[key=value]` the first element where it is so, `[*key=value]` all where it is so
"""

import re
from typing import Any, Final, NamedTuple, TypeAlias

_KEY: Final = re.compile(r'"(?P<quoted>[^"]+)"|(?P<plain>[^.\[\]="\s]+)')
_SELECTOR: Final = re.compile(
    r"\[\s*(?:(?P<place>\d{1,4})|(?P<all>\*)?(?:\s*"
    r'(?:"(?P<quoted>[^"]+)"|(?P<plain>[^.\[\]="\s*]+))\s*=\s*(?:"(?P<text>[^"]*)"|(?P<bare>[^\]"]+?)))?)\s*\]'
)
_LITERALS: Final[dict[str, Any]] = {"true": True, "false": False}


class Key(NamedTuple):
    """A member of an object."""

    name: str


class Index(NamedTuple):
    """An element of an array."""

    place: int


class Where(NamedTuple):
    """The first element, or all, of an array whose member `name` is one of `wanted`; no name: whatever it is."""

    name: str
    wanted: tuple[Any, ...]
    every: bool


Step: TypeAlias = Key | Index | Where
Path: TypeAlias = tuple[Step, ...]


def parse_path(text: str) -> Path:
    """Return the steps of `text`; ValueError says where it is no path.

    >>> parse_path("pos.xy[1]")
    (Key(name='pos'), Key(name='xy'), Index(place=1))
    >>> parse_path("io[id=7].name")[1]
    Where(name='id', wanted=('7', 7), every=False)
    """
    steps: list[Step] = []
    at = 0
    while True:
        key = _KEY.match(text, at)
        if key is None:
            raise ValueError(f"expected a key at {text[at:]!r} in the path {text!r}")
        steps.append(Key(key["quoted"] or key["plain"]))
        at = key.end()
        while selector := _SELECTOR.match(text, at):
            steps.append(_selected(selector, text))
            at = selector.end()
        if at == len(text):
            return tuple(steps)
        if text[at] != ".":
            raise ValueError(f"expected . or a selector at {text[at:]!r} in the path {text!r}")
        at += 1


def takes_all(path: Path) -> bool:
    """Return whether `path` leads to many values."""
    return any(isinstance(step, Where) and step.every for step in path)


def is_plain(path: Path) -> bool:
    """Return whether `path` passes through objects only."""
    return all(isinstance(step, Key) for step in path)


def raw_values(document: Any, path: Path) -> list[Any]:
    """Return what is at `path` of a decoded JSON `document`: the slow, obvious way, for showing.

    >>> raw_values({"io": [{"id": 7, "v": 1}, {"id": 8, "v": 2}]}, parse_path("io[id=8].v"))
    [2]
    """
    found = [document]
    for step in path:
        found = [part for value in found for part in _stepped(value, step)]
    return found


def _stepped(value: Any, step: Step) -> list[Any]:
    if isinstance(step, Key):
        return [value[step.name]] if isinstance(value, dict) and step.name in value else []
    if not isinstance(value, list):
        return []
    if isinstance(step, Index):
        return value[step.place : step.place + 1]
    chosen = [
        part
        for part in value
        if not step.name or (isinstance(part, dict) and part.get(step.name) in step.wanted)
    ]
    return chosen if step.every else chosen[:1]


def _selected(found: "re.Match[str]", text: str) -> Step:
    if found["place"] is not None:
        return Index(int(found["place"]))
    name = found["quoted"] or found["plain"] or ""
    if not name and not found["all"]:
        raise ValueError(f"expected a number, * or key=value between [ and ] in the path {text!r}")
    return Where(name, _wanted(found) if name else (), bool(found["all"]))


def _wanted(found: "re.Match[str]") -> tuple[Any, ...]:
    """`id=7` fits 7 and "7"; `id="7"` the text alone."""
    if found["text"] is not None:
        return (found["text"],)
    bare = found["bare"].strip()
    if bare in _LITERALS:
        return (bare, _LITERALS[bare])
    return (bare, int(bare)) if re.fullmatch(r"-?\d{1,18}", bare) else (bare,)
