"""The log: lines of text or of JSON on standard error. An exception is told by its type and where it arose, never by its own
words: these may repeat what a message said, an operator's name among it.
"""

import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal

import orjson

LogFormat = Literal["text", "json"]
_OURS: Final = "vinterkoll"
_log = logging.getLogger(__name__)


def begin(level: str, form: LogFormat) -> None:
    """Log from `level` on. Other libraries' log begins at INFO, for at DEBUG they may write down what they send, log-ins too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    least = logging.getLevelNamesMapping()[level]
    logging.basicConfig(level=max(least, logging.INFO), handlers=[handler])
    logging.getLogger(_OURS).setLevel(least)
    sys.excepthook = _ended
    threading.excepthook = lambda one: _ended(one.exc_type, one.exc_value, one.exc_traceback)


def _ended(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error or kind(), where)
    else:
        _log.critical("ended by a mistake of ours", exc_info=(kind, error or kind(), where))


class TextLines(logging.Formatter):
    """A line for people; an exception's lines below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """See `logging.Formatter`."""
        return "\n".join(told(ei[1]))


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, and of an exception its lines."""

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = told(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def told(error: BaseException) -> list[str]:
    """Return where an exception and those behind it arose, and their types, without their words.

    >>> told(ValueError("Anna Andersson"))
    ['ValueError']
    """
    lines: list[str] = []
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        lines += [*told(behind), "then:"]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"{frame.filename}:{frame.lineno} in {frame.name}")
    return [*lines, type(error).__qualname__]
