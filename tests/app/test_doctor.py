"""`vinterkoll doctor` on real parts: a healthy installation, and each ailment brought about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api_server import serving
from broker import Broker
from certificates import CERTIFIED_NAME
from command import SECRET, vinterkoll
from http_ingest import add_keys
from kafka_records import create_topic, produce
from kafka_server import KafkaServer
from position_messages import position
from shipped_broker import INGEST_PASSWORD, ShippedBroker
from town_rows import add_device, add_position, insert
from vinterkoll.api.application import create_app
from vinterkoll.api.intake import HTTP_WORKER
from vinterkoll.app.doctor import database, streams
from vinterkoll.app.doctor.broker import broker
from vinterkoll.app.doctor.certificates import certificate_finding
from vinterkoll.app.doctor.checking import contained, examined
from vinterkoll.app.doctor.command import checks_of
from vinterkoll.app.doctor.database import clock_finding, policy_finding
from vinterkoll.app.doctor.finding import Finding, State, fail, ok
from vinterkoll.app.doctor.streaming import streaming, topic_findings
from vinterkoll.app.doctor.web import web
from vinterkoll.app.doctor.workers import others, worker
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.kafka_cluster import Topic
from vinterkoll.storage.policies import Policy
from vinterkoll.storage.reading import reading_pool
from vinterkoll.storage.status import Progress, record


def as_worker(url: str) -> str:
    return make_conninfo(url, options="-c role=vinterkoll_ingest")


def settings(url: str, **more: Any) -> Settings:
    return Settings(database_url=SecretStr(as_worker(url)), **more)


def port_of(address: str) -> int:
    port = urlsplit(address).port
    assert port
    return port


def names(findings: list[Finding]) -> set[str]:
    return {one.name for one in findings} - {""}


def asked(url: str, *checks: Any, **more: Any) -> set[str]:
    return names(list(database.ask(settings(url, **more), *checks)))


@contextmanager
def changing(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def heard(url: str, ago: timedelta = timedelta()) -> None:
    """A worker has stored a message of the vehicle snow/v1, which the register has."""
    then = datetime.now(UTC) - ago
    with changing(url) as connection:
        record(
            connection,
            "ingest",
            Progress(messages=1, last_received_us=round(then.timestamp() * 1e6), lag_s=0.1),
        )
        connection.execute("UPDATE ingest_status SET updated_at = now() - %s", [ago])
        insert(connection, "contractor", contractor="snow", name="Snow")
        insert(connection, "vehicle", contractor="snow", vehicle="v1", name="One")
        add_position(connection, add_device(connection, "position", "snow", "v1"), then)


@pytest.mark.postgres
def test_housekeeping_that_does_not_run(town_url: str) -> None:
    for days, found in ((1, set()), (3, {"housekeeping-overdue"})):
        with changing(town_url) as connection:
            connection.execute(
                "UPDATE raw_horizon SET kept_house_at = now() - make_interval(days => %s)", [days]
            )
        assert asked(town_url, database.policies) == found


def test_a_policy_that_failed_and_one_that_does_not_run() -> None:
    job = Policy(
        "job 1000 policy_compression of position", "12:00:00", None, False, False, "next run not known"
    )
    assert policy_finding(job).state == State.OK
    for overdue in (False, True):
        assert policy_finding(replace(job, failed=True, overdue=overdue)).name == "policy-failed"
    late = policy_finding(replace(job, overdue=True))
    assert (late.state, late.name) == (State.FAIL, "policy-overdue")


@pytest.fixture
def shipped(tmp_path: Path) -> Iterator[ShippedBroker]:
    running = ShippedBroker(tmp_path)
    yield running
    running.stop()


@pytest.mark.postgres
@pytest.mark.mosquitto
def test_a_healthy_installation_has_nothing_to_mend(town_url: str, shipped: ShippedBroker) -> None:
    heard(town_url)
    with serving(create_app(reading_pool(town_url))) as address:
        healthy = settings(
            town_url,
            mqtt_port=shipped.port,
            mqtt_user="ingest",
            mqtt_password=SecretStr(INGEST_PASSWORD),
            api_port=port_of(address),
        )
        report = dict(examined(checks_of(healthy)))
    assert list(report) == ["settings", "database", "worker", "streams", "broker", "kafka", "api"]
    found = [one for findings in report.values() for one in findings]
    assert [one for one in found if one.state not in {State.OK, State.NOT_USED}] == []
    assert any("snow (1)" in one.what for one in report["streams"])
    assert any("TimescaleDB" in one.what for one in report["database"])


def test_without_any_part_each_says_so_and_no_secret() -> None:
    environment = {
        "VINTERKOLL_DATABASE_URL": f"postgresql://ingest:{SECRET}@127.0.0.1:1/vinterkoll",
        "VINTERKOLL_MQTT_PORT": "1",
        "VINTERKOLL_MQTT_USER": "ingest",
        "VINTERKOLL_MQTT_PASSWORD": SECRET,
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "VINTERKOLL_API_PORT": "1",
        "VINTERKOLL_MQTT_TOPICS": '{"t/+": "morse"}',
    }
    done = vinterkoll("doctor", "--json", **environment)
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    report = orjson.loads(done.stdout)
    assert {(one["part"], one["state"], one["finding"]) for one in report} == {
        ("settings", "fail", "settings-wrong"),
        ("database", "fail", "database-unreachable"),
        ("worker", "fail", "database-unreachable"),
        ("streams", "fail", "database-unreachable"),
        ("broker", "fail", "broker-unreachable"),
        ("kafka", "fail", "kafka-unreachable"),
        ("api", "warn", "api-unreachable"),
    }
    assert all(one["cure"] for one in report)
    told = vinterkoll("doctor", **environment)
    assert (told.returncode, told.stdout.count("→")) == (1, 7)
    assert "fail      broker: no connection to the MQTT broker at 127.0.0.1:1: " in told.stdout


@pytest.mark.postgres
def test_migrations_behind_and_ahead(database_url: str, empty_database_url: str) -> None:
    assert names(list(database.ask(settings(empty_database_url), *database.CHECKS))) == {"schema-behind"}
    with changing(database_url) as connection:
        connection.execute("INSERT INTO schema_migration VALUES (9999, 'future', '')")
    assert asked(database_url, database.schema) == {"schema-foreign"}


@pytest.mark.postgres
def test_rights(database_url: str) -> None:
    owner = Settings(database_url=SecretStr(database_url))
    assert names(list(database.ask(owner, database.rights))) == {"rights-too-many"}
    reader = Settings(database_url=SecretStr(make_conninfo(database_url, options="-c role=vinterkoll_api")))
    assert names(list(database.ask(reader, database.rights))) == {"rights-too-few"}
    assert asked(database_url, database.rights) == set()


@pytest.mark.postgres
def test_what_waits_to_be_derived_anew(database_url: str) -> None:
    with changing(database_url) as connection:
        device = add_device(connection, "position", "snow", "v1")
        insert(connection, "rederivation", device_id=device, from_time=datetime(2026, 1, 1, tzinfo=UTC))
    owner = Settings(database_url=SecretStr(database_url))
    assert names(list(database.ask(owner, database.renewal))) == {"rederivation-due"}


@pytest.mark.postgres
def test_no_network_and_one_elsewhere(database_url: str, town_url: str) -> None:
    assert asked(town_url, streams.network) == set()
    assert asked(town_url, streams.network, area_lon_lat=(10.0, 55.0, 12.0, 56.0)) == {"network-elsewhere"}
    with changing(database_url) as connection:
        connection.execute("UPDATE network SET valid_from = now() + interval '1 day'")
    assert asked(database_url, streams.network) == {"network-missing"}


@pytest.mark.postgres
def test_nothing_ever_received(database_url: str) -> None:
    assert asked(database_url, worker, streams.arrivals) == {"worker-none", "nothing-received"}


@pytest.mark.postgres
def test_nothing_received_for_an_hour_by_a_worker_that_is_silent(database_url: str) -> None:
    heard(database_url, timedelta(minutes=61))
    assert asked(database_url, worker, streams.arrivals) == {"worker-silent", "nothing-received"}


@pytest.mark.postgres
def test_a_worker_that_lags_behind(database_url: str) -> None:
    heard(database_url)
    with changing(database_url) as connection:
        connection.execute("UPDATE ingest_status SET lag_s = 90")
    assert asked(database_url, worker, streams.arrivals) == {"worker-late"}


@pytest.mark.postgres
def test_a_silent_worker_beside_one_that_is_alive(database_url: str) -> None:
    heard(database_url, timedelta(minutes=1))
    with changing(database_url) as connection:
        record(connection, "two", Progress(messages=1))
        record(connection, HTTP_WORKER, Progress(messages=1))
    assert asked(database_url, worker) == {"worker-silent"}
    assert asked(database_url, worker, worker="two") == set()
    assert asked(database_url, worker, worker="never-here") == set(), "the one heard of last is alive"
    assert asked(database_url, others) == set()
    assert asked(database_url, others, worker="two") == {"worker-silent"}, "that one, and not that of HTTP"
    assert asked(database_url, others, worker="never-here") == {"worker-silent"}


@pytest.mark.postgres
def test_a_worker_without_its_broker_is_alive_and_not_well(database_url: str) -> None:
    for name in ("ingest", "two"):
        with changing(database_url) as connection:
            record(connection, name, Progress(connected=False))
    [own] = database.ask(settings(database_url), worker)
    [other] = database.ask(settings(database_url), others)
    assert (own.name, own.state, "ingest" in own.what) == ("worker-cut-off", State.WARN, True)
    assert (other.name, "two" in other.what) == ("worker-cut-off", True)


@pytest.mark.postgres
def test_one_part_alone_decides_the_exit_code(database_url: str) -> None:
    """As the worker's container is asked for its health; nothing listens where its broker is said to be."""
    asking = ("doctor", "--part", "worker", "--json")
    where = {"VINTERKOLL_DATABASE_URL": as_worker(database_url), "VINTERKOLL_MQTT_PORT": "1"}
    heard(database_url)
    for code in (0, 1):
        done = vinterkoll(*asking, **where)
        assert (done.returncode, [one["part"] for one in orjson.loads(done.stdout)]) == (code, ["worker"])
        with changing(database_url) as connection:
            connection.execute("UPDATE ingest_status SET updated_at = now() - interval '1 minute'")
    gone = vinterkoll(*asking, **where | {"VINTERKOLL_DATABASE_URL": "postgresql://127.0.0.1:1/vinterkoll"})
    assert gone.returncode == 1
    assert vinterkoll("doctor", "--part", "weather").returncode == 2


