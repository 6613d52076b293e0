"""What a position costs, worker and server apart: over the days of history there are, and over the size of the fleet.

CPU time, not rates: of this process while it decodes, stores and derives, and of all processes of the PostgreSQL server
(autovacuum and checkpoints too); beside it binary COPY of the same rows. `make cost` writes docs/cost.md's figures and plot.
"""

import os
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import orjson
import psycopg
from psycopg import sql
from pydantic import SecretStr

from accuracy.plots import Axes, chart
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.intakes import stream_acceptance
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.scenario import Part, Scenario
from worker import copy_in, prepare, wire_of

DOCS: Final = Path(__file__).parents[2] / "docs"
DAYS: Final = (0, 1, 7, 29)
"""Of history before what is measured, which lies in the first, second, eighth and thirtieth day."""
HISTORY_VEHICLES: Final = 8
"""Of the simulator: 29 days of them are two million positions, and as much again that is derived."""
HISTORY_HOURS: Final = 4
FLEET: Final = (10, 50, 200, 500, 1000, 2000)
"""Vehicles; in each case all of them together send the same number of fixes."""
FIXES: Final = 20_000
BEFORE: Final = 80
"""Fixes of each vehicle that are there already: more than a new one reads back."""
BATCHES: Final = (5_000, 250)
"""Messages: the worker's largest, as when it catches up; and 250 ms of 1,000 messages a second."""
VEHICLES_A_TOWN: Final = 50
TOWNS_APART_DEGREES: Final = 0.06
SOUTHERNMOST_TOWN: Final = -20
"""The streets grow with the fleet, as they do outside: each fifty vehicles have two towns of their own, the simulator's put
north or south of themselves."""
COPIES: Final = 10
"""Of the rows by COPY, so that a server's CPU time, counted in hundredths of a second, says something."""
DERIVED_FROM: Final = ("position", "stretch", "fix_flag")
HEAD: Final = "worker µs | server µs | sum µs | of the first | COPY's sum µs | sum / COPY |\n"
"""`of the first`: the first row's is measured once more beside each row, as a machine's CPU is not the same all the time."""


class Cost(NamedTuple):
    """CPU microseconds a position."""

    worker: float
    server: float
    copy: float = 0.0

    @property
    def total(self) -> float:
        return self.worker + self.server

    def row(self, name: str, first: "Cost") -> str:
        figures = f"{self.worker:.0f} | {self.server:.0f} | {self.total:.0f} | {self.total / first.total:.2f}"
        return f"| {name} | {figures} | {self.copy:.1f} | {self.total / self.copy:.1f} |\n"


