"""From the bytes of a mapping file to a compiled format; what does not fit is told with its line."""

import re
from typing import Final

import msgspec

from vinterkoll.ingest.mapping.decoder import MappedFormat
from vinterkoll.ingest.mapping.file import MappingFile
from vinterkoll.ingest.mapping.lines import line_of
from vinterkoll.ingest.mapping.plan import Plan
from vinterkoll.ingest.mapping.sources import MappingFault

_TOML_PLACE: Final = re.compile(
    r"(?P<reason>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL
)
_PLACE: Final = re.compile(r"(?P<reason>.*) - at `(?P<key>key in )?\$\.?(?P<path>[^`]*)`", re.DOTALL)
_FIELD: Final = re.compile(r"(?:unknown|required) field `([^`]+)`")


class MappingError(Exception):
    """A mapping file is malformed; `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def read_mapping(content: bytes) -> MappedFormat:
    """Compile a mapping file.

    Raises
    ------
    MappingError
        Naming the line and the reason.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise MappingError(content.count(b"\n", 0, error.start) + 1, "expected UTF-8") from None
    try:
        return MappedFormat(Plan(msgspec.toml.decode(text, type=MappingFile)))
    except msgspec.ValidationError as error:
        raise _of_type(text, str(error)) from None
    except msgspec.DecodeError as error:
        found = _TOML_PLACE.fullmatch(str(error))
        reason, line = (found["reason"], found["line"]) if found else (str(error), None)
        raise MappingError(int(line or max(1, len(text.splitlines()))), f"no TOML: {reason}") from None
    except MappingFault as fault:
        raise MappingError(line_of(text, fault.keys), f"{'.'.join(fault.keys)}: {fault.reason}") from None


def _of_type(text: str, cause: str) -> MappingError:
    found = _PLACE.fullmatch(cause)
    reason, path = (found["reason"], found["path"]) if found else (cause, "")
    keys = [key for key in re.split(r"[.\[\]]+", path) if key]
    if field := _FIELD.search(reason):
        keys.append(field[1])
    where = f"{'.'.join(keys)}: " if keys else ""
    return MappingError(line_of(text, keys), where + reason.replace("`", ""))
