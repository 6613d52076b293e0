"""Personal data in a message's bytes: the values of members with given names are blanked, also in what is no JSON."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

# They never go back (++): what they would remember for that is 90 times a text with many escapes.
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[\[{]|[\]}]', re.DOTALL)
_SCALAR: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[^\s,}\]]*+', re.DOTALL)


def blanking(names: Iterable[str]) -> Callable[[bytes], bytes]:
    r"""Return what replaces the values of all members called one of `names` by `""`, whatever they are.

    Letters A to Z are compared without regard to case. Bytes that are JSON stay JSON.

    >>> blanking(["operator"])(b'{"operator": {"name": "Anna [1]"}, "lat": 1}')
    b'{"operator": "", "lat": 1}'
    >>> blanking(["operator"])(b'[{"Operator":"Anna", "lat": 1}, {"operator": "An')
    b'[{"Operator":"", "lat": 1}, {"operator": ""'
    """
    written = {json.dumps(name, ensure_ascii=ascii_only) for name in names for ascii_only in (True, False)}
    if not written:
        return lambda payload: payload
    member = re.compile(
        rb"(?:%s)\s*:\s*" % b"|".join(re.escape(text.encode()) for text in sorted(written)), re.IGNORECASE
    )

    signs = [text.encode().lower() for text in written]

    def blanked(payload: bytes) -> bytes:
        lowered = payload.lower()
        if not any(
            sign in lowered for sign in signs
        ):  # nearly always, and ten times as fast as the expression
            return payload
        parts, at = [], 0
        while found := member.search(payload, at):
            end = _end_of_value(payload, found.end())
            parts += [payload[at : found.end()], b'""' if end > found.end() else b""]
            at = end
        return b"".join([*parts, payload[at:]])

    return blanked


def _end_of_value(payload: bytes, start: int) -> int:
    """Where the value that begins at `start` ends; the end of all bytes where its brackets are not closed."""
    if payload[start : start + 1] not in (b"[", b"{"):
        found = _SCALAR.match(payload, start)
        return start if found is None else found.end()
    depth = 0
    for token in _TOKEN.finditer(payload, start):
        depth += (token[0] in (b"[", b"{")) - (token[0] in (b"]", b"}"))
        if depth == 0:
            return token.end()
    return len(payload)