def server_cpu_s(postmaster: int | None) -> float:
    """CPU seconds of the server's processes, those that have ended included."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, after = int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if pid == postmaster:
            ticks += sum(map(int, after[11:15]))
        elif int(after[1]) == postmaster:
            ticks += sum(map(int, after[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


class Bench:
    """A server, and what things cost on it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.server = EmbeddedPostgres(directory / "postgres")
        self.server.start()

    def database(self, name: str, template: str | None = None, streets: Path | None = None) -> str:
        """Make a database with the simulator's streets, or others, or a copy of another one; return its URL."""
        if template is None:
            return prepare(self.server, name, self._directory, streets)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            copied = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
            connection.execute(copied.format(sql.Identifier(name), sql.Identifier(template)))
        return self.server.url(name)

    def drop(self, name: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def accept(self, url: str, messages: Sequence[Message], batch: int) -> Cost:
        """Accept messages as the worker does, MQTT apart; it runs already, and has read the network."""
        acceptance = stream_acceptance(Settings(database_url=SecretStr(url)))
        acceptance.accept(messages[:1])
        server, worker = server_cpu_s(self.server.pid), time.process_time()
        for at in range(0, len(messages), batch):
            assert not acceptance.accept(messages[at : at + batch]).rejected
        worker = time.process_time() - worker
        server = server_cpu_s(self.server.pid) - server
        acceptance.close()
        return Cost(worker / len(messages) * 1e6, server / len(messages) * 1e6)

    def measured(self, url: str, messages: list[Message], batch: int) -> Cost:
        """Accept messages, and copy the same rows right after."""
        cost = self.accept(url, messages, batch)
        wire = wire_of(messages)
        server, worker = server_cpu_s(self.server.pid), time.process_time()
        for _ in range(COPIES):
            copy_in(url, wire)
        copied = server_cpu_s(self.server.pid) - server + time.process_time() - worker
        return cost._replace(copy=copied / len(messages) / COPIES * 1e6)


def positions(begin: datetime, hours: float, vehicles: int) -> list[Message]:
    scenario = Scenario(1, begin, vehicles=vehicles, parts=[Part.VEHICLES])
    end = begin + timedelta(hours=hours)
    return [Message(m.topic, m.payload, m.time_us) for m in scenario.messages(begin, end)]


def over_history(bench: Bench, now: datetime) -> Iterator[tuple[str, Cost, Cost]]:
    """Measure the same hours behind a longer and longer history, and without any beside it.

    History is a day that was derived in the worker's own way, and the same day earlier and earlier, raw and derived rows
    alike: what the worker would have left, oldest first.
    """
    begin = now - timedelta(hours=HISTORY_HOURS)
    measured = positions(begin, HISTORY_HOURS, HISTORY_VEHICLES)
    bench.database("empty")
    day = positions(begin - timedelta(days=1), 24, HISTORY_VEHICLES)
    bench.accept(bench.database("one_day", "empty"), day, BATCHES[0])

    def after(days: int, *, analysed: bool) -> Cost:
        url = bench.database("measured", "one_day" if days else "empty")
        if days:
            fill(url, days)
        if analysed:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
        cost = bench.measured(url, measured, BATCHES[0])
        bench.drop("measured")
        return cost

    for days in DAYS:
        for analysed in (False, True) if days else (True,):
            name = f"day {days + 1}" if days else "first hours"
            yield (
                (name if analysed else f"{name}, not analysed"),
                after(days, analysed=analysed),
                after(0, analysed=True),
            )


def fill(url: str, days: int) -> None:
    """Put the day that is there before itself until there are so many."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in DERIVED_FROM:
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            names = connection.execute(
                "SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
                [table],
            ).fetchone()
            assert names
            moved = [f"{n} - %(back)s" if n in ("time", "until_time") else n for n in names[0]]
            statement = f"INSERT INTO {table} SELECT {', '.join(moved)} FROM {table} WHERE time >= %(since)s"  # noqa: S608
            since = connection.execute(f"SELECT min(time) FROM {table}").fetchone()  # noqa: S608
            assert since
            for back in range(days - 1, 0, -1):
                connection.execute(statement, {"back": timedelta(days=back), "since": since[0]})


def fleet(
    begin: datetime, vehicles: int, fixes: int = FIXES, earlier: int = BEFORE
) -> tuple[list[Message], list[Message]]:
    """What vehicles have sent before `begin`, `earlier` each, and the `fixes` they send then, in order of time.

    They drive the rounds of the simulator's vehicles, each from another moment on and each fifty elsewhere, a fix each 5 s.
    """
    tracks: dict[str, list[bytes]] = defaultdict(list)
    for message in positions(begin, 12, HISTORY_VEHICLES):
        tracks[message.topic].append(message.payload)
    rounds = list(tracks.values())
    count = fixes // vehicles
    before: list[tuple[float, Message]] = []
    after: list[tuple[float, Message]] = []
    for vehicle in range(vehicles):
        track = rounds[vehicle % len(rounds)]
        first = vehicle * 37 % (len(track) - earlier - count)
        for at, payload in enumerate(track[first : first + earlier + count]):
            offset_s = 5.0 * (at - earlier) + 5.0 * vehicle / vehicles
            when = begin + timedelta(seconds=offset_s)
            body = orjson.loads(payload)
            body |= {
                "vehicle": f"v{vehicle}",
                "time": when.isoformat(),
                "lat": body["lat"] + north_of(vehicle),
            }
            one = Message(
                f"mip/v1/bench/v{vehicle}/position", orjson.dumps(body), round(when.timestamp() * 1e6)
            )
            (before if at < earlier else after).append((offset_s, one))
    return tuple([one for _, one in sorted(part, key=lambda pair: pair[0])] for part in (before, after))  # type: ignore[return-value]


def north_of(vehicle: int) -> float:
    """Degrees by which its towns lie north of the simulator's; fleets above the largest share them."""
    return TOWNS_APART_DEGREES * (SOUTHERNMOST_TOWN + vehicle % FLEET[-1] // VEHICLES_A_TOWN)


def write_towns(file: Path) -> None:
    """Write the streets of the largest fleet."""
    write_network(file, 1)
    collection = orjson.loads(file.read_bytes())
    towns = []
    for number in range(FLEET[-1] // VEHICLES_A_TOWN):
        degrees, ids = north_of(number * VEHICLES_A_TOWN), number * 10_000_000
        for street in collection["features"]:
            points = [[lon, lat + degrees] for lon, lat in street["geometry"]["coordinates"]]
            named = street["properties"]
            named = named | {name: named[name] + ids for name in ("segment_id", "start_node", "end_node")}
            towns.append(
                street | {"geometry": {"type": "LineString", "coordinates": points}, "properties": named}
            )
    file.write_bytes(orjson.dumps(collection | {"features": towns}))


def over_fleet(bench: Bench, now: datetime, batch: int) -> Iterator[tuple[str, Cost, Cost]]:
    """Measure each fleet, and the smallest beside it."""

    def of(vehicles: int) -> Cost:
        before, after = fleet(now - timedelta(hours=10), vehicles)
        url = bench.database("fleet", "towns")
        bench.accept(url, before, BATCHES[0])
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")
        cost = bench.measured(url, after, batch)
        bench.drop("fleet")
        return cost

    for vehicles in FLEET:
        yield str(vehicles), of(vehicles), of(FLEET[0])


def report(name: str, what: str, found: Iterator[tuple[str, Cost, Cost]]) -> list[float]:
    """Print figures as they come, put them into the document, and return the shares of the first."""
    ratios: list[float] = []
    start, end = f"<!-- figures of {name}: written by `make cost` -->\n", f"<!-- end of {name} -->"
    table = f"| {what} | {HEAD}|---|---|---|---|---|---|---|\n"
    for label, cost, first in found:
        ratios.append(cost.total / first.total)
        table += cost.row(label, first)
        print(name, cost.row(label, first), end="", flush=True)
    file = DOCS / "cost.md"
    text = file.read_text()
    file.write_text(
        re.sub(f"{re.escape(start)}.*?{re.escape(end)}", lambda _: start + table + end, text, flags=re.DOTALL)
    )
    return ratios


def main() -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        try:
            report("history", "history", over_history(bench, now))
            streets = Path(name) / "towns.geojson"
            write_towns(streets)
            bench.database("towns", streets=streets)
            lines = {}
            for batch in BATCHES:
                lines[f"{batch:,} a batch"] = (
                    report(f"fleet-{batch}", "vehicles", over_fleet(bench, now, batch)),
                    None,
                )
        finally:
            bench.server.remove()
    highest = max(max(ratios) for ratios, _ in lines.values())
    axes = Axes("vehicles", FLEET, range(int(highest) + 2), logarithmic=True)
    (DOCS / "cost").mkdir(exist_ok=True)
    chart(DOCS / "cost" / "fleet.svg", "CPU a position, of that with 10 vehicles", axes, lines)


if __name__ == "__main__":
    main()
