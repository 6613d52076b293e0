"""`vinterkoll ingest --source kafka`: records into rows once each, whatever happens to the worker."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from command import SECRET, fails, vinterkoll
from derived_tables import derived
from kafka_records import create_topic, produce
from kafka_server import PASSWORD, USER, KafkaServer
from kafka_worker import environment, prepared, stored, wait_for
from mid_transaction import held_in_mid_transaction
from processes import ended_well, running
from vinterkoll.app.kafka import KafkaCheckpoint, kafka_source
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.errors import SupersededError
from vinterkoll.ingest.message import Message
from vinterkoll.simulators.scenario import Scenario

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]

PARTITIONS = 3


def morning() -> list[Message]:
    """What everybody sends in 20 minutes, an hour ago; and two messages that nothing can be made of."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
    scenario = Scenario(1, start)
    sent = scenario.messages(start, start + timedelta(minutes=20))
    messages = [Message(m.topic, m.payload, m.time_us) for m in sent]
    messages.insert(100, Message("mip/v1/snow/v1/position", b"no json", messages[100].received_us))
    messages.insert(500, Message("no/such/topic", b"{}", messages[500].received_us))
    return messages


def account(url: str) -> dict[str, Any]:
    """All that is there to compare: derived tables, counts of raw rows, rejects."""
    with psycopg.connect(url, autocommit=True) as connection:
        counts = {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in ("position", "flow", "snow")
        }
        rejects = connection.execute(
            "SELECT source, topic, code FROM reject JOIN reject_message USING (message_id) ORDER BY 1, 2, 3"
        ).fetchall()
        return {**derived(connection), **counts, "reject": rejects}


