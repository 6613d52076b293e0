"""A mapping's rules: the first one that fits a feature's columns gives its value. docs/street-network.md explains."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Final

from msgspec import Meta, Struct, field

Scalar = str | int | float
Values = Mapping[str, object]


class Bounds(Struct, forbid_unknown_fields=True, frozen=True):
    """A number from `from` on and below `below`, its unit m or none; what is no such number does not fit."""

    below: float = float("inf")
    from_: float = field(default=float("-inf"), name="from")


Condition = bool | Scalar | tuple[Scalar, ...] | Bounds


class Rule(Struct, forbid_unknown_fields=True, frozen=True):
    """`is` where all of `when` holds. `{COLUMN}` in a text is what the column says; if it says nothing, the rule fits not."""

    is_: str | int = field(name="is")
    when: dict[Annotated[str, Meta(min_length=1)], Condition] = {}


Columns = Callable[[str], Sequence[str]]
"""From a pattern in a mapping to the columns it stands for."""

_PLACE: Final = re.compile(r"\{([^{}]+)\}")
_NO: Final = frozenset({"", "0", "false", "no", "nej", "n"})


class ColumnNames:
    """The columns of a file, found by pattern: `*`, `?` and `[…]` as in file names, whatever the case of the letters.

    A file without a list of columns (None) takes every pattern as a name. `missing` gathers what was not found.
    """

    def __init__(self, columns: Collection[str] | None) -> None:
        self._columns = columns
        self.missing: list[str] = []

    def __call__(self, pattern: str) -> Sequence[str]:
        if self._columns is None:
            return [pattern]
        found = [name for name in self._columns if fnmatchcase(name.casefold(), pattern.casefold())]
        if not found and pattern not in self.missing:
            self.missing.append(pattern)
        return found


def text_of(value: object) -> str:
    """Return a value as conditions compare it: trimmed, a whole number without decimals, nothing as the empty text."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _said(values: Values, names: Sequence[str]) -> str:
    for name in names:
        if text := text_of(values.get(name)):
            return text
    return ""


def _test(condition: Condition) -> Callable[[str], bool]:
    if isinstance(condition, bool):
        return lambda text: (text.casefold() not in _NO) is condition
    if isinstance(condition, Bounds):
        return lambda text: _within(text, condition)
    several = condition if isinstance(condition, tuple) else (condition,)
    allowed = frozenset(text_of(one).casefold() for one in several)
    return lambda text: text.casefold() in allowed


def _within(text: str, bounds: Bounds) -> bool:
    try:
        return bounds.from_ <= float(text.replace(",", ".").removesuffix("m")) < bounds.below
    except ValueError:
        return False


class Rules:
    """Rules bound to the columns of a file."""

    def __init__(self, rules: Sequence[Rule], columns: Columns) -> None:
        self._bound = [
            (
                [(columns(pattern), _test(condition)) for pattern, condition in rule.when.items()],
                rule.is_,
                {place: columns(place) for place in _PLACE.findall(str(rule.is_))},
            )
            for rule in rules
        ]

    def of(self, values: Values) -> str | int | None:
        """Return what the first rule that fits says, None where none does."""
        for conditions, says, places in self._bound:
            if all(test(_said(values, names)) for names, test in conditions):
                if not places:
                    return says
                texts = {place: _said(values, names) for place, names in places.items()}
                if all(texts.values()):
                    return _PLACE.sub(lambda found: texts[found[1]], str(says))  # noqa: B023 - used at once
        return None
