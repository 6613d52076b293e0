"""The worker that the settings name: is it alive, and does it keep up. Asked of the database, where it writes its status."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg

from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.app.doctor.finding import Finding, fail, ok, told, warn
from vinterkoll.app.settings import Settings

_SILENCE_MAX: Final = timedelta(seconds=30)
"""A worker writes its status each 5 s, also without messages."""
_LAG_MAX_S: Final = 60.0


def worker(connection: "psycopg.Connection[Any]", settings: Settings) -> Iterator[Finding]:
    """Look at the worker of `settings`; where none of that name was ever here, at whichever was heard of last."""
    rows = connection.execute(
        "SELECT worker, now() - updated_at, lag_s FROM ingest_status WHERE worker <> %s"
        " ORDER BY worker <> %s, updated_at DESC LIMIT 1",
        [HTTP_WORKER, settings.worker],
    ).fetchall()
    if not rows:
        yield warn("worker-none", "no worker has ever been here")
    for name, silence, lag_s in rows:
        if silence > _SILENCE_MAX:
            yield fail("worker-silent", f"the worker {name} was not heard of for {told(silence)}")
        elif lag_s is not None and lag_s > _LAG_MAX_S:
            yield warn(
                "worker-late", f"the last batch of the worker {name} was stored {lag_s:.0f} s after it came"
            )
        else:
            yield ok(
                f"the worker {name} is alive"
                + ("" if lag_s is None else f"; its last batch took {lag_s:.1f} s")
            )