@pytest.mark.postgres
def test_a_vehicle_that_is_not_in_the_register_now(database_url: str) -> None:
    heard(database_url)
    assert asked(database_url, streams.vehicles) == set()
    with changing(database_url) as connection:
        connection.execute("UPDATE vehicle SET valid_to = now() - interval '1 hour'")
    [found] = database.ask(settings(database_url), streams.vehicles)
    assert (found.name, "snow/v1" in found.what) == ("vehicles-unknown", True)


@pytest.mark.postgres
def test_many_rejects(database_url: str) -> None:
    with changing(database_url) as connection:
        message = insert(
            connection,
            "reject_message",
            received_at=datetime.now(UTC),
            source="mqtt",
            topic="t",
            format="mip",
            owner="snow",
            payload="",
        )
        connection.execute(
            "INSERT INTO reject (message_id, received_at, item, code, field, detail)"
            " SELECT %s, now(), n, 'future', '', '' FROM generate_series(0, 100) n",
            [message],
        )
    [found] = database.ask(settings(database_url), streams.rejects)
    assert (found.name, "101 rejects in the last hour: future (101)" in found.what) == ("rejects-many", True)


@pytest.mark.postgres
def test_a_group_that_is_behind_in_kafka(database_url: str) -> None:
    with changing(database_url) as connection:
        place = {"group_id": "vinterkoll-ingest", "topic": "t", "partition": 0, "next_offset": 1}
        insert(connection, "kafka_offset", **place, lag=10_001, lag_at=datetime.now(UTC))
    assert asked(database_url, streams.kafka_lag) == {"kafka-behind"}


