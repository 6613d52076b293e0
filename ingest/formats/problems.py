"""What was wrong with an item: from msgspec's error, or from a decoder's own check, to a reject."""

import re
from operator import itemgetter
from typing import Any, Final

import msgspec

from vinterkoll.processing.rejects import Reason, Reject

DETAIL_CHARS: Final = 200
FIELD_CHARS: Final = 100

FAILURES: Final = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""What decoding bytes can raise: malformed JSON, wrong types, wrong UTF-8, numbers and nesting past all bounds."""

_PATH: Final = re.compile(r"(?P<cause>.*) - at `\$\.?(?P<path>[^`]*)`", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(?P<name>[^`]+)`")
_BOUND: Final = re.compile(r"` (>=|<=|<|>|of length|matching regex) ")


class Problem(Exception):  # noqa: N818 - not an error of the program: the reason an item is rejected
    """Raised inside a decoder only, and caught there."""

    def __init__(self, code: Reason, field: str, detail: str) -> None:
        super().__init__(code, field, detail)
        self.code = code
        self.field = field
        self.detail = detail

    def reject(self, message: int, item: int) -> Reject:
        """Return the reject of `item` in `message`, its texts storable and of limited length."""
        return Reject(
            message, item, self.code, _plain(self.field, FIELD_CHARS), _plain(self.detail, DETAIL_CHARS)
        )


def problem_of(error: Exception) -> Problem:
    """Return what `error`, one of `FAILURES`, says about the bytes. It never quotes a field that is not read."""
    if isinstance(error, RecursionError):
        return Problem(Reason.BAD_JSON, "", "nested too deep")
    if isinstance(error, UnicodeDecodeError):
        return Problem(Reason.BAD_JSON, "", f"expected UTF-8: {error.reason}")
    if not isinstance(error, msgspec.ValidationError):
        return Problem(Reason.BAD_JSON, "", str(error))
    found = _PATH.fullmatch(str(error))
    cause, path = (found["cause"], found["path"]) if found else (str(error), "")
    if missing := _MISSING.match(cause):
        field = f"{path}.{missing['name']}".removeprefix(".")
        return Problem(Reason.MISSING_FIELD, field.removesuffix(".value"), "required, was not sent")
    return Problem(_reason(cause, path), path.removesuffix(".value"), cause.replace("`", ""))


def _reason(cause: str, path: str) -> Reason:
    of_time = path.startswith(("time", "date", "modifiedAt"))
    if cause.endswith("got `null`") and path and not path.endswith("]"):
        return Reason.MISSING_FIELD
    if cause.startswith("Invalid RFC3339"):
        return Reason.BAD_TIME
    if cause.startswith("Invalid base64"):
        return Reason.BAD_PAYLOAD
    if _BOUND.search(cause) or "out of range" in cause or cause.startswith("Invalid enum value"):
        return Reason.BAD_TIME if of_time else Reason.OUT_OF_RANGE
    return Reason.WRONG_TYPE


def inside(problem: Problem, field: str) -> Problem:
    """Return `problem` of a part as that of the whole, in which the part is `field`."""
    return Problem(problem.code, f"{field}.{problem.field}".removesuffix("."), problem.detail)


def refuse_nul(value: Any, path: str = "") -> None:
    """Raise `Problem` for the first text in `value` that holds U+0000, which no database text can."""
    if isinstance(value, str):
        if "\0" in value:
            raise Problem(Reason.OUT_OF_RANGE, path.removesuffix(".value"), "expected a text without U+0000")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            refuse_nul(part, f"{path}[{place}]")
    elif isinstance(value, msgspec.Struct):
        for name, part in zip(value.__struct_encode_fields__, msgspec.structs.astuple(value), strict=True):
            refuse_nul(part, f"{path}.{name}".removeprefix("."))


def in_order(rejects: list[Reject]) -> list[Reject]:
    """Return `rejects` by message and item."""
    return sorted(rejects, key=itemgetter(0, 1))


def _plain(text: str, length: int) -> str:
    clean = text.encode("utf-8", "replace").decode().replace("\0", "�")
    return clean if len(clean) <= length else clean[: length - 1] + "…"
