"""Ten minutes of everybody's messages, sent by MQTT in five seconds; and what a worker has made of them so far."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import psycopg

from broker import Broker
from vinterkoll.simulators import stream
from vinterkoll.simulators.mqtt import MqttSink
from vinterkoll.simulators.scenario import Scenario

SENT_S: Final = 5.0
"""What is sent takes about this long, where nothing fails."""
MINUTES: Final = 10
DONE_S: Final = 60
BEGIN: Final = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)


def messages() -> list[stream.Message]:
    return list(Scenario(1, BEGIN).messages(BEGIN, BEGIN + timedelta(minutes=MINUTES)))


@contextmanager
def sending(broker: Broker, sent: Sequence[stream.Message] = ()) -> Iterator[threading.Event]:
    """Send `sent`, else everything, at QoS 1, some a second; the event says that half of it is. Leaving waits until all is
    acknowledged.
    """
    sent = sent or messages()
    half, failed = threading.Event(), []

    def send() -> None:
        sink = MqttSink("127.0.0.1", broker.port, threading.Event())
        try:
            started = time.monotonic()
            for at, message in enumerate(sent):
                sink.send(message)
                time.sleep(max(0.0, started + SENT_S * at / len(sent) - time.monotonic()))
                if at == len(sent) // 2:
                    half.set()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test is to know
            failed.append(error)
        finally:
            half.set()
            sink.close()
        if sink.unacknowledged or sink.not_taken:
            failed.append(AssertionError("not all was acknowledged"))

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield half
    finally:
        thread.join()
    assert not failed, failed


def asked(url: str, query: str) -> int:
    """A number from a database, -1 where it does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute(query.encode()).fetchone()
    except psycopg.OperationalError:
        return -1
    return int(row[0] or 0) if row else 0


def counted(url: str) -> int:
    return asked(url, "SELECT sum(messages)::int FROM ingest_status")


def until(reached: Callable[[], bool], what: str) -> float:
    """Wait until something is so; return how many seconds that took."""
    started = time.monotonic()
    while not reached():
        assert time.monotonic() - started < DONE_S, what
        time.sleep(0.02)
    return time.monotonic() - started


def subscribed(url: str) -> bool:
    """Whether a worker has said that it has its source."""
    return asked(url, "SELECT count(*) FROM ingest_status WHERE connected") > 0


def waiting(url: str) -> int:
    """How many sessions wait for a lock."""
    return asked(
        url,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
