"""Child processes that end when they are told to, and when their parent is killed."""

import ctypes
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from vinterkoll.app.errors import PartFailedError

_PR_SET_PDEATHSIG: Final = 1
_POLL_S: Final = 0.05
_LOG_TAIL_CHARACTERS: Final = 2_000
_LIBC: Final = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies, so that kill -9 on the demo leaves nothing behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A running program whose output goes to `log`.

    It leads a session of its own: Ctrl-C at the terminal reaches only the parent, which then stops its children
    in the right order.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        environment: dict[str, str] | None = None,
        user: int | None = None,
        directory: Path | None = None,
    ) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=directory,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no threads run yet when the demo starts children
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def last_words(self) -> str:
        return self._log.read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:].strip()

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Wait until `ready()`.

        Raises
        ------
        PartFailedError
            When the process ended, or `timeout_s` passed, before that.
        """
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.exit_code is not None:
                raise PartFailedError(f"{self.name} ended with code {self.exit_code}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise PartFailedError(f"{self.name} was not ready after {timeout_s:g} s: {self.last_words()}")
            time.sleep(_POLL_S)

    def stop(self, timeout_s: float, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send `sign`, wait, and kill what is still there after `timeout_s`. Returns the exit code."""
        if self.exit_code is None:
            self._process.send_signal(sign)
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_connections(port: int) -> bool:
    """Return whether something listens on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
