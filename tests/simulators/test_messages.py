"""What the three kinds of source send: valid to the decoders, plausible as a day."""

import itertools
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import orjson
import pytest

from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Message as Received
from vinterkoll.processing.actions import PLOUGHING, mask_of
from vinterkoll.simulators.network import Network
from vinterkoll.simulators.positions import GPS_NOISE_M, VehicleUnit
from vinterkoll.simulators.scenario import Part, Scenario
from vinterkoll.simulators.snow import SnowUplinks, dl_mbx
from vinterkoll.simulators.stream import BLOCK_S, Message, to_us
from vinterkoll.simulators.traffic import TrafficCounter, poisson

_FORMAT = {"mip": "mip", "traffic": "traffic-flow-observed", "application": "chirpstack"}


@pytest.fixture(scope="module")
def hour(scenario: Scenario, anchor: datetime) -> list[Message]:
    """Half past five to half past six in the morning."""
    return list(scenario.messages(anchor + timedelta(hours=1.5), anchor + timedelta(hours=2.5)))


def _decoded(messages: list[Message]) -> Iterator[tuple[str, int, np.ndarray[tuple[int], np.dtype[np.void]]]]:
    by_format: dict[str, list[Received]] = defaultdict(list)
    for message in messages:
        by_format[_FORMAT[message.topic.split("/")[0]]].append(
            Received(message.topic, message.payload, message.time_us)
        )
    for name, received in by_format.items():
        decoded = FORMATS[name](received)
        assert decoded.rejects == []
        yield name, len(received), decoded.rows


def test_every_message_is_accepted_by_its_decoder(hour: list[Message]) -> None:
    seen = {name: (sent, len(rows)) for name, sent, rows in _decoded(hour)}
    assert set(seen) == set(_FORMAT.values())
    assert all(sent == rows for sent, rows in seen.values())
    assert seen["traffic-flow-observed"][0] == 12 * 2 * 60
    assert seen["chirpstack"][0] == 10 * 6


def test_no_message_is_sent_before_its_event(hour: list[Message]) -> None:
    for message in hour:
        payload = orjson.loads(message.payload)
        latest = payload.get("time") or payload["dateObservedTo"]["value"]["@value"]
        assert to_us(datetime.fromisoformat(latest)) <= message.time_us


def test_series_have_no_event_time_twice(hour: list[Message]) -> None:
    for _, sent, rows in _decoded(hour):
        keys = {(row["device"], row["time_us"], row["seq"]) for row in rows}
        assert len(keys) == sent


def test_fixes_come_at_their_interval_or_once_a_minute_at_rest(
    scenario: Scenario, hour: list[Message]
) -> None:
    for vehicle in scenario.vehicles:
        unit = vehicle.unit
        topic = f"mip/v1/{unit.contractor}/{unit.vehicle}/position"
        fixes = [message for message in hour if message.topic == topic]
        steps = np.diff([message.time_us for message in fixes]) / 1e6
        assert steps.min() == unit.interval_s
        assert steps.max() <= 60
        seq = np.array([orjson.loads(message.payload)["seq"] for message in fixes])
        assert (np.diff(seq) * unit.interval_s == steps).all()
        for before, after in itertools.pairwise(fixes):
            if after.time_us - before.time_us > unit.interval_s * 1_000_000:
                assert orjson.loads(before.payload)["actions"] == []


def test_gps_noise_has_the_size_it_should(scenario: Scenario, anchor: datetime) -> None:
    squares = []
    for vehicle in scenario.vehicles:
        unit = VehicleUnit(vehicle, 1, to_us(anchor))
        fixes = [message for number in range(6, 18) for message in unit.block(number)]
        true = unit.truth_at(np.array([fix.time_us for fix in fixes])).xy
        sent = [orjson.loads(fix.payload) for fix in fixes]
        metres = [110_950.0 * np.cos(np.radians(62.9)), 111_450.0]
        mean = np.mean([[one["lon"], one["lat"]] for one in sent], axis=0)
        # differences within a vehicle's own small area, where degrees are metres well enough
        east_north = (np.array([[one["lon"], one["lat"]] for one in sent]) - mean) * metres
        turn = _rotation(east_north, true - true.mean(axis=0))
        squares.append(((east_north @ turn - (true - true.mean(axis=0))) ** 2).sum(axis=1).mean())
    assert 0.5 * GPS_NOISE_M < np.mean(squares) ** 0.5 < 2.5 * GPS_NOISE_M


