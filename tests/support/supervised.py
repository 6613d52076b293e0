"""A `vinterkoll` process that is started again whenever it ends, as systemd does."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Self

RESTART_S: Final = 2.0
"""As compose/systemd says."""
_END_S: Final = 30


class Supervised:
    """Runs `vinterkoll` with `arguments` until the `with` block ends, which tells it to stop."""

    def __init__(self, environment: dict[str, str], *arguments: str, within: Sequence[str] = ()) -> None:
        self._environment = environment
        self._command = [*within, sys.executable, "-m", "vinterkoll.app.cli", *arguments]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._process = self._started()
        self.exit_code = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._process.terminate()
        try:
            self.exit_code = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"{self._command} did not stop") from None

    def kill(self) -> None:
        """Kill it with SIGKILL; it comes again by itself."""
        self._process.kill()

    def pause(self) -> None:
        """Stop it where it is: it is there, and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, env=self._environment)

    def _watch(self) -> None:
        while not self._ending.is_set():
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(0.1)
                if not self._ending.wait(RESTART_S):
                    self._process = self._started()