@pytest.mark.postgres
def test_a_lag_that_nobody_looks_at(database_url: str) -> None:
    """Of one group a partition is read and one is not; another group reads no more; a third has not begun."""
    now = datetime.now(UTC)
    old = now - timedelta(days=3)
    with changing(database_url) as connection:
        for group, partition, looked_at in (("g", 0, now), ("g", 1, old), ("gone", 0, old), ("new", 0, None)):
            place = {"group_id": group, "topic": "t", "partition": partition, "next_offset": 1}
            insert(connection, "kafka_offset", **place, lag=looked_at and 0, lag_at=looked_at)
    found = list(database.ask(settings(database_url), streams.kafka_lag))
    assert names(found) == {"kafka-unread"}
    assert [one.what.partition(" has looked at ")[2] for one in found] == [
        "t/1 for 4320 min",
        "t/0 for 4320 min",
        "t/0 yet",
    ]
    with changing(database_url) as connection:
        connection.execute("UPDATE kafka_offset SET lag_at = now(), lag = 0")
    assert asked(database_url, streams.kafka_lag) == set()


@pytest.mark.postgres
def test_keys_for_ingest_by_http(database_url: str) -> None:
    assert asked(database_url, streams.keys) == set()
    owner = Settings(database_url=SecretStr(database_url), ingest_database_url=SecretStr(database_url))
    assert names(list(database.ask(owner, streams.keys))) == {"keys-none"}
    add_keys(database_url)
    assert names(list(database.ask(owner, streams.keys))) == set()
    with changing(database_url) as connection:
        connection.execute("UPDATE api_key SET last_used_on = current_date - 366")
    assert names(list(database.ask(owner, streams.keys))) == {"keys-unused"}


