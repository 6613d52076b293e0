"""Workers killed with SIGKILL under load and started again: nothing is lost, doubled, or derived otherwise.

`make kill-runs` does it ten times over a whole simulated day each, and prints what came of it.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import psycopg
import pytest

import fuzzing
from broker import Broker
from derived_tables import derived, equals_reference
from processes import ended_well
from simulated_delivery import Rows, Span, clean_rows, kinds_of, observed, rows_of, sendings, set_up
from vinterkoll.app.children import free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.settings import Settings

pytestmark = [pytest.mark.postgres, pytest.mark.mosquitto, pytest.mark.fault]

LONG: Final = fuzzing.times(0) > 0
SPAN_H: Final = 24.0 if LONG else 0.5
SPEED: Final = 1_800 if LONG else 150
"""Times as fast as real time: the day is sent in 48 s, about what two cores can take, half an hour in 12 s."""
KILLS: Final = 6 if LONG else 3
APART_S: Final = 5.0 if LONG else 0.6
"""From a worker's first batch after its start to its kill, at most."""
IN_MID_BATCH: Final = 0.8
"""The share of kills that wait for an open transaction; the others come whenever they come, acknowledgements included."""
END: Final = datetime.now(UTC).replace(second=0, microsecond=0)
SPAN: Final = Span(END - timedelta(hours=25), END - timedelta(hours=SPAN_H), END)
"""The same for all runs: they send the same, and have one clean run to be compared with."""


class Workers:
    """`vinterkoll ingest` processes that share the topics of one broker and write to one database."""

    def __init__(self, url: str, port: int, names: list[str], group: str) -> None:
        share = f"$share/{group}/" if len(names) > 1 else ""
        topics = ", ".join(f'"{share}{topic}": "{name}"' for topic, name in Settings().mqtt_topics.items())
        self._url, self._names = url, names
        self.environment = os.environ | {
            "VINTERKOLL_DATABASE_URL": url,
            "VINTERKOLL_MQTT_PORT": str(port),
            "VINTERKOLL_MQTT_TOPICS": f"{{{topics}}}",
        }
        self._group = group
        self._processes: dict[str, subprocess.Popen[str]] = {}
        self._watch = psycopg.connect(url, autocommit=True)

    def __enter__(self) -> Self:
        for name in self._names:
            self._start(name)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.terminate()  # they drain what is there
        with ExitStack() as ending:
            ending.callback(self._watch.close)
            for process in self._processes.values():
                ending.callback(ended_well, process, 300)

    def _start(self, name: str) -> None:
        """Start one, and return when it has subscribed and works."""
        was = self._account(name)
        own = {
            "VINTERKOLL_WORKER": name,
            "VINTERKOLL_MQTT_CLIENT_ID": f"{self._group}-{name}",
            "PGAPPNAME": name,
        }
        command = [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--drain-s", "2"]
        self._processes[name] = subprocess.Popen(
            command, env=self.environment | own, stderr=subprocess.PIPE, text=True
        )
        self._wait(lambda: self._account(name) != was, f"worker {name} did not start")

    def _account(self, name: str) -> tuple[Any, ...] | None:
        """When it last said that it is alive, and how many messages it has stored since ever."""
        return self._watch.execute(
            "SELECT updated_at, messages FROM ingest_status WHERE worker = %s", [name]
        ).fetchone()

    def _messages(self, name: str) -> int:
        account = self._account(name)
        return account[1] if account else 0

    def _wait(self, condition: Callable[[], bool], trouble: str) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, trouble
            time.sleep(0.01)

    def kill(self, luck: random.Random) -> bool:
        """Kill one at a random moment while it works and start it again. Tells whether it had a transaction open."""
        name, anywhere = luck.choice(self._names), luck.random() > IN_MID_BATCH
        before = self._messages(name)
        self._wait(lambda: self._messages(name) > before, f"worker {name} gets nothing")
        time.sleep(luck.uniform(0, APART_S))
        process = self._processes[name]

        def stopped_where_wanted() -> bool:
            process.send_signal(signal.SIGSTOP)
            self._wait(lambda: self._state(name) != "active", "the statement does not end")
            if anywhere or self._state(name) == "idle in transaction":
                return True
            process.send_signal(signal.SIGCONT)
            time.sleep(luck.uniform(0, 0.02))
            return False

        self._wait(stopped_where_wanted, f"worker {name} begins no batch")
        within = self._state(name) == "idle in transaction"  # for certain: who is stopped sends no COMMIT
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        self._start(name)
        return within

    def _state(self, name: str) -> str:
        """What the worker's connection does, after the statement that it was in; `half sent`: it waits for the rest of one."""
        (state,) = self._watch.execute(
            "SELECT max(CASE WHEN state = 'active' AND wait_event = 'ClientRead' THEN 'half sent' ELSE state END)"
            " FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
            [name],
        ).fetchone() or (None,)
        assert isinstance(state, str), f"worker {name} has no connection"
        return state


@contextmanager
def simulation(workers: Workers, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Send the span."""
    command = [sys.executable, "-m", "vinterkoll.app.cli", "simulate", "--speed", str(SPEED)]
    process = subprocess.Popen(
        [*command, "--truth", str(directory), *SPAN.options],
        env=workers.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        ended_well(process, 1_200)


@cache
def expected(url: str, directory: Path, observations: frozenset[tuple[str, str]]) -> Rows:
    """What the clean run leaves, which is what the slow reference makes of its raw rows."""
    rows = clean_rows(url, directory, SPAN, dict(observations))
    with psycopg.connect(url) as connection:
        equals_reference(derived(connection), connection)
    return rows


@pytest.fixture(scope="module")
def clean_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The database of the clean run, which all runs are compared with."""
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE clean_run")
        yield postgres.url("clean_run")
        connection.execute("DROP DATABASE clean_run WITH (FORCE)")


@pytest.fixture
def own_mosquitto(tmp_path: Path) -> Iterator[Broker]:
    """A broker for one run: the sessions of the run's workers outlive them, and would queue all later runs."""
    (tmp_path / "mosquitto").mkdir()
    broker = Broker(tmp_path / "mosquitto", free_port())
    broker.start()
    yield broker
    broker.stop()


@pytest.mark.parametrize("run", range(fuzzing.times(2)))
def test_killed_workers_leave_no_trace(
    run: int,
    database_url: str,
    clean_url: str,
    own_mosquitto: Broker,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    luck = random.Random(run)
    set_up(database_url, tmp_path)
    names = ["one"] if run % 2 == 0 else ["one", "two"]
    with (
        Workers(database_url, own_mosquitto.port, names, f"kill-run-{run}") as workers,
        simulation(workers, tmp_path),
    ):
        within = [workers.kill(luck) for _ in range(KILLS)]

    assert sum(within) >= 1, "no worker was killed in mid-batch"
    sent = sendings(tmp_path)
    observations = observed(sent)
    with psycopg.connect(database_url) as connection:
        found = rows_of(connection)
        (seen,) = connection.execute("SELECT sum(messages)::int FROM ingest_status").fetchone() or (0,)
    assert found.raw == kinds_of([*observations.values()])
    assert found == expected(clean_url, tmp_path_factory.getbasetemp(), frozenset(observations.items()))
    fuzzing.count(
        "killed workers",
        runs=1,
        kills=KILLS,
        **{"kills within a transaction": sum(within), "messages sent": len(sent), "messages seen": seen},
        **{f"rows of {table}": count for table, count in found.raw.items()},
        **{f"rows of {table}": len(rows) for table, rows in found.derived.items()},
    )
