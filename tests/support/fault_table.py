"""The table of docs/faults.md: what each fault test found. `make faults` writes it, other runs leave it alone."""

import os
import re
from pathlib import Path
from typing import Final

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "faults.md"
_WRITING: Final = bool(os.environ.get("VINTERKOLL_FAULTS_WRITE"))
_HEAD: Final = "| fault | rows in | rows out | rejected | seconds to recover |\n|---|---|---|---|---|\n"
_START: Final = "<!-- written by `make faults` -->\n"
_END: Final = "<!-- end of what is written -->"

_rows: list[str] = []


def record(fault: str, rows_in: int, rows_out: int, rejected: int, seconds: float) -> None:
    """Add a row; seconds from the cause being gone to the next message that is stored."""
    _rows.append(f"| {fault} | {rows_in:,} | {rows_out:,} | {rejected:,} | {seconds:.1f} |\n")
    print(_rows[-1], end="")
    if _WRITING:
        text = DOCUMENT.read_text(encoding="utf-8")
        table = _START + _HEAD + "".join(_rows) + _END
        pattern = f"{re.escape(_START)}.*?{re.escape(_END)}"
        DOCUMENT.write_text(re.sub(pattern, lambda _: table, text, flags=re.DOTALL), encoding="utf-8")
