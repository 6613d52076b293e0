"""What the doctor found: a state, one line on what it is, and, from `cures.py`, one line on what to do about it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from vinterkoll.app.doctor.cures import CURES


class State(StrEnum):
    """How grave a finding is. Only `FAIL` makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    NOT_USED = "not used"
    NOT_SEEN = "not seen"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `name` is "" where nothing is to be done."""

    state: State
    what: str
    name: str = ""

    @property
    def cure(self) -> str:
        return CURES[self.name] if self.name else ""


def ok(what: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(State.OK, what)


def warn(name: str, what: str) -> Finding:
    """Return that something may go wrong."""
    return Finding(State.WARN, what, name)


def fail(name: str, what: str) -> Finding:
    """Return that something does not work."""
    return Finding(State.FAIL, what, name)


def not_used(what: str) -> Finding:
    """Return that a part is not configured."""
    return Finding(State.NOT_USED, what)


def told(span: timedelta) -> str:
    """Return a span of time as findings tell it."""
    seconds = span.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
