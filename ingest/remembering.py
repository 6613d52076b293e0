"""What follows from a topic, remembered: the same few thousand come again with every message."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

REMEMBERED_MAX: Final = 65_536
"""Distinct topics: more than the devices of one installation."""
TOPIC_CHARS_MAX: Final = 300
"""The longest that is remembered, so that it takes 80 MB at worst: contractor and vehicle have 64 characters each, while MQTT
allows 65,535 and nobody means that."""

_Found = TypeVar("_Found")
_More = ParamSpec("_More")


def remembered(find: Callable[Concatenate[str, _More], _Found]) -> Callable[Concatenate[str, _More], _Found]:
    """Remember what `find` returns for a topic, its first argument, unless that is longer than any device's."""
    known = cast("Callable[Concatenate[str, _More], _Found]", lru_cache(maxsize=REMEMBERED_MAX)(find))

    @wraps(find)
    def found(topic: str, /, *more: _More.args, **named: _More.kwargs) -> _Found:
        return (known if len(topic) <= TOPIC_CHARS_MAX else find)(topic, *more, **named)

    return found
