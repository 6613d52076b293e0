"""Lists of a supplier's values to columns. What the parser did not check is checked here, whole columns first."""

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
from msgspec.inspect import FloatType, StructType, UnionType, type_info
from numpy.typing import NDArray

from vinterkoll.ingest.formats.columns import Checks, numbers
from vinterkoll.ingest.formats.mip_message import Int64, Position, Spread
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.mapping.sources import Items, Source
from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.processing.rejects import Reason

T = TypeVar("T")

_NUMBERS: Final[frozenset[type]] = frozenset({float, int, NoneType})
_INTEGERS: Final[frozenset[type]] = frozenset({int, NoneType})
_TEXTS: Final[frozenset[type]] = frozenset({str, NoneType})
_INT64_DIGITS_MAX: Final = 20

OTHER_STATE: Final = -1
NO_STATE: Final = -2


def _bounds() -> dict[str, tuple[float, float]]:
    """The limits of the profile's numbers, as its types state them."""
    found = {}
    for struct in (Position, Spread):
        info = type_info(struct)
        assert isinstance(info, StructType)  # noqa: S101
        for one in info.fields:
            for part in one.type.types if isinstance(one.type, UnionType) else ():
                if isinstance(part, FloatType):
                    found[one.name] = (_end(part.ge, -np.inf), _end(part.le, np.inf))
    return found


def _end(limit: float | None, otherwise: float) -> float:
    return otherwise if limit is None else float(limit)


BOUNDS: Final = _bounds()


def checked(
    values: Sequence[Any],
    allowed: frozenset[type],
    convert: Callable[[Any], Any],
    checks: Checks,
    expected: tuple[str, str],
) -> list[Any]:
    """Return `values` with what is not of an `allowed` type converted; None, and refused, where that fails."""
    if allowed.issuperset(map(type, values)):
        return list(values)
    clean, bad = list(values), np.zeros(len(values), np.bool_)
    for place, value in enumerate(values):
        if type(value) not in allowed:
            try:
                clean[place] = convert(value)
            except (ValueError, OverflowError, msgspec.ValidationError):
                clean[place], bad[place] = None, True
    field, what = expected
    checks.refuse(bad, Reason.WRONG_TYPE, field, f"expected {what}")
    return clean


def number_column(source: Source, batch: Items, checks: Checks, *, loose: bool) -> FloatColumn:
    """Return the numbers (n,) at `source`, NaN where there is none. With `loose`, texts may hold them."""
    values = source.read(batch)
    if loose or not source.typed:
        convert = _number_of_text if loose else _refuse
        values = checked(values, _NUMBERS, convert, checks, (source.text, "a number"))
    try:
        return numbers(values)
    except OverflowError:  # an integer past all bounds
        return numbers([_real(value) for value in values])


def integers(source: Source, batch: Items, checks: Checks, *, loose: bool) -> IntColumn:
    """Return the 64-bit integers (n,) at `source`, 0 where there is none."""
    values = source.read(batch)
    if loose or not source.typed:
        convert = _integer_of_text if loose else _refuse
        values = checked(values, _INTEGERS, convert, checks, (source.text, "an integer"))
        large = np.array([value is not None and not -(2**63) <= value < 2**63 for value in values], np.bool_)
        checks.refuse(large, Reason.OUT_OF_RANGE, source.text, "expected an integer of 64 bits")
        values = [0 if bad else value for value, bad in zip(values, large.tolist(), strict=True)]
    return np.array([value or 0 for value in values], np.int64)


def text_list(
    source: Source, batch: Items, checks: Checks, limits: tuple[int, int], *, loose: bool
) -> list[str | None]:
    """Return the texts (n,) at `source` of at least and at most so many characters. With `loose`, integers too."""
    values = source.read(batch)
    if source.typed and not loose:
        return values
    convert = _text_of_integer if loose else _refuse
    values = checked(values, _TEXTS, convert, checks, (source.text, "a text"))
    least, most = limits
    bad = np.array([value is not None and not least <= len(value) <= most for value in values], np.bool_)
    if bad.any():
        checks.refuse(
            bad, Reason.OUT_OF_RANGE, source.text, f"expected a text of {least} to {most} characters"
        )
        values = [None if out else value for value, out in zip(values, bad.tolist(), strict=True)]
    return values


def state_column(source: Source, batch: Items, meaning: Sequence[tuple[Any, int]]) -> NDArray[np.int64]:
    """Return what each value means (n,): of `meaning`, else `OTHER_STATE`; `NO_STATE` where there is no value."""
    values = source.read(batch)
    table = _States(meaning)
    table[None] = NO_STATE
    try:
        return np.fromiter(map(table.__getitem__, values), np.int64, len(values))
    except TypeError:  # an object or array, which the parser let pass
        known = [OTHER_STATE if isinstance(value, dict | list) else table[value] for value in values]
        return np.array(known, np.int64)


class _States(dict[Any, int]):
    def __missing__(self, value: Any) -> int:
        self[value] = OTHER_STATE  # asked once; the table lives as long as its batch
        return OTHER_STATE


def _refuse(_: Any) -> Any:
    raise ValueError


def _number_of_text(value: Any) -> float:
    if not isinstance(value, str) or "_" in value:
        raise ValueError
    number = float(value.replace(",", ".", 1))
    if not np.isfinite(number):
        raise ValueError
    return number


def _integer_of_text(value: Any) -> int:
    if not isinstance(value, str) or "_" in value or len(value) > _INT64_DIGITS_MAX:
        raise ValueError
    return msgspec.convert(int(value), Int64)


def _text_of_integer(value: Any) -> str:
    if type(value) is not int:
        raise ValueError
    return str(value)


def _real(value: float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except OverflowError:
        return float("inf") if value is not None and value > 0 else float("-inf")


def each(work: Callable[..., T], arguments: Sequence[tuple[Any, ...]], nothing: T, checks: Checks) -> list[T]:
    """Return what `work` gives for each of `arguments`; `nothing`, and refused, where it raises a `Problem`."""
    done = [nothing] * len(arguments)
    failed: dict[tuple[Reason, str, str], list[int]] = {}
    for place, argument in enumerate(arguments):
        try:
            done[place] = work(*argument)
        except Problem as problem:
            failed.setdefault((problem.code, problem.field, problem.detail), []).append(place)
    for (code, field, detail), places in failed.items():
        bad = np.zeros(len(arguments), np.bool_)
        bad[places] = True
        checks.refuse(bad, code, field, detail)
    return done
