"""What a million positions cost out of Kafka, with one, two and three workers; and a country's rate, kept up for a minute.

CPU seconds of the workers, of the PostgreSQL server and of Kafka, beside binary COPY of the same rows: all of it runs on one
machine, so that rates say little, and sums of CPU time what several machines would need.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg

from cost.__main__ import COPIES, Bench, fleet, server_cpu_s, write_towns
from kafka_records import create_topic, produce
from kafka_server import KafkaServer
from kafka_worker import stored
from vinterkoll.app.children import free_port
from vinterkoll.ingest.message import Message
from worker import copy_in, wire_of

PARTITIONS: Final = 12
VEHICLES: Final = 200
WORKERS: Final = (1, 2, 3)
COUNTRY_VEHICLES: Final = 10_000
COUNTRY_S: Final = 60
EACH_S: Final = 5
"""A fix of each vehicle: 2,000 positions a second."""
DONE_S: Final = 600


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(count: int, kafka: KafkaServer, url: str, topic: str) -> Iterator[list[int]]:
    """Run workers of one group; yield their pids."""
    environment = os.environ | {
        "VINTERKOLL_DATABASE_URL": url,
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.address,
        "VINTERKOLL_KAFKA_TOPICS": f'["{topic}"]',
        "VINTERKOLL_KAFKA_GROUP": topic,
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--source", "kafka"],
            env=environment | {"VINTERKOLL_WORKER": f"{topic}-{number}"},
            stderr=subprocess.DEVNULL,
        )
        for number in range(count)
    ]
    try:
        yield [one.pid for one in workers]
    finally:
        for one in workers:
            one.terminate()
        for one in workers:
            one.wait(30)


def wait_until(url: str, group: str, count: int) -> None:
    """Wait until so many records are stored."""
    deadline = time.monotonic() + DONE_S
    while stored(url, group) < count:
        assert time.monotonic() < deadline, "the workers did not finish"
        time.sleep(0.05)


class Machine:
    """CPU seconds of the parts, from one look to the next."""

    def __init__(self, bench: Bench, kafka: KafkaServer, workers: Sequence[int]) -> None:
        self._bench, self._kafka, self._workers = bench, kafka, workers
        self._before = self._now()

    def _now(self) -> tuple[float, ...]:
        assert self._kafka.process
        own = [cpu_s(pid) for pid in self._workers]
        return (*own, server_cpu_s(self._bench.server.pid), cpu_s(self._kafka.process.pid))

    def spent(self) -> tuple[list[float], float, float]:
        """Return what each worker, PostgreSQL and Kafka have spent since this was made."""
        *workers, server, kafka = (
            now - before for now, before in zip(self._now(), self._before, strict=True)
        )
        return workers, server, kafka


def throughput(bench: Bench, kafka: KafkaServer, begin: datetime) -> None:
    """Print CPU seconds a million positions with one worker after the other."""
    before, after = fleet(begin, VEHICLES)
    print(
        f"{len(after)} positions of {VEHICLES} vehicles, {PARTITIONS} partitions; CPU s a million positions"
    )
    for count in WORKERS:
        name = f"workers_{count}"
        url = bench.database(name, "towns")
        create_topic(kafka, name, PARTITIONS)
        with running(count, kafka, url, name) as pids:
            produce(kafka, name, before)
            wait_until(url, name, len(before))  # all have joined, and read the streets
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
            machine, started = Machine(bench, kafka, pids), time.perf_counter()
            produce(kafka, name, after)
            wait_until(url, name, len(before) + len(after))
            rate = len(after) / (time.perf_counter() - started)
            workers, server, brokers = machine.spent()
        million = 1e6 / len(after)
        wire = wire_of(after)
        copied, own = server_cpu_s(bench.server.pid), time.process_time()
        for _ in range(COPIES):
            copy_in(url, wire)
        copied = (server_cpu_s(bench.server.pid) - copied + time.process_time() - own) / COPIES
        shares = " + ".join(f"{one * million:.0f}" for one in workers)
        print(
            f"{count} workers: {sum(workers) * million:.0f} ({shares}), PostgreSQL {server * million:.0f},"
            f" Kafka {brokers * million:.0f}; COPY {copied * million:.1f}; {rate:,.0f}/s in all",
            flush=True,
        )
        bench.drop(name)


def country(bench: Bench, kafka: KafkaServer) -> None:
    """Keep up a country's rate for a minute, and print how far behind the rows came."""
    shifted = COUNTRY_S // EACH_S
    before, after = fleet(datetime.now(UTC), COUNTRY_VEHICLES, COUNTRY_VEHICLES * shifted, earlier=20)
    url, name = bench.database("country", "towns"), "country"
    create_topic(kafka, name, PARTITIONS)
    with running(1, kafka, url, name) as pids:
        produce(kafka, name, before)
        wait_until(url, name, len(before))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
        machine, started = Machine(bench, kafka, pids), time.perf_counter()
        a_second = COUNTRY_VEHICLES // EACH_S
        behind = []
        for second in range(COUNTRY_S):
            produce(kafka, name, stamped(after[second * a_second : (second + 1) * a_second]))
            behind.append(len(before) + (second + 1) * a_second - stored(url, name))
            time.sleep(max(0.0, started + second + 1 - time.perf_counter()))
        wait_until(url, name, len(before) + len(after))
        took = time.perf_counter() - started
        workers, server, brokers = machine.spent()
    print(
        f"{COUNTRY_VEHICLES} vehicles, one position each {EACH_S} s for {COUNTRY_S} s, one worker: stored after {took:.1f} s,"
        f" at most {max(behind[5:])} messages behind; cores: worker {sum(workers) / took:.2f},"
        f" PostgreSQL {server / took:.2f}, Kafka {brokers / took:.2f}"
    )


def stamped(messages: Sequence[Message]) -> list[Message]:
    """The messages as received now."""
    now = time.time_ns() // 1000
    return [replace(one, received_us=now) for one in messages]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        bench = Bench(directory)
        (directory / "kafka").mkdir()
        kafka = KafkaServer(directory / "kafka", free_port(), free_port())
        kafka.format()
        kafka.start()
        try:
            streets = directory / "towns.geojson"
            write_towns(streets)
            bench.database("towns", streets=streets)
            throughput(bench, kafka, datetime.now(UTC) - timedelta(hours=10))
            country(bench, kafka)
        finally:
            kafka.stop()
            bench.server.remove()


if __name__ == "__main__":
    main()