def _rotation(
    a: np.ndarray[tuple[int, int], np.dtype[np.float64]], b: np.ndarray[tuple[int, int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Best similarity from `a` to `b`: the grid's north is not true north."""
    solution, *_ = np.linalg.lstsq(a, b, rcond=None)
    return np.asarray(solution, np.float64)


def test_a_plough_that_is_up_says_so(hour: list[Message]) -> None:
    (positions,) = (rows for name, _, rows in _decoded(hour) if name == "mip")
    says = (positions["actions"] & PLOUGHING) != 0
    up = (positions["plough_known"] != 0) & (positions["plough_down"] == 0)
    assert (says & up).any()
    assert (says & ~up).any()
    assert (~says & up).any()
    salting = (positions["actions"] & mask_of(["SALTING_PREWETTED", "SANDING_LINE", "SWEEP_SALTING"])) != 0
    assert set(np.unique(positions["spread_g_per_m2"][salting] > 0)) == {True, False}


def test_the_morning_has_a_peak(scenario: Scenario, anchor: datetime) -> None:
    scenario = Scenario(1, anchor, parts=[Part.TRAFFIC])
    counted = [0.0] * 6
    for message in scenario.messages(anchor + timedelta(minutes=1), anchor + timedelta(hours=6, seconds=1)):
        hour = (message.time_us - 1 - to_us(anchor)) // 3_600_000_000
        counted[hour] += orjson.loads(message.payload)["intensity"]["value"]
    assert max(range(6), key=lambda hour: counted[hour]) == 3
    assert counted[3] > 4 * counted[0]


def test_traffic_values_are_in_range(streets: Network, scenario: Scenario, anchor: datetime) -> None:
    assert len(scenario.counters) == 12
    assert len({counter.sensor for counter in scenario.counters}) == 12
    source = TrafficCounter(scenario.counters[0], 1, to_us(anchor))
    for message in source.block(21):
        entity = orjson.loads(message.payload)
        assert 0 <= entity["occupancy"]["value"] <= 1
        vehicles = entity["intensity"]["value"]
        assert ("averageVehicleSpeed" in entity) == (vehicles > 0)


def test_poisson_counts_follow_their_mean() -> None:
    luck = (np.arange(20_000) + 0.5) / 20_000
    for mean in (0.0, 0.3, 4.0, 14.0):
        counts = poisson(luck, np.full(20_000, mean))
        assert abs(counts.mean() - mean) < 0.02
        assert abs(counts.var() - mean) < 0.1


def test_snow_falls_about_12_cm_in_five_hours_and_settles(scenario: Scenario, anchor: datetime) -> None:
    assert len(scenario.snow_sensors) == 10
    for sensor in scenario.snow_sensors:
        source = SnowUplinks(sensor, 1, to_us(anchor))
        times = to_us(anchor) + np.array([0, 5, 12]) * 3_600_000_000
        before, after, settled = sensor.mounting_height_m * 1_000 - source.distance_mm(times)
        assert 95 < after - before < 145
        assert 0.5 < (settled - before) / (after - before) < 0.9
        assert 2.5 <= sensor.mounting_height_m <= 4.0


def test_the_payload_is_a_dl_mbx_payload(scenario: Scenario, anchor: datetime) -> None:
    assert dl_mbx(303, 1234, 1, 2993).hex() == "02012f000304d200010bb1"
    source = SnowUplinks(scenario.snow_sensors[2], 1, to_us(anchor))
    (message,) = source.block(3)
    payload = b64decode(orjson.loads(message.payload)["data"])
    assert payload[:5].hex() == "02012f0003"
    distance = int.from_bytes(payload[5:7], "big")
    assert abs(distance - source.distance_mm(np.array([message.time_us]))[0]) <= 4


def test_blocks_divide_the_intervals(scenario: Scenario) -> None:
    assert all(BLOCK_S % vehicle.unit.interval_s == 0 for vehicle in scenario.vehicles)
