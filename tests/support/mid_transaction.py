"""A worker that is held where it hurts others: in mid-transaction, with the locks of its devices taken."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_WAIT_S = 60


@contextmanager
def held_in_mid_transaction(url: str) -> Iterator[None]:
    """Wait until a batch, its devices locked, is about to store positions; hold it there until the `with` block ends."""
    with psycopg.connect(url) as holding:
        holding.execute("LOCK TABLE position")
        deadline = time.monotonic() + _WAIT_S
        waiting = "SELECT FROM pg_locks WHERE relation = 'position'::regclass AND NOT granted"
        while holding.execute(waiting).fetchone() is None:
            assert time.monotonic() < deadline, "no batch came"
            time.sleep(0.02)
        yield
