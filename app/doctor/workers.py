"""The workers: is each alive, has it its broker, and does it keep up. Asked of the database, where they write their status."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg

from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.app.doctor.finding import Finding, fail, ok, told, warn
from vinterkoll.app.settings import Settings
from vinterkoll.storage.status import SILENCE_MAX

Connection = psycopg.Connection[Any]

_LAG_MAX_S: Final = 60.0


def worker(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Look at the worker of `settings`; where none of that name was ever here, at whichever was heard of last."""
    found = _findings(connection, settings)
    yield next(found, warn("worker-none", "no worker has ever been here"))


def others(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Look at each worker but that one."""
    yield from itertools.islice(_findings(connection, settings), 1, None)


def _findings(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Yield one finding a worker, the one that `worker` is about first."""
    rows = connection.execute(
        "SELECT worker, now() - updated_at, connected, lag_s FROM ingest_status WHERE worker <> %s"
        " ORDER BY worker <> %s, updated_at DESC, worker",
        [HTTP_WORKER, settings.worker],
    )
    for row in rows.fetchall():
        yield _finding(*row)


def _finding(name: str, silence: timedelta, connected: bool | None, lag_s: float | None) -> Finding:
    if silence > SILENCE_MAX:
        return fail("worker-silent", f"the worker {name} was not heard of for {told(silence)}")
    if connected is False:
        # no failure of the worker's, whose container would be called unhealthy: the broker's part tells of that
        return warn("worker-cut-off", f"the worker {name} is alive and has no broker, so that nothing comes")
    if lag_s is not None and lag_s > _LAG_MAX_S:
        return warn(
            "worker-late", f"the last batch of the worker {name} was stored {lag_s:.0f} s after it came"
        )
    taken = "" if lag_s is None else f"; its last batch took {lag_s:.1f} s"
    return ok(f"the worker {name} is alive{taken}")
