"""A span of the simulated day with every fault on, sent by MQTT; and what the same observations give once and in order."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg

from derived_tables import Tables, acceptance, derived
from vinterkoll.app.networks import import_network
from vinterkoll.app.register import store_register
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message, wall_clock_us
from vinterkoll.simulators.faults import ALL, DELIVERY
from vinterkoll.simulators.files import digest_of
from vinterkoll.simulators.network_file import write_network
from vinterkoll.simulators.register import write_register
from vinterkoll.simulators.scenario import Scenario
from vinterkoll.storage.migrate import migrate

LATEST: Final = timedelta(hours=1)
"""No message is sent later after it was made."""


@dataclass(frozen=True)
class Span:
    """What is sent in `[begin, end)` of the day that has its 04:00 at `anchor`."""

    anchor: datetime
    begin: datetime
    end: datetime

    @property
    def options(self) -> tuple[str, ...]:
        """Of `vinterkoll simulate`."""
        times = {"--anchor": self.anchor, "--from": self.begin, "--until": self.end}
        return "--faults", "all", *(word for name, at in times.items() for word in (name, at.isoformat()))


class Rows(NamedTuple):
    """What a database holds: raw rows of each kind, and all derived rows."""

    raw: dict[str, int]
    derived: Tables


def set_up(url: str, directory: Path) -> None:
    """Make the schema, and load the simulator's streets and register."""
    write_network(directory / "network.geojson", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        migrate(connection)
        list(import_network(connection, directory / "network.geojson", Settings()))
        for table, file in write_register(directory, 1).items():
            store_register(connection, table, file)


def rows_of(connection: "psycopg.Connection[Any]") -> Rows:
    query = """
        SELECT 'position', count(*) FROM position UNION ALL SELECT 'flow', count(*) FROM flow
        UNION ALL SELECT 'snow', count(*) FROM snow
    """
    return Rows(dict(connection.execute(query).fetchall()), derived(connection))


def sendings(directory: Path) -> list[dict[str, str]]:
    """What `simulate --truth` sent, in order."""
    with (directory / "deliveries.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def observed(sent: Sequence[dict[str, str]]) -> dict[str, str]:
    """Each distinct good message and its device."""
    return {row["message"]: row["device"] for row in sent if not row["reject"]}


def kinds_of(devices: Sequence[str]) -> Counter[str]:
    """How many of the devices' messages are of which kind."""
    return Counter(
        "position" if "/" in device else "flow" if device.startswith("urn:") else "snow" for device in devices
    )


def clean_rows(url: str, directory: Path, span: Span, observations: dict[str, str]) -> Rows:
    """Accept each of the observations once and in order, in a new database, and return what it then holds."""
    clean = Scenario(1, span.anchor, faults=ALL - DELIVERY).messages(span.begin - LATEST, span.end)
    in_order = [message for message in clean if digest_of(message.payload) in observations]
    assert len(in_order) == len(observations)
    set_up(url, directory)
    connection, accepting = acceptance(url, wall_clock_us)
    with connection:
        for at in range(0, len(in_order), 2_000):
            batch = [Message(one.topic, one.payload, one.time_us) for one in in_order[at : at + 2_000]]
            assert accepting.accept(batch).rejected == []
        rows = rows_of(connection)
    assert all(rows.derived.values())
    return rows
