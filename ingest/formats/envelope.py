"""From a message's bytes to its items: one object, an array, or an object that wraps an array.

A message whose items are all good is decoded in one call. Only where that fails is it taken apart, so that a bad item
costs nothing but itself.
"""

from collections.abc import Callable
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from vinterkoll.ingest.formats.problems import FAILURES, Problem, problem_of, refuse_nul
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason

MAX_ITEMS: Final = 5_000
"""Items a message may hold: one batch of the worker, and a day of positions every 20 s."""

_NUL_ESCAPE: Final = b"\\u0000"
_NOT_SENT: Final = msgspec.Raw()
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])

Head = TypeVar("Head", bound=msgspec.Struct)
Item = TypeVar("Item", bound=msgspec.Struct)


class Rewriting(NamedTuple):
    """How items in another form than the typed one are turned into it first."""

    is_needed: Callable[[bytes], bool]
    """Whether there may be such an item in these bytes; asked of every message, so it must be fast."""
    rewrite: Callable[[bytes], bytes]
    """The typed form of one item; raises one of `FAILURES` when it cannot."""


class Contents(NamedTuple, Generic[Head, Item]):
    """What was in a message: each item's place is in exactly one of the two lists."""

    head: Head | None
    """What a wrapper says about all its items."""
    items: list[tuple[int, Item]]
    problems: list[tuple[int, Problem]]


class Envelope(Generic[Head, Item]):
    """Opens messages whose items are `item`; in a wrapper they are the list `field` beside the fields of `head`."""

    def __init__(
        self, item: type[Item], head: type[Head], field: str, rewriting: Rewriting | None = None
    ) -> None:
        wrapper = msgspec.defstruct("Wrapper", [(field, list[item])], bases=(head,), kw_only=True)  # type: ignore[valid-type]
        outside = msgspec.defstruct("Outside", [(field, msgspec.Raw, _NOT_SENT)])
        self._field = field
        self._rewriting = rewriting
        self._outside = msgspec.json.Decoder(list[msgspec.Raw] | outside)
        self._marker = f'"{field}"'.encode()
        self._one = msgspec.json.Decoder(item)
        self._many = msgspec.json.Decoder(list[item])  # type: ignore[valid-type]
        self._wrapped: msgspec.json.Decoder[Head] = msgspec.json.Decoder(wrapper)
        self._head = msgspec.json.Decoder(head)

    def open(self, payload: bytes) -> Contents[Head, Item]:
        """Return the items of `payload` and what was wrong with the others. Never raises for bad data."""
        try:
            if not payload.isascii():
                payload.decode()  # msgspec skips what it does not read, and wrong UTF-8 in it
            known = None
            rewritten = self._rewriting is not None and self._rewriting.is_needed(payload)
            if not rewritten and _NUL_ESCAPE not in payload:
                try:
                    return self._opened_whole(payload)
                except FAILURES as error:
                    if self._marker not in payload and payload.lstrip()[:1] != b"[":
                        known = problem_of(error)
            if known is not None and known.code is Reason.BAD_JSON:
                return Contents(None, [], [(WHOLE_MESSAGE, known)])
            return self._opened_piecewise(payload, known)
        except FAILURES as error:
            return Contents(None, [], [(WHOLE_MESSAGE, problem_of(error))])
        except Problem as problem:
            return Contents(None, [], [(WHOLE_MESSAGE, problem)])

    def _item(self, raw: bytes) -> Item:
        if self._rewriting is not None and self._rewriting.is_needed(raw):
            raw = self._rewriting.rewrite(raw)
        item = self._one.decode(raw)
        if _NUL_ESCAPE in raw:
            refuse_nul(item)
        return item

    def _opened_whole(self, payload: bytes) -> Contents[Head, Item]:
        head: Head | None = None
        if self._marker in payload:
            head = self._wrapped.decode(payload)
            items = getattr(head, self._field)
        elif payload.lstrip()[:1] == b"[":
            items = self._many.decode(payload)
        else:
            return Contents(None, [(0, self._one.decode(payload))], [])
        if len(items) > MAX_ITEMS:
            raise ValueError  # to be said properly by the piecewise way
        return Contents(head, list(enumerate(items)), [])

    def _opened_piecewise(self, payload: bytes, known: Problem | None) -> Contents[Head, Item]:
        """`known` is what was found wrong with `payload`, if it is a single item."""
        head, raws = self._taken_apart(payload)
        if known is not None and raws and raws[0] is payload:
            return Contents(None, [], [(0, known)])
        if len(raws) > MAX_ITEMS:
            raise Problem(Reason.TOO_MANY_ITEMS, "", f"expected at most {MAX_ITEMS} items, got {len(raws)}")
        opened: Contents[Head, Item] = Contents(head, [], [])
        for place, raw in enumerate(raws):
            try:
                item = self._item(bytes(raw))
            except Problem as problem:
                opened.problems.append((place, problem))
            except FAILURES as error:
                opened.problems.append((place, problem_of(error)))
            else:
                opened.items.append((place, item))
        return opened

    def _taken_apart(self, payload: bytes) -> tuple[Head | None, list[msgspec.Raw] | list[bytes]]:
        outside = self._outside.decode(payload)
        if isinstance(outside, list):
            return None, outside
        listed = getattr(outside, self._field)
        if listed is _NOT_SENT:
            return None, [payload]
        try:
            raws = _LIST.decode(listed)
        except msgspec.ValidationError as error:
            raise Problem(Reason.WRONG_TYPE, self._field, str(error).replace("`", "")) from error
        head = self._head.decode(payload)
        if _NUL_ESCAPE in payload:
            refuse_nul(head)
        return head, raws
