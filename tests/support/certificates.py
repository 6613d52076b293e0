"""Certificates for tests, made by the very commands that docs/production.md gives for a trial."""

import re
import subprocess
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "production.md"
CERTIFIED_NAME = "localhost"
"""What the broker's certificate is made out to; 127.0.0.1 is not in it."""


def certify(folder: Path) -> None:
    """Make ca.pem and ca.key, unless they are there, and a new fullchain.pem and privkey.pem, in `folder`."""
    text = DOCUMENT.read_text(encoding="utf-8")
    authority, server = re.findall(r"^    (openssl req (?:\\\n|.)+)", text, re.MULTILINE)
    if not (folder / "ca.pem").exists():
        _run(authority, folder)
    _run(server, folder)


def _run(command: str, folder: Path) -> None:
    done = subprocess.run(
        ["sh", "-euc", f"umask 077; name={CERTIFIED_NAME}; {command}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
