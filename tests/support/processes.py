"""Processes that tests start, and what they leave behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LISTEN: Final = "0A"


def ended_well(process: subprocess.Popen[str], timeout_s: float = 30) -> str:
    """Wait for the end of `process`, expect exit code 0, and return what it said on standard error."""
    try:
        _, said = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        _, said = process.communicate()
        raise AssertionError(f"{process.args!r} did not end: {said}") from None
    assert process.returncode == 0, f"{process.args!r} ended with {process.returncode}: {said}"
    return said or ""


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run `vinterkoll` with `arguments`; end it with SIGTERM, and expect that it ends well."""
    command = [sys.executable, "-m", "vinterkoll.app.cli", *arguments]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        ended_well(process)


def mentioning(text: str) -> list[str]:
    """Command lines of all running processes that mention `text`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if text in command:
                found.append(command)
    return found


def listening(directory: Path) -> set[tuple[str, int]]:
    """Where the processes that work in `directory` listen for TCP: addresses as the kernel writes them, and ports."""
    sockets = {
        str(file.readlink())
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and _works_in(entry, directory)
        for file in (entry / "fd").iterdir()
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if state == _LISTEN and f"socket:[{inode}]" in sockets:
                address, port = local.split(":")
                found.add((address, int(port, 16)))
    return found


def _works_in(entry: Path, directory: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == directory
    except OSError:
        return False
