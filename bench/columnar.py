"""What columnar chunks of TimescaleDB save, and what late positions cost that come into them: docs/timescaledb.md.

Raw rows alone, on the TimescaleDB in WebAssembly that the tests use: its rates are not a server's, their ratio is what counts.

Run: PYTHONPATH=tests/support python bench/columnar.py
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.processing.observations import Rows
from vinterkoll.storage import columns, raw
from vinterkoll.storage.devices import Devices
from vinterkoll.storage.migrate import migrate
from worker import positions

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))
from timescale import timescale

BATCH = 5_000


def insert_rate(connection: "psycopg.Connection[Any]", rows: Rows) -> float:
    """Rows per second of the worker's own statement, in batches."""
    devices = Devices()
    took_s = 0.0
    for at in range(0, len(rows), BATCH):
        batch = rows[at : at + BATCH]
        ids = devices.ids(connection, batch["device"].tolist())
        began = time.perf_counter()
        new, _, _ = raw.insert(connection, "position", ids, batch["time_us"], batch)
        took_s += time.perf_counter() - began
        assert new == len(batch)
    return len(rows) / took_s


def number(connection: "psycopg.Connection[Any]", query: str) -> float:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return float(row[0])


def main() -> None:
    rows = FORMATS["mip"](positions()).rows
    _, first = np.unique(rows[["time_us", "seq", "lon", "lat"]], return_index=True)
    rows = rows[np.sort(first)]
    with (
        tempfile.TemporaryDirectory() as name,
        timescale(Path(name) / "log") as url,
        psycopg.connect(url, autocommit=True) as connection,
    ):
        columns.register(connection)
        migrate(connection)
        compress = "SELECT count(compress_chunk(c)) FROM show_chunks('position') AS c"
        on_time = insert_rate(connection, rows[::2])
        size = number(connection, "SELECT hypertable_size('position')") / len(rows[::2])
        number(connection, compress)
        packed = number(connection, "SELECT hypertable_size('position')") / len(rows[::2])
        late = insert_rate(connection, rows[1::2])
        again = number(connection, "SELECT hypertable_size('position')") / len(rows)
        began = time.perf_counter()
        number(connection, compress)
        took_s = time.perf_counter() - began
        connection.execute("VACUUM FULL position")
        last = number(connection, "SELECT hypertable_size('position')") / len(rows)
    print(f"{len(rows)} positions of 22 vehicles; every second one is late")
    print(f"on time, open chunks         {on_time:>9,.0f} rows/s   1.000   {size:>5.0f} bytes a position")
    print(f"compressed                                              {packed:>5.0f}")
    print(f"late, compressed chunks      {late:>9,.0f} rows/s   {late / on_time:.3f}   {again:>5.0f}")
    print(f"compressed again in {took_s:.1f} s, and vacuumed in full             {last:>5.0f}")


if __name__ == "__main__":
    main()
