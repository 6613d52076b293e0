"""Personal data in a message's bytes: the values of members with given names are blanked, also in what is no JSON."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from vinterkoll.ingest.nesting import Level, levels

# They never go back (++): what they would remember for that is 90 times a text with many escapes.
_TEXT: Final = rb'"(?:[^"\\\0]++|\\[^\0])*+"?+'
_TOKEN: Final = re.compile(_TEXT + rb"|[\[{]|[\]}]|\0", re.DOTALL)
_SCALAR: Final = re.compile(_TEXT + rb"|" + _TEXT.replace(b'"', b"'") + rb'|[^",}\]\r\n\0]*+', re.DOTALL)

_PACKED: Final = (
    b"\x1f\x8b",  # gzip
    *(b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda"),  # zlib with its usual window
    b"\x28\xb5\x2f\xfd",  # Zstandard
    b"\x04\x22\x4d\x18",  # LZ4
    b"\xfd7zXZ",
    *(b"BZh%d1AY&SY" % hundreds_kb for hundreds_kb in range(1, 10)),  # bzip2
    b"PK\x03\x04",  # zip
)
"""How what is compressed begins. No format takes it, and what is in it cannot be blanked."""

_Blank = tuple[int, int, bytes]
"""Bytes from here up to, not including, there, and the pair of quotes that replaces them."""


def blanking(names: Sequence[str]) -> Callable[[bytes], bytes]:
    r"""Return what replaces the values of all members called one of `names` by `""`, whatever they are.

    Letters A to Z are compared without regard to case. Members may be written with JSON's escapes, and be in JSON that is a
    text of other JSON. Bytes that are JSON stay JSON, unless a text in them has a member in apostrophes. Of what is
    compressed, only its first bytes are kept; what has zero bytes, as UTF-16 has, is cut off at the first such value, and
    what is nested too deep to be looked into, where that begins.

    >>> blanking(["operator"])(b'{"operator": {"name": "Anna [1]"}, "lat": 1}')
    b'{"operator": "", "lat": 1}'
    >>> blanking(["operator"])(b'[{"Operator":"Anna", "lat": 1}, {"operator": "An')
    b'[{"Operator":"", "lat": 1}, {"operator": ""'
    >>> print(blanking(["operator"])(rb'{"objectJSON": "{\"\\u006fperator\": \"Anna\"}"}').decode())
    {"objectJSON": "{\"\\u006fperator\": \"\"}"}
    """
    escapes = {b"%04x" % unit for name in names for unit in _units(name) if unit >= 0x80}
    # A letter that is written as an escape; ä and ö in other members are none where no name has them.
    hidden = re.compile(rb"\\u(?:%s)" % b"|".join([b"00[2-7]", *sorted(escapes)]), re.IGNORECASE)
    signs = sorted({spelling.lower() for name in names for spelling in _spellings(name)})
    if not signs:
        return lambda payload: payload
    member = re.compile(rb"""(["'])(?:%s)(\1)\s*+:\s*+""" % b"|".join(map(re.escape, signs)), re.IGNORECASE)

    def named(text: bytes) -> bool:
        """Nearly never, and ten times as fast as the expression."""
        lowered = text.lower()
        return any(sign in lowered for sign in signs)

    def blanked(payload: bytes) -> bytes:
        if head := next((head for head in _PACKED if payload.startswith(head)), b""):
            return head
        if not (named(payload) or hidden.search(payload) or b"\0" in payload):
            return payload
        found: list[_Blank] = []
        for level in levels(payload):
            if named(level.text):
                found += _blanks(payload, level, member)
        if (deeper := level.text.find(b"\\", 0, -1)) >= 0:
            found.append((int(level.ends[deeper - 1]) if deeper else 0, len(payload), b""))
        return _replaced(payload, sorted(found))

    return blanked


def _units(name: str) -> list[int]:
    """Return what a name is in UTF-16, whose units JSON's escapes are."""
    content = name.encode("utf-16-be")
    return [int.from_bytes(content[at : at + 2]) for at in range(0, len(content), 2)]


def _spellings(name: str) -> Iterator[bytes]:
    """Yield a name as UTF-8, also unit by unit, as escapes give it; and as UTF-16 without its zero bytes."""
    yield name.encode()
    yield "".join(map(chr, _units(name))).encode("utf-8", "surrogatepass")
    for order in ("be", "le"):
        yield name.encode(f"utf-16-{order}").replace(b"\0", b"")


def _blanks(payload: bytes, level: Level, member: "re.Pattern[bytes]") -> Iterator[_Blank]:
    """Return what the members of a level hold, in the places of the message."""
    at, places = 0, []
    while found := member.search(level.text, at):
        at = _end_of_value(level.text, found.end())
        if at > found.end():
            places.append((found.end(), at, found.start(2), found.end(2)))
    # one look at all of them: a look at each costs as much as the search
    ends = level.ends[np.array(places, np.intp).reshape(-1, 4) - 1].tolist()
    return ((start, end, 2 * payload[opens:closes]) for start, end, opens, closes in ends)


def _end_of_value(text: bytes, start: int) -> int:
    """Where the value that begins at `start` ends; the end of all where its brackets are not closed."""
    if text[start : start + 1] not in (b"[", b"{"):
        found = _SCALAR.match(text, start)
        return start if found is None else found.end()
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token[0] == b"\0":
            return token.start()
        depth += (token[0] in (b"[", b"{")) - (token[0] in (b"]", b"}"))
        if depth == 0:
            return token.end()
    return len(text)


def _replaced(payload: bytes, found: list[_Blank]) -> bytes:
    """Replace what was found, in order of its beginning; a value may be part of another."""
    if found and b"\0" in payload:  # it is not known which bytes are quotes
        start, _, quotes = found[0]
        return payload[:start] + quotes
    parts, at = [], 0
    for start, end, quotes in found:
        if start >= at:
            parts += [payload[at:start], quotes]
        at = max(at, end)
    return b"".join([*parts, payload[at:]])
