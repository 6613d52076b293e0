"""Query parameters: `bbox`, `since`, `datetime`, `action`; and the refusal of those that nobody knows."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from fastapi.dependencies.models import Dependant

from vinterkoll.api.context import Shared
from vinterkoll.api.problems import ParameterError
from vinterkoll.processing.actions import CODES
from vinterkoll.storage.reading import Box

_DURATION: Final = re.compile(
    r"P(?=[\dT])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
_CALENDAR_DURATION: Final = re.compile(r"P(?=[^T]*[YM])(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T.*)?", re.ASCII)
_OFFSET_EATEN: Final = re.compile(r"(T[\d:.,]+) (\d\d:?\d\d)", re.ASCII)
"""A `+` that was not written %2B arrives as a space; nothing else can be meant by it."""


def instant_of(text: str, now: datetime) -> datetime:
    """Return the instant that `since=text` means: an ISO 8601 instant with offset, or a duration before `now`.

    >>> instant_of("PT8H", datetime(2026, 1, 15, 12, tzinfo=UTC)).isoformat()
    '2026-01-15T04:00:00+00:00'

    Raises
    ------
    ValueError
        Saying what is wrong.
    """
    matched = _DURATION.fullmatch(text)
    if matched:
        numbers = {
            unit: float(number.replace(",", ".")) for unit, number in matched.groupdict().items() if number
        }
        try:
            return now - timedelta(**numbers)
        except OverflowError:
            raise ValueError("the duration reaches further back than time does") from None
    if _CALENDAR_DURATION.fullmatch(text):
        raise ValueError("years and months have no fixed length: use days (P30D) or an instant")
    try:
        instant = datetime.fromisoformat(_OFFSET_EATEN.sub(r"\1+\2", text))
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "give an ISO 8601 instant (2026-01-15T06:00:00Z) or a duration before now (PT8H, P1D)"
        ) from None
    raise ValueError("an instant needs its offset from UTC: 2026-01-15T06:00:00Z or …+01:00")


def box_of(text: str) -> Box:
    """Return the box `west,south,east,north`.

    >>> box_of("18.6,63.2,18.8,63.4")
    Box(west=18.6, south=63.2, east=18.8, north=63.4)

    Raises
    ------
    ValueError
        Saying what is wrong.
    """
    try:
        # Python would read 1_0 as ten
        west, south, east, north = (float(number) for number in text.replace("_", "?").split(","))
    except ValueError:
        raise ValueError("bbox takes four numbers: west,south,east,north") from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise ValueError("bbox takes finite numbers")
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise ValueError("bbox is in degrees, WGS 84, longitude first: west,south,east,north")
    if west > east or south > north:
        raise ValueError("bbox goes from south-west to north-east: west,south,east,north")
    return Box(west, south, east, north)


def action_bits_of(texts: list[str]) -> list[int]:
    """Return the bit numbers of action codes, given one by one or with commas between.

    >>> action_bits_of(["PLOUGHING,GRADING", "PLOUGHING"])
    [0, 4]

    Raises
    ------
    ValueError
        Naming the codes there are.
    """
    codes = {code.strip() for text in texts for code in text.split(",")}
    if unknown := sorted(codes - set(CODES)):
        raise ValueError(
            f"unknown action {', '.join(unknown) or '(empty)'}: the codes are {', '.join(CODES)}"
        )
    return sorted(CODES.index(code) for code in codes)


def _bbox(
    bbox: Annotated[
        str | None,
        Query(
            description="Only what meets this box: west,south,east,north in degrees (WGS 84).",
            examples=["18.6,63.2,18.8,63.4"],
        ),
    ] = None,
) -> Box | None:
    try:
        return None if bbox is None else box_of(bbox)
    except ValueError as error:
        raise ParameterError("bbox", str(error)) from None


def since_parameter(default: str) -> Callable[..., datetime]:
    """Return the dependency that reads `since`, `default` where it is not given."""

    def since(
        context: Shared,
        since: Annotated[
            str,
            Query(
                description="From this instant on: ISO 8601 with offset, or a duration before now.",
                examples=["PT8H", "2026-01-15T06:00:00Z"],
            ),
        ] = default,
    ) -> datetime:
        try:
            return instant_of(since, context.clock())
        except ValueError as error:
            raise ParameterError("since", str(error)) from None

    return since


def _at(
    context: Shared,
    datetime_: Annotated[
        str | None,
        Query(
            alias="datetime",
            description="As it was at this instant: ISO 8601 with offset, or a duration before now. Default: now.",
            examples=["2026-01-15T06:00:00Z"],
        ),
    ] = None,
) -> datetime:
    try:
        return context.clock() if datetime_ is None else instant_of(datetime_, context.clock())
    except ValueError as error:
        raise ParameterError("datetime", str(error)) from None


def _actions(
    action: Annotated[
        list[str] | None,
        Query(
            description="Only these actions; repeat it or put commas between. All where it is not given. "
            f"Codes: {', '.join(CODES)}.",
            examples=[["PLOUGHING"], ["SANDING_LINE,SANDING_SPOT"]],
        ),
    ] = None,
) -> list[int] | None:
    try:
        return None if action is None else action_bits_of(action)
    except ValueError as error:
        raise ParameterError("action", str(error)) from None


Bbox = Annotated[Box | None, Depends(_bbox)]
At = Annotated[datetime, Depends(_at)]
Actions = Annotated[list[int] | None, Depends(_actions)]

_REPEATABLE: Final = frozenset({"action", "code"})


def _known(dependant: Dependant) -> set[str]:
    names = {parameter.alias for parameter in dependant.query_params}
    return names.union(*(_known(nested) for nested in dependant.dependencies))


def refuse_unknown(request: Request) -> None:
    """Refuse query parameters that the route does not take: a misspelt filter must not look like an answer."""
    route: Any = request.scope["route"]
    known = _known(route.dependant)
    for name in request.query_params:
        if name not in known:
            takes = f"this path takes {', '.join(sorted(known))}" if known else "this path takes none"
            raise ParameterError(name, f"unknown parameter: {takes}")
        if name not in _REPEATABLE and len(request.query_params.getlist(name)) > 1:
            raise ParameterError(name, "given more than once")
