"""`vinterkoll demo` as a user runs it."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from processes import ended_well

URL_LINE = re.compile(r"^http://127\.0\.0\.1:\d+/ ")


@dataclass
class Running:
    """A demo and the line it printed."""

    process: subprocess.Popen[str]
    line: str
    started_s: float

    def interrupt(self) -> str:
        """Ctrl-C at a terminal; returns what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        return ended_well(self.process, 60)


def command(directory: Path, port: int) -> list[str]:
    program = [sys.executable, "-m", "vinterkoll.app.cli"]
    return [*program, "demo", "--port", str(port), "--directory", str(directory)]


def start(directory: Path, port: int, *more: str, path: str | None = None) -> Running:
    environment = os.environ | ({"PATH": path} if path is not None else {})
    process = subprocess.Popen(
        [*command(directory, port), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not URL_LINE.match(line):
        process.terminate()
        raise AssertionError(f"no URL: {line!r} {process.communicate(timeout=30)[1]}")
    return Running(process, line, time.monotonic())
