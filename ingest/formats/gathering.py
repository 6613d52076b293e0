"""From messages to what was read of their items, for formats whose items are judged one by one."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from vinterkoll.ingest.formats.envelope import Envelope, Head, Item
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.message import Message
from vinterkoll.processing.rejects import Reject

Value = TypeVar("Value")


class Gathered(NamedTuple, Generic[Value]):
    """Each item's value, with its message and its place there; the items without one are rejects."""

    origins: list[int]
    items: list[int]
    values: list[Value]
    rejects: list[Reject]


def gather(
    messages: Sequence[Message], envelope: Envelope[Head, Item], read: Callable[[Item, str], Value]
) -> Gathered[Value]:
    """Open `messages` and read their items. `read` is given an item and its topic, and may raise `Problem`."""
    gathered: Gathered[Value] = Gathered([], [], [], [])
    origins, items, values, rejects = gathered
    for origin, message in enumerate(messages):
        _, found, problems = envelope.open(message.payload)
        for item, sent in found:
            try:
                value = read(sent, message.topic)
            except Problem as problem:
                problems.append((item, problem))
                continue
            origins.append(origin)
            items.append(item)
            values.append(value)
        if problems:
            rejects.extend(problem.reject(origin, item) for item, problem in problems)
    return gathered
