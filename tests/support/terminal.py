"""A command as somebody sees it who watches: with a terminal for its standard error."""

import os
import pty
import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence

SHOWN = re.compile(r"\x1b\[\?25l(?P<label>[a-z ]+?)  \[[#-]*\] +(?P<at>\d+)(?P<percent>%?)")


def on_terminal(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a command; return all that came to its terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | environment
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # so a terminal says that nobody writes to it any more
            break
        if not part:
            break
        seen += part
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0, seen.decode()
    return seen.decode()


def bars(seen: str) -> dict[str, list[str]]:
    """What each bar showed, by its label in the order of their beginning: shares such as `7%`, or numbers."""
    found: dict[str, list[str]] = defaultdict(list)
    for match in SHOWN.finditer(seen):
        found[match["label"]].append(match["at"] + match["percent"])
    return dict(found)
