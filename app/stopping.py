"""What SIGTERM and Ctrl-C do."""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

_LIMIT_S: Final = 4.0
"""Whoever sends SIGTERM expects an end within five seconds."""

_log = logging.getLogger(__name__)


def when_stopped(act: Callable[[], object]) -> None:
    """Do `act` when told to stop, in place of what was to be done before.

    It runs in the main thread, between two steps of whatever that does: an exception that it raises ends a wait.
    """
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: act())


def leave() -> None:
    """End by `SystemExit`, so that what is open is closed: for `when_stopped`, while there is nothing to finish."""
    end_in_time()
    sys.exit()


def end_in_time() -> None:
    """End the process after `_LIMIT_S`, should it still be there.

    Some waits cannot be given up: for a host that does not answer while a connection is made, for a name. Nothing is lost by it: what
    is not durable was not acknowledged, and comes again as after any other end.
    """
    limit = threading.Timer(_LIMIT_S, _end)
    limit.daemon = True
    limit.start()


def _end() -> None:
    _log.warning("ended within %g s of being told to, without waiting for who does not answer", _LIMIT_S)
    os._exit(0)
