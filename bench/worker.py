"""Positions per second that one worker takes from the broker into the database, beside raw binary COPY.

Both in one run, on the same PostgreSQL with its durable settings. The worker decodes, judges, stores, matches,
derives and acknowledges; COPY only stores the same rows in a table of the same shape, 5,000 a transaction.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from vinterkoll.app.demo_broker import start_broker
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.networks import import_network
from vinterkoll.app.register import store_register
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message
from vinterkoll.ingest.mqtt import MqttSource
from vinterkoll.ingest.mqtt_session import MqttSession
from vinterkoll.processing.digest import row_digest
from vinterkoll.simulators.mqtt import MqttSink
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import Part, Scenario
from vinterkoll.storage.columns import EPOCH_2000_US
from vinterkoll.storage.migrate import migrate

HOURS = 4
BATCH = 5_000
CLIENT = "bench"
TOPIC = "mip/v1/+/+/position"

CELLS = [
    *(("device_id", ">i4"), ("time", ">i8"), ("seq", ">i8"), ("digest", ">i8"), ("received_at", ">i8")),
    *(("lon", ">f8"), ("lat", ">f8"), ("speed_kmh", ">f4"), ("heading_deg", ">f4"), ("accuracy_m", ">f4")),
    *(("actions", ">i8"), ("plough_known", ">i2"), ("plough_down", ">i2")),
]
"""Columns of COPY and their form on the wire; each is preceded by its length, each row by the number of columns."""


def positions() -> list[Message]:
    anchor = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=HOURS)
    scenario = Scenario(1, anchor, parts=[Part.VEHICLES])
    return [
        Message(m.topic, m.payload, m.time_us)
        for m in scenario.messages(anchor, anchor + timedelta(hours=HOURS))
    ]


def wire_of(messages: list[Message]) -> NDArray[np.void]:
    """The rows of `messages` as binary COPY takes them."""
    rows = FORMATS["mip"](messages).rows
    devices = {key: at for at, key in enumerate(sorted(set(rows["device"].tolist())))}
    wire = np.empty(
        len(rows),
        [
            ("count", ">i2"),
            *(
                (f"{name}_{part}", kind if part == "v" else ">i4")
                for name, kind in CELLS
                for part in ("n", "v")
            ),
        ],
    )
    wire["count"] = len(CELLS)
    columns = {name: rows[name] for name, _ in CELLS if name in (rows.dtype.names or ())}
    columns["device_id"] = np.array([devices[key] for key in rows["device"].tolist()])
    columns["time"] = rows["time_us"] - EPOCH_2000_US
    columns["received_at"] = columns["time"]
    columns["digest"] = row_digest(rows)
    for name, kind in CELLS:
        wire[f"{name}_n"] = np.dtype(kind).itemsize
        wire[f"{name}_v"] = columns[name]
    return wire


def copy_in(url: str, wire: NDArray[np.void]) -> float:
    """Copy rows into a table of their own, 5,000 a transaction, and return the seconds it took."""
    names = ", ".join(name for name, _ in CELLS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE copied (LIKE position INCLUDING ALL)")
        started = time.perf_counter()
        for at in range(0, len(wire), BATCH):
            with connection.cursor().copy(f"COPY copied ({names}) FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + wire[at : at + BATCH].tobytes() + b"\xff\xff")
        took = time.perf_counter() - started
        assert connection.execute("SELECT count(*) FROM copied").fetchone() == (len(wire),)
        connection.execute("DROP TABLE copied")
    return took


def copy_rate(url: str, messages: list[Message]) -> float:
    """Rows per second of binary COPY, decoding not counted."""
    wire = wire_of(messages)
    return len(wire) / copy_in(url, wire)


def queue(port: int, messages: list[Message]) -> None:
    """Leave `messages` at the broker, in the session of a worker that is away."""
    session = MqttSource(MqttSession("127.0.0.1", port, CLIENT, [TOPIC]))
    session.wait_connected(10)
    session.close()
    sink = MqttSink("127.0.0.1", port, threading.Event())
    for message in messages:
        sink.send(message)  # type: ignore[arg-type]  # topic and payload are all it reads
    sink.close()
    assert sink.unacknowledged == 0


def worker_rate(url: str, port: int, count: int) -> tuple[float, float]:
    """Messages per second between the first and the last commit, and the worker's CPU seconds for all of them."""
    environment = os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_MQTT_PORT": str(port),
        "VINTERKOLL_MQTT_CLIENT_ID": CLIENT,
        "VINTERKOLL_MQTT_TOPICS": f'{{"{TOPIC}": "mip"}}',
    }
    worker = subprocess.Popen([sys.executable, "-m", "vinterkoll.app.cli", "ingest"], env=environment)
    seen: list[tuple[float, int]] = []
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            deadline = time.monotonic() + 300
            while not seen or seen[-1][1] < count:
                assert time.monotonic() < deadline, "the worker did not finish"
                row = connection.execute("SELECT sum(messages)::int FROM ingest_status").fetchone()
                if row and row[0] and (not seen or row[0] > seen[-1][1]):
                    seen.append((time.perf_counter(), row[0]))
                time.sleep(0.005)
        fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
        cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    finally:
        worker.terminate()
        worker.wait(30)
    return (seen[-1][1] - seen[0][1]) / (seen[-1][0] - seen[0][0]), cpu_s


def prepare(server: EmbeddedPostgres, name: str, directory: Path, streets: Path | None = None) -> str:
    """Make a database with the simulator's streets, or others, and register; return its URL."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    network = streets or directory / "network.geojson"
    if streets is None:
        write_network(network, 1)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        migrate(connection)
        list(import_network(connection, network, Settings()))
        for table, file in write_register(directory / "register", 1).items():
            store_register(connection, table, file)
    return server.url(name)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        server = EmbeddedPostgres(directory / "postgres")
        server.start()
        broker = start_broker(directory / "broker")
        try:
            url = prepare(server, "bench", directory)
            messages = positions()
            queue(broker.port, messages)
            copied = copy_rate(url, messages)
            through, cpu_s = worker_rate(url, broker.port, len(messages))
            version = re.sub(r" .*", "", server_version(url))
            print(f"{len(messages)} positions of 22 vehicles, PostgreSQL {version}, {broker.name}")
            print(f"raw binary COPY              {copied:>9,.0f} rows/s   1.000")
            print(f"worker, broker to derived    {through:>9,.0f} rows/s   {through / copied:.3f}")
            print(f"worker's own CPU             {cpu_s / len(messages) * 1e6:>9.1f} µs a position")
        finally:
            broker.stop()
            server.remove()


def server_version(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.info.parameter_status("server_version") or ""


if __name__ == "__main__":
    main()
