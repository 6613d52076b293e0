"""How many examples a fuzz test draws, and what came of them.

`make fuzz EXAMPLES=10000`, `make invariant EXAMPLES=5000` and `make kill-runs EXAMPLES=10` for long runs and their totals.
"""

import os
from collections import Counter
from typing import Final

from hypothesis import settings

from vinterkoll.ingest.message import Decoded

_EXAMPLES: Final = int(os.environ.get("VINTERKOLL_FUZZ_EXAMPLES", "0"))
"""Of each test; 0 is as many as the test itself says, for CI."""

_totals: dict[str, Counter[str]] = {}


def examples(count: int) -> settings:
    """The settings of a test that draws `count` examples, or as many as the long run wants."""
    return settings(max_examples=times(count))


def times(count: int) -> int:
    """How often to do what CI does `count` times."""
    return _EXAMPLES or count


def tally(name: str, decoded: Decoded) -> None:
    """Count one example of the decoder `name`: message 1, which came between two good ones."""
    add(
        name,
        rows=int((decoded.rows["message"] == 1).sum()),
        **Counter(str(one.code) for one in decoded.rejects),
    )


def add(name: str, *, rows: int, **rejects: int) -> None:
    """Count one example: the rows that were accepted and the rejects by reason."""
    count(name, examples=1, rows=rows, **{f"rejected {code}": number for code, number in rejects.items()})


def count(name: str, **found: int) -> None:
    """Add to the totals of `name`."""
    _totals.setdefault(name, Counter()).update(found)


def report() -> list[str]:
    """One line a decoder, with all there is to say; nothing where this is no long run."""
    if not _EXAMPLES:
        return []
    return [
        f"{name}: " + ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        for name, counts in sorted(_totals.items())
    ]
