"""From a message's bytes to its items and what stands around them. A bad item costs nothing but itself."""

import contextlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from vinterkoll.ingest.formats.envelope import MAX_ITEMS
from vinterkoll.ingest.formats.problems import FAILURES, Problem, problem_of, refuse_nul
from vinterkoll.ingest.mapping.sources import Sources
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason

_ARRAY: Final = b"["
_NUL_ESCAPE: Final = b"\\u0000"


class _Object(msgspec.Struct):
    """Any JSON object."""


class Opened(NamedTuple):
    """What was in a message: each item's place is in `places` or in `problems`."""

    head: Any
    items: list[Any]
    places: list[int]
    problems: list[tuple[int, Problem]]


class Opening:
    """Opens the messages of a mapping: the items at its path, or the message itself, one object or an array."""

    def __init__(self, sources: Sources, items_text: str) -> None:
        item = sources.item_type()
        self._one = msgspec.json.Decoder(item)
        self._many = msgspec.json.Decoder(list[item])  # type: ignore[valid-type]
        self._pieces = msgspec.json.Decoder(list[msgspec.Raw] | _Object)
        self._items_text = items_text
        self._wrapped = sources.items is not None
        if sources.items is not None:
            whole = sources.header(["items"], list[item])  # type: ignore[valid-type]
            self._whole = msgspec.json.Decoder(whole.struct())
            self._outside = msgspec.json.Decoder(sources.header(["items"], list[msgspec.Raw]).struct())
            self._inside = whole.getter(sources.items)

    def open(self, payload: bytes) -> Opened:
        """Return the items of `payload` and what was wrong with the others. Never raises for bad data."""
        try:
            if not payload.isascii():
                payload.decode()  # msgspec skips what it does not read, and wrong UTF-8 in it
            if _NUL_ESCAPE not in payload:
                with contextlib.suppress(*FAILURES):
                    return self._opened_whole(payload)
            return self._opened_piecewise(payload)
        except FAILURES as error:
            return Opened(None, [], [], [(WHOLE_MESSAGE, problem_of(error))])
        except Problem as problem:
            return Opened(None, [], [], [(WHOLE_MESSAGE, problem)])

    def open_singles(self, payloads: Sequence[bytes]) -> list[Any]:
        """Return the item of each payload that is one good item by itself; None for every other, to be opened.

        What `open` asks of each payload's bytes is asked of all at once: a line break ends every UTF-8 sequence.
        """
        if self._wrapped or not payloads or payloads[0][:1] == _ARRAY:  # who sends one array sends more
            return [None] * len(payloads)
        joined = b"\n".join(payloads)
        try:
            if not joined.isascii():
                joined.decode()
        except UnicodeDecodeError:
            return [None] * len(payloads)
        one = self._one.decode
        if _NUL_ESCAPE in joined:
            return [None] * len(payloads)
        with contextlib.suppress(*FAILURES):
            return list(map(one, payloads))
        return [self._single(payload) for payload in payloads]

    def _single(self, payload: bytes) -> Any:
        try:
            return self._one.decode(payload)
        except FAILURES:
            return None

    def _opened_whole(self, payload: bytes) -> Opened:
        head = None
        if self._wrapped:
            head = self._whole.decode(payload)
            items = self._inside([head])[0]
        elif payload.lstrip()[:1] == _ARRAY:
            items = self._many.decode(payload)
        else:
            return Opened(None, [self._one.decode(payload)], [0], [])
        if items is None or len(items) > MAX_ITEMS:
            raise ValueError  # to be said properly by the piecewise way
        return Opened(head, items, list(range(len(items))), [])

    def _opened_piecewise(self, payload: bytes) -> Opened:
        head, raws = self._taken_apart(payload)
        if len(raws) > MAX_ITEMS:
            raise Problem(Reason.TOO_MANY_ITEMS, "", f"expected at most {MAX_ITEMS} items, got {len(raws)}")
        opened = Opened(head, [], [], [])
        for place, raw in enumerate(raws):
            try:
                item = self._one.decode(raw)
                refuse_nul(item)
            except Problem as problem:
                opened.problems.append((place, problem))
            except FAILURES as error:
                opened.problems.append((place, problem_of(error)))
            else:
                opened.items.append(item)
                opened.places.append(place)
        return opened

    def _taken_apart(self, payload: bytes) -> tuple[Any, list[Any]]:
        if not self._wrapped:
            pieces = self._pieces.decode(payload)
            return None, pieces if isinstance(pieces, list) else [payload]
        head = self._outside.decode(payload)
        refuse_nul(head)
        raws = self._inside([head])[0]
        if raws is None:
            raise Problem(Reason.MISSING_FIELD, self._items_text, "required, was not sent")
        return head, raws