@pytest.mark.parametrize(
    ("ahead_s", "state"), [(0.1, State.OK), (-2.1, State.WARN), (59.0, State.WARN), (-61.0, State.FAIL)]
)
def test_clocks_that_differ(ahead_s: float, state: State) -> None:
    assert clock_finding(ahead_s).state == state


def test_a_certificate_that_nobody_renews() -> None:
    assert certificate_finding(60).state == State.OK
    assert names([certificate_finding(13)]) == {"certificate-expiring"}


@pytest.mark.mosquitto
def test_a_broker_that_refuses_the_user(shipped: ShippedBroker) -> None:
    def found(user: str, password: str) -> list[Finding]:
        return list(
            broker(Settings(mqtt_port=shipped.port, mqtt_user=user, mqtt_password=SecretStr(password)))
        )

    assert [one.state for one in found("ingest", INGEST_PASSWORD)] == [State.OK]
    [wrong] = found("ingest", SECRET)
    assert (wrong.name, SECRET in wrong.what) == ("broker-refused", False)


@pytest.mark.mosquitto
def test_a_broker_that_cuts_off_what_should_be_rejected_in_public(shipped: ShippedBroker) -> None:
    longer = Settings(
        mqtt_port=shipped.port,
        mqtt_user="ingest",
        mqtt_password=SecretStr(INGEST_PASSWORD),
        message_bytes_max=3_000_000,
    )
    assert names(list(broker(longer))) == {"broker-packet-small"}


