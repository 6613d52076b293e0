"""The way into the database that is opened when it is needed, again after it was lost, and given up when told to."""

import threading
from collections.abc import Callable

from vinterkoll.app.bisecting import Intake


class Opening:
    """Opens an intake by `connect`. All methods but `give_up` are for the one thread that works with it."""

    def __init__(self, connect: Callable[[], Intake]) -> None:
        self._connect = connect
        self._open: Intake | None = None
        self._given_up = threading.Event()

    @property
    def given_up(self) -> bool:
        """Whether it is no use to try again."""
        return self._given_up.is_set()

    def intake(self) -> Intake:
        """Return it, open."""
        if self._open is None:
            self._open = self._connect()
            if self.given_up:
                self._open.interrupt()
        return self._open

    def close(self) -> None:
        """Close it; `intake` opens it again."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def wait(self, seconds: float) -> None:
        """Wait, but not once it is given up."""
        self._given_up.wait(seconds)

    def give_up(self) -> None:
        """End what is under way, from another thread: whatever waits for it raises, now and from now on."""
        self._given_up.set()
        if (intake := self._open) is not None:
            intake.interrupt()
