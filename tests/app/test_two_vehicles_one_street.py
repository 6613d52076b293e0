"""Two workers store two vehicles on one street at the same time: neither may forget the other's pass."""

import threading

import numpy as np
import psycopg
import pytest

from derived_tables import acceptance, derived, equals_reference
from position_messages import NOW_US, position
from small_town import E0, N0
from under_load import until, waiting
from vinterkoll.ingest.message import Message
from vinterkoll.processing.coordinates import wgs84_from_sweref

pytestmark = pytest.mark.postgres


def drive(vehicle: str, from_m: float, to_m: float, at_s: float) -> list[Message]:
    """Along the first street, a fix each second."""
    lon, lat = wgs84_from_sweref(E0 + np.linspace(from_m, to_m, 5), np.full(5, N0))
    topic = f"mip/v1/snow/{vehicle}/position"
    return [
        position(at_s + i, topic, lon=x, lat=y, heading=90.0)
        for i, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
    ]


def accept(url: str, worker: str, messages: list[Message]) -> None:
    connection, accepting = acceptance(url, lambda: NOW_US, worker)
    with connection:
        accepting.accept(messages)


def test_the_second_counts_what_the_first_has_not_committed_yet(town_url: str) -> None:
    for worker in ("one", "two"):
        accept(town_url, worker, [])
    first = threading.Thread(target=accept, args=(town_url, "one", drive("v1", 10, 50, -60)))
    second = threading.Thread(target=accept, args=(town_url, "two", drive("v2", 40, 80, -30)))
    with psycopg.connect(town_url) as holding:
        # the account is the last that a transaction writes: the first worker has derived all, and cannot commit
        holding.execute("SELECT FROM ingest_status WHERE worker = 'one' FOR UPDATE")
        first.start()
        until(lambda: waiting(town_url) == 1, "the first does not wait")
        second.start()
        until(lambda: waiting(town_url) == 2, "the second does not wait")
    first.join()
    second.join()
    with psycopg.connect(town_url) as connection:
        found = derived(connection)
        equals_reference(found, connection)
    share, vehicles = found["treatment"][0][4], found["treatment"][0][8]
    assert (share, vehicles) == (pytest.approx(70 / 90, abs=0.01), ["v1", "v2"])
