"""Programs as the containers of compose.yaml run them, without Docker: bubblewrap shows them this machine's files read-only
but for what the service may write, drops every capability, and lets no program gain one. The network is this machine's."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from compose_file import Service, interpolated

_USER: Final = "10001"
_PROJECT: Final = str(Path(__file__).parents[2])
"""Seen also where it lies in a folder that a tmpfs covers."""
_DEADLINE_S: Final = 60.0
_STOP_S: Final = 20.0
_ENDED_WELL: Final = {0, 128 + signal.SIGTERM}


@dataclass(frozen=True)
class Container:
    """What `service` would run in. `writable` are the folders of its volumes, `shown` those that its tmpfs would cover, and what
    lies over a folder, as folder to what is seen there. `temporary` takes the place of its /tmp, for others to look into.
    """

    service: Service
    environment: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[Path, Path] = field(default_factory=dict)
    writable: Sequence[Path] = ()
    directory: Path = Path("/")
    temporary: Path | None = None

    def line(self, *command: str) -> list[str]:
        """Return the command line that runs `command` in it."""
        assert self.service["read_only"]
        assert self.service["cap_drop"] == ["ALL"]
        assert self.service["security_opt"] == ["no-new-privileges:true"]
        line = ["bwrap", "--die-with-parent", "--unshare-user", "--uid", _USER, "--gid", _USER]
        line += ["--cap-drop", "ALL", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        for mount in self.service.get("tmpfs", []):
            line += ["--tmpfs", mount.split(":")[0]]
        if self.temporary:
            line += ["--bind", str(self.temporary), "/tmp"]
        line += ["--ro-bind", _PROJECT, _PROJECT]
        for place, folder in self.shown.items():
            line += ["--ro-bind", str(folder), str(place)]
        for folder in self.writable:
            line += ["--bind", str(folder), str(folder)]
        return [*line, "--chdir", str(self.directory), *command]

    def healthy(self, changes: Mapping[str, str]) -> bool:
        """Run the service's health check, but for `changes` of its text: ports are others here."""
        kind, *words = self.service["healthcheck"]["test"]
        for shipped, here in changes.items():
            assert any(shipped in word for word in words)
            words = [word.replace(shipped, here) for word in words]
        words = [interpolated(word) for word in words]
        done = self.run(*(words if kind == "CMD" else ["sh", "-c", *words]))
        return done.returncode == 0

    def run(self, *command: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `command` to its end."""
        return subprocess.run(
            self.line(*command),
            env=self._environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=_DEADLINE_S,
        )

    @contextmanager
    def running(self, *command: str) -> Iterator["Running"]:
        """Run `command`; stop it as Docker does, and expect that it ends well and in time."""
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                self.line(*command), env=self._environment, stderr=said, start_new_session=True
            )
            running = Running(process, said)
            try:
                yield running
                running.signal(signal.SIGTERM)
                code = process.wait(_STOP_S)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # what it left, as the end of a container does
                process.wait()
            assert code in _ENDED_WELL, running.said

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"} | dict(
            self.environment
        )


class Running:
    """A program in its container."""

    def __init__(self, bubblewrap: "subprocess.Popen[bytes]", said: IO[str]) -> None:
        self._bubblewrap = bubblewrap
        self._said = said

    @property
    def said(self) -> str:
        """What it wrote on standard error."""
        self._said.seek(0)
        return self._said.read()

    def signal(self, sign: signal.Signals) -> None:
        """Send a signal to the program: bubblewrap, its parent, passes none on."""
        parent = self._bubblewrap.pid
        [child] = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        os.kill(int(child), sign)

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready()`, unless it ends before."""
        deadline = time.monotonic() + _DEADLINE_S
        while not ready():
            assert self._bubblewrap.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)
