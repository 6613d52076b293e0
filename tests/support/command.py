"""The `vinterkoll` command as a shell sees it."""

import os
import subprocess
import sys

SECRET = "hemligt-lösenord"
"""What no output may repeat."""


def vinterkoll(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vinterkoll.app.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | environment, timeout=60
    )


def fails(done: subprocess.CompletedProcess[str], code: int) -> str:
    """Expect the exit code and one line of error; return the line."""
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("vinterkoll: ")
    assert SECRET not in done.stderr + done.stdout
    return done.stderr