def messages_counted(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sum(messages)::int FROM ingest_status").fetchone()
    assert row is not None
    return int(row[0])


def test_killed_in_mid_stream_it_loses_and_doubles_nothing(
    kafka: KafkaServer, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    messages = morning()
    create_topic(kafka, "killed", PARTITIONS)
    produce(kafka, "killed", messages)
    for url in (database_url, empty_database_url):
        prepared(url, tmp_path)

    with running(environment(kafka, database_url, "killed", "clean"), "ingest", "--source", "kafka"):
        wait_for(database_url, "clean", len(messages))
    clean = account(database_url)
    assert clean["stretch"]
    assert [code for _, _, code in clean["reject"]] == ["bad_json", "unknown_topic"]

    with psycopg.connect(database_url) as connection:
        assert lags(connection) <= len(messages)  # the worker noted it

    again = environment(kafka, empty_database_url, "killed", "killed")
    command = [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--source", "kafka"]
    for part in (len(messages) // 4, len(messages) // 2):
        worker = subprocess.Popen(command, env=again, stderr=subprocess.DEVNULL)
        wait_for(empty_database_url, "killed", part)
        worker.kill()
        worker.wait()
        assert stored(empty_database_url, "killed") < len(messages)
    with running(again, "ingest", "--source", "kafka"):
        wait_for(empty_database_url, "killed", len(messages))
    assert account(empty_database_url) == clean
    assert messages_counted(empty_database_url) == len(messages)

    replayed = environment(kafka, empty_database_url, "killed", "from the start")
    with running(replayed, "ingest", "--source", "kafka"):
        wait_for(empty_database_url, "from the start", len(messages))
    after = account(empty_database_url)
    assert {**after, "reject": clean["reject"]} == clean


def test_a_paused_worker_finds_its_records_stored(
    kafka: KafkaServer, database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """Stopped past its session in mid-transaction, and awake again when another has stored the same: this one did not wait
    for the locks of the first for longer than the database bears that.
    """
    messages = morning()
    create_topic(kafka, "zombie", PARTITIONS)
    produce(kafka, "zombie", messages)
    for url in (database_url, empty_database_url):
        prepared(url, tmp_path)
    both = environment(kafka, database_url, "zombie", "zombie")
    command = [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--source", "kafka"]
    with subprocess.Popen(
        command, env=both | {"VINTERKOLL_WORKER": "first"}, stderr=subprocess.PIPE, text=True
    ) as first:
        wait_for(database_url, "zombie", len(messages) // 8)
        with held_in_mid_transaction(database_url):
            os.kill(first.pid, signal.SIGSTOP)
        with running(both | {"VINTERKOLL_WORKER": "second"}, "ingest", "--source", "kafka"):
            wait_for(database_url, "zombie", len(messages))
            os.kill(first.pid, signal.SIGCONT)
            produce(kafka, "zombie", messages[:300])
            wait_for(database_url, "zombie", len(messages) + 300)
        first.terminate()
        said = ended_well(first)
    assert "these records were stored already" in said
    assert messages_counted(database_url) == len(messages) + 300

    with running(environment(kafka, empty_database_url, "zombie", "clean"), "ingest", "--source", "kafka"):
        wait_for(empty_database_url, "clean", len(messages) + 300)
    clean = account(empty_database_url)
    assert clean["stretch"]
    assert account(database_url) == clean


def lags(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT sum(lag)::int FROM kafka_offset WHERE lag_at IS NOT NULL").fetchone()
    assert row is not None
    return int(row[0])


def test_by_tls_its_lag_is_noted_and_a_batch_moves_on_once(kafka: KafkaServer, database_url: str) -> None:
    create_topic(kafka, "tls", 2)
    produce(kafka, "tls", [Message(f"t/{at}", b"{}", 1_000) for at in range(300)])
    settings = Settings.model_validate(
        {
            "database_url": database_url,
            "kafka_bootstrap_servers": kafka.secure_address,
            "kafka_topics": ["tls"],
            "kafka_group": "tls",
            "kafka_tls": True,
            "kafka_ca_file": str(kafka.ca_file),
            "kafka_user": USER,
            "kafka_password": PASSWORD,
        }
    )
    with (
        closing(kafka_source(settings)) as source,
        psycopg.connect(database_url, autocommit=True) as connection,
    ):
        source.wait_connected(20)
        checkpoint = KafkaCheckpoint(source, "tls")
        checkpoint.note_lag(connection)
        assert lags(connection) == 300
        batch = source.receive(100, 10, 0.02)
        checkpoint.advance(connection, batch)
        assert stored(database_url, "tls") == len(batch)
        with pytest.raises(SupersededError):
            checkpoint.advance(connection, batch)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"VINTERKOLL_KAFKA_PASSWORD": SECRET}, "refused the log-in"),
        ({"VINTERKOLL_KAFKA_CA_FILE": ""}, "certificate"),
        ({"VINTERKOLL_KAFKA_CA_FILE": "/nowhere"}, "VINTERKOLL_KAFKA_CA_FILE: No such file"),
        ({"VINTERKOLL_KAFKA_TLS": "false"}, "VINTERKOLL_KAFKA_TLS=true"),
    ],
)
def test_what_will_not_help_to_try_again_ends_it_with_one_line(
    kafka: KafkaServer, town_url: str, changed: dict[str, str], said: str
) -> None:
    settings = environment(kafka, town_url, "any", "any") | {
        "VINTERKOLL_LOG_LEVEL": "ERROR",
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.secure_address,
        "VINTERKOLL_KAFKA_TLS": "true",
        "VINTERKOLL_KAFKA_CA_FILE": str(kafka.ca_file),
        "VINTERKOLL_KAFKA_USER": USER,
        "VINTERKOLL_KAFKA_PASSWORD": PASSWORD,
    }
    assert said in fails(vinterkoll("ingest", "--source", "kafka", **{**settings, **changed}), 2)


def test_a_topic_that_is_missing_ends_it_with_one_line(kafka: KafkaServer, town_url: str) -> None:
    settings = environment(kafka, town_url, "missing", "missing") | {"VINTERKOLL_LOG_LEVEL": "ERROR"}
    done = vinterkoll("ingest", "--source", "kafka", **settings)
    assert "has no topic missing for this user: create it" in fails(done, 2)


def test_a_worker_that_may_not_say_that_it_lives_ends_and_leaves_its_partitions(
    kafka: KafkaServer, database_url: str, tmp_path: Path
) -> None:
    create_topic(kafka, "rights", PARTITIONS)
    produce(kafka, "rights", [Message("no/such/topic", b"{}", 1_000) for _ in range(10)])
    prepared(database_url, tmp_path)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("REVOKE INSERT, UPDATE ON ingest_status FROM vinterkoll_ingest")
    any_user = (
        environment(kafka, database_url, "rights", "rights")
        | {
            "VINTERKOLL_LOG_LEVEL": "ERROR",
            "VINTERKOLL_KAFKA_SESSION_TIMEOUT_S": "300",  # longer than anybody waits here: who stays a member has them
        }
    )
    poor = any_user | {"VINTERKOLL_DATABASE_URL": f"{database_url}?options=-c%20role%3Dvinterkoll_ingest"}
    done = vinterkoll("ingest", "--source", "kafka", **poor)
    last = done.stderr.splitlines()[-1]  # aiokafka complains of a Kafka that is new
    assert last == "vinterkoll: the database user may not do this: permission denied for table ingest_status"
    assert done.returncode == 2
    with running(any_user, "ingest", "--source", "kafka"):
        wait_for(database_url, "rights", 10)
