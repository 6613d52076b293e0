"""Runs the checks of all parts at once, each in its time: none stops or holds up another."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import psycopg

from vinterkoll.app.bisecting import first_line
from vinterkoll.app.doctor.finding import Finding, State, fail

Check: TypeAlias = Callable[[], Iterable[Finding]]

TIMEOUT_S: Final = 20.0
"""For one part: several times what its own, shorter limits add up to where something does not answer."""


def examined(
    checks: Mapping[str, Check], timeout_s: float = TIMEOUT_S
) -> Iterator[tuple[str, list[Finding]]]:
    """Yield each part with its findings, in the order of `checks`."""
    # daemons: a check that hangs must not keep the command from ending
    answers = {part: _started(check) for part, check in checks.items()}
    deadline = time.monotonic() + timeout_s
    for part, answer in answers.items():
        try:
            yield part, answer.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            yield part, [fail("check-silent", f"no answer within {timeout_s:g} s")]


def contained(check: Check) -> list[Finding]:
    """Return the findings of a check; an error is one of them."""
    findings: list[Finding] = []
    try:
        findings.extend(check())
    except psycopg.errors.InsufficientPrivilege as error:
        findings.append(Finding(State.NOT_SEEN, f"{error.diag.message_primary}", "right-missing"))
    except psycopg.errors.UndefinedTable as error:
        findings.append(Finding(State.NOT_SEEN, f"{error.diag.message_primary}", "schema-behind"))
    except Exception as error:  # noqa: BLE001 - whatever a part does, the others are looked at
        findings.append(fail("check-broken", f"{type(error).__name__}: {first_line(error)}"))
    return findings


def _started(check: Check) -> "queue.SimpleQueue[list[Finding]]":
    answer: queue.SimpleQueue[list[Finding]] = queue.SimpleQueue()
    threading.Thread(target=lambda: answer.put(contained(check)), daemon=True).start()
    return answer
