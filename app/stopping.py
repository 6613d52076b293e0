"""What SIGTERM and Ctrl-C do."""

import signal
from collections.abc import Callable


def when_stopped(act: Callable[[], object]) -> None:
    """Do `act` when told to stop, in place of what was to be done before.

    It runs in the main thread, between two steps of whatever that does: an exception that it raises ends a wait.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: act())
