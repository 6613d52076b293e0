"""Whose data is let in: registered devices where the setting says so, and sensors' data from their owners alone."""

from datetime import timedelta
from typing import Any

import orjson
import psycopg
import pytest

from derived_tables import LIMITS, TOPICS
from http_ingest import SENDER, STRANGER, add_keys, ingesting
from position_messages import position
from stretch_messages import RECEIVED_US, START, flow, uplink
from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.decoding import Decoding
from vinterkoll.app.registering import change
from vinterkoll.app.replaying import replay
from vinterkoll.app.settings import Settings
from vinterkoll.ingest.message import Message
from vinterkoll.storage import columns
from vinterkoll.storage.register import Row, Table, put
from vinterkoll.storage.reject_replay import Selection

pytestmark = pytest.mark.postgres
Database = psycopg.Connection[Any]

EUI = "0004a30b001c0530"
COUNTER = "urn:ngsi-ld:TrafficFlowObserved:E4"
PLACE = {"name": "A", "lon": "18.7", "lat": "63.3", "mounting_height_m": "3"}


@pytest.fixture
def opened(town_url: str) -> Any:
    with psycopg.connect(town_url, autocommit=True) as connection:
        columns.register(connection)
        yield connection


def accepting(connection: Database, *, reject: bool = False) -> Acceptance:
    decoding = Decoding(LIMITS, lambda topic: TOPICS.get(topic.rpartition("/")[2], ""), 100_000)
    return Acceptance(
        connection, decoding, worker=None, clock=lambda: RECEIVED_US, reject_unregistered=reject
    )


def registered(connection: Database, *rows: tuple[Table, Row]) -> None:
    def edit(opened: Database) -> None:
        for table, row in rows:
            put(opened, table, row)

    change(connection, edit)


def codes(acceptance: Acceptance, *messages: Message) -> list[str]:
    return [str(one.reject.code) for one in acceptance.accept(messages).rejected]


def fix(vehicle: str, at_s: float) -> Message:
    body = {"lon": 18.7, "lat": 63.29, "actions": [], "time": (START + timedelta(seconds=at_s)).isoformat()}
    return Message(f"mip/v1/snow/{vehicle}/position", orjson.dumps(body), RECEIVED_US)


def test_what_the_register_does_not_have_is_accepted_unless_the_setting_says_reject(opened: Database) -> None:
    messages = [fix("v0", 0), flow("E4", 1), uplink(EUI, 1, 2000, 1)]
    assert codes(accepting(opened, reject=True), *messages) == ["unregistered"] * 3
    assert opened.execute("SELECT count(*) FROM device").fetchone() == (0,)
    assert codes(accepting(opened), *messages) == []


def test_registered_at_the_time_of_the_observation(opened: Database) -> None:
    acceptance = accepting(opened, reject=True)
    assert codes(acceptance, fix("v0", 0)) == ["unregistered"]
    begin, until = ((START + timedelta(seconds=at_s)).isoformat() for at_s in (10, 20))
    vehicle = {"contractor": "snow", "vehicle": "v0", "name": "V", "kinds": "gc"}
    registered(
        opened,
        ("contractor", {"contractor": "snow", "name": "Snö"}),
        ("vehicle", vehicle | {"valid_from": begin, "valid_to": until}),
        ("sensor", {"sensor": EUI, "kind": "snow", **PLACE}),
        ("sensor", {"sensor": COUNTER, "kind": "snow", **PLACE}),
    )
    found = acceptance.accept([fix("v0", at_s) for at_s in (9.9, 10, 19.9, 20)])
    assert [one.reject.message for one in found.rejected] == [0, 3]
    one = found.rejected[0]
    assert (one.reject.field, one.owner) == ("vehicle", "snow")
    assert one.reject.detail == "v0: the register does not have it at its event time"
    assert codes(acceptance, uplink(EUI, 1, 2000, 1)) == []
    assert codes(acceptance, flow("E4", 1)) == ["unregistered"]  # it is another kind of sensor


def test_the_data_of_a_sensor_comes_from_its_owner_or_over_topics_without_one(opened: Database) -> None:
    acceptance = accepting(opened)
    assert codes(acceptance, flow("E4", 1)) == []
    begin = (START + timedelta(minutes=10)).isoformat()
    registered(
        opened,
        ("sensor", {"sensor": COUNTER, "kind": "flow", **PLACE, "owner": "town", "valid_to": begin}),
        ("sensor", {"sensor": COUNTER, "kind": "flow", **PLACE, "owner": "road", "valid_from": begin}),
        ("sensor", {"sensor": EUI, "kind": "snow", **PLACE, "owner": "town"}),
    )
    assert codes(acceptance, flow("E4", 2), flow("E4", 12)) == ["not_yours"]
    assert codes(acceptance, flow("E5", 2), uplink(EUI, 1, 2000, 1)) == []
    other = uplink(EUI, 2, 2000, 2)
    assert codes(acceptance, Message("snow/v1/rain/up", other.payload, RECEIVED_US)) == ["not_yours"]
    assert codes(acceptance, Message("snow/v1/town/up", other.payload, RECEIVED_US)) == []


def test_a_change_by_hand_is_noticed(opened: Database) -> None:
    acceptance = accepting(opened, reject=True)
    registered(opened, ("sensor", {"sensor": EUI, "kind": "snow", **PLACE}))
    assert codes(acceptance, uplink(EUI, 1, 2000, 1)) == []
    opened.execute("UPDATE sensor SET valid_to = '2000-01-01T00:00:00Z'")
    assert codes(acceptance, uplink(EUI, 2, 2000, 2)) == ["unregistered"]


def test_an_entity_without_a_urn_is_its_owners_as_well(opened: Database) -> None:
    message = flow("E4", 1)
    named = Message(message.topic, message.payload.replace(COUNTER.encode(), b"Flow-E4"), RECEIVED_US)
    registered(opened, ("sensor", {"sensor": "Flow-E4", "kind": "flow", **PLACE, "owner": "road"}))
    assert codes(accepting(opened), named) == ["not_yours"]


def test_a_key_sends_for_its_own_sensors_only(town_url: str, opened: Database) -> None:
    add_keys(town_url)
    registered(opened, ("sensor", {"sensor": COUNTER, "kind": "flow", **PLACE, "owner": "snow"}))
    with ingesting(town_url) as client:
        path, body = "/api/v1/ingest/traffic-flow-observed", flow("E4", 1).payload
        answers = [
            client.post(
                path,
                content=body,
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            ).json()
            for key in (STRANGER, SENDER)
        ]
    assert [one["code"] for one in answers[0]["rejected"]] == ["not_yours"]
    assert answers[1] == {"accepted": 1, "duplicate": 0, "rejected": []}


def test_what_was_unregistered_is_replayed_once_it_is(town_url: str, opened: Database) -> None:
    settings = Settings(unregistered="reject")
    message = position(0)
    assert codes(accepting(opened, reject=True), message) == ["unregistered"]
    assert replay(opened, settings, Selection()).replayed == 0
    vehicle = {"contractor": "snow", "vehicle": "v1", "name": "V", "kinds": "gc"}
    registered(opened, ("contractor", {"contractor": "snow", "name": "Snö"}), ("vehicle", vehicle))
    assert replay(opened, settings, Selection()).replayed == 1
    assert opened.execute("SELECT count(*) FROM position").fetchone() == (1,)
