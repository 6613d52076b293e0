"""From lists of decoded values to the columns of a structured array, and the checks that need a whole column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.processing.observations import DTYPES, BoolColumn, FloatColumn, ObservationKind, Rows
from vinterkoll.processing.rejects import Reason, Reject


def numbers(values: Sequence[float | None]) -> FloatColumn:
    """Return (n,) floats; NaN where a number was not sent. Adding zero turns -0.0, an equal number, into 0.0."""
    return np.array(values, np.float64) + 0.0


def texts(values: Sequence[str | None]) -> NDArray[np.object_]:
    """Return (n,) texts; empty where none was sent."""
    return np.fromiter([value or "" for value in values], np.object_, len(values))


def objects(values: Sequence[Any]) -> NDArray[np.object_]:
    """Return (n,) objects as they are; tuples stay tuples."""
    return np.fromiter(values, np.object_, len(values))


def new_rows(
    kind: ObservationKind, messages: Sequence[int], items: Sequence[int], devices: Sequence[Any]
) -> Rows:
    """Return rows that say where they came from and hold zero, or nothing, in every other column."""
    rows = np.zeros(len(messages), DTYPES[kind])
    rows["message"] = messages
    rows["item"] = items
    rows["device"] = objects(devices)
    return rows


class Checks:
    """Checks of whole columns. The first that fails for a row is the reason of its reject."""

    def __init__(self, count: int) -> None:
        self._failed = np.full(count, -1, np.int16)
        self._problems: list[Problem] = []

    def refuse(self, bad: BoolColumn, code: Reason, field: str, detail: str) -> None:
        first = bad & (self._failed < 0)
        if first.any():
            self._failed[first] = len(self._problems)
            self._problems.append(Problem(code, field, detail))

    def passed(self) -> BoolColumn:
        """Return (n,) which rows no check has refused."""
        return self._failed < 0

    def split(self, rows: Rows) -> tuple[Rows, list[Reject]]:
        """Return the rows without a failed check, and the rejects of the others."""
        if not self._problems:
            return rows, []
        bad = np.flatnonzero(self._failed >= 0)
        rejects = [
            self._problems[problem].reject(message, item)
            for problem, message, item in zip(
                self._failed[bad].tolist(),
                rows["message"][bad].tolist(),
                rows["item"][bad].tolist(),
                strict=True,
            )
        ]
        return rows[self._failed < 0], rejects