@pytest.mark.mosquitto
def test_a_broker_whose_certificate_is_looked_at(shipped: ShippedBroker) -> None:
    environment = {
        "VINTERKOLL_MQTT_HOST": CERTIFIED_NAME,
        "VINTERKOLL_MQTT_PORT": str(shipped.tls_port),
        "VINTERKOLL_MQTT_TLS": "true",
        "VINTERKOLL_MQTT_USER": "ingest",
        "VINTERKOLL_MQTT_PASSWORD": INGEST_PASSWORD,
    }

    def found(**more: str) -> list[tuple[str, str]]:
        report = orjson.loads(vinterkoll("doctor", "--json", **environment, **more).stdout)
        return [(one["finding"], one["what"]) for one in report if one["part"] == "broker"]

    [(_, granted), (_, valid)] = found(VINTERKOLL_MQTT_CA_FILE=str(shipped.ca_file))
    assert "grants 8 topics" in granted
    assert "the certificate is valid for" in valid
    [(name, refused)] = found()
    assert (name, "is not accepted" in refused) == ("broker-unreachable", True)


@pytest.mark.mosquitto
def test_a_shared_subscription_is_looked_at_by_its_filter(mosquitto: Broker) -> None:
    shared = Settings(mqtt_port=mosquitto.port, mqtt_topics={"$share/doctor/seen/+": "mip"})
    assert [one.state for one in broker(shared)] == [State.OK]


@pytest.mark.kafka
def test_topics_as_production_has_them_as_kafka_has_them_and_none(kafka: KafkaServer) -> None:
    def found(topic: str) -> list[Finding]:
        return list(streaming(Settings(kafka_bootstrap_servers=kafka.address, kafka_topics=(topic,))))

    kafka.create_topic_of_production("doctor-production")
    [well] = found("doctor-production")
    assert (well.state, "12 partitions" in well.what) == (State.OK, True)
    assert names(found("doctor-none")) == {"kafka-topic-missing"}
    create_topic(kafka, "doctor-short", 1, {"retention.ms": "3600000", "max.message.bytes": "2199999"})
    produce(kafka, "doctor-short", [position()])  # waits until the broker knows the topic
    assert names(found("doctor-short")) == {"kafka-retention", "kafka-message-small"}


def test_a_topic_that_one_broker_alone_confirms() -> None:
    config = {"retention.ms": "604800000", "max.message.bytes": "2200000", "min.insync.replicas": "1"}

    def found(**changes: str) -> set[str]:
        topic = Topic("t", 12, 3, {name: changes.get(name, value) for name, value in config.items()})
        return names(list(topic_findings(topic, Settings())))

    assert found() == {"kafka-in-sync"}
    assert found(**{"min.insync.replicas": "2"}) == set()
    assert found(**{"min.insync.replicas": "2", "retention.ms": "-1"}) == {"kafka-retention"}
    assert names(list(topic_findings(Topic("t", 12, 3, {}), Settings()))) == {"kafka-right-missing"}


@pytest.mark.postgres
def test_an_api_that_is_not_ready(database_url: str) -> None:
    with serving(create_app(reading_pool(database_url))) as address:
        [found] = web(Settings(api_port=port_of(address)))
    assert (found.name, "no stream worker" in found.what) == ("api-not-ready", True)


def test_a_check_that_breaks_or_hangs_does_not_stop_the_others() -> None:
    def breaks() -> list[Finding]:
        raise ZeroDivisionError("so it is\nand more")

    never = threading.Event()

    def hangs() -> list[Finding]:
        never.wait()
        return []

    report = dict(examined({"broken": breaks, "hanging": hangs, "well": lambda: [ok("well")]}, timeout_s=0.5))
    never.set()
    assert report["broken"] == [fail("check-broken", "ZeroDivisionError: so it is")]
    assert report["hanging"] == [fail("check-silent", "no answer within 0.5 s")]
    assert report["well"] == [ok("well")]


def test_findings_before_a_check_breaks_are_kept() -> None:
    def breaks() -> Iterator[Finding]:
        yield ok("so far")
        raise ZeroDivisionError

    assert [one.name for one in contained(breaks)] == ["", "check-broken"]
