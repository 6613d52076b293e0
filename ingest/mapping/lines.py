"""Where in a TOML text a key stands, so that a fault can be told by its line."""

import re
from collections.abc import Sequence
from typing import Final

_PART: Final = r"""(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)"""
_NAME: Final = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE: Final = re.compile(rf"\s*\[\[?\s*({_NAME})\s*\]")
_KEY: Final = re.compile(rf"\s*({_NAME})\s*=")


def line_of(text: str, keys: Sequence[str]) -> int:
    r"""Return the number, from 1, of the line that says most about `keys`: the key itself, or the table it is in.

    >>> line_of('a = 1\n[b]\nc = {d = 2}\n', ["b", "c", "d"]), line_of("a = 1", ["x"])
    (3, 1)
    """
    best, best_line = 0, 1
    table: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found: list[str] = []
        if header := _TABLE.match(line):
            found = table = _parts(header[1])
            if line.lstrip().startswith("[["):
                name = ".".join(table)
                counts[name] = counts.get(name, -1) + 1
                found = table = [*table, str(counts[name])]
        elif key := _KEY.match(line):
            found = [*table, *_parts(key[1])]
        if len(found) > best and found == list(keys[: len(found)]):
            best, best_line = len(found), number
    return best_line


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(_PART, name)]
