"""What was not as it should be is counted by supplier: once, and never by a name that only a sender knows."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from derived_tables import acceptance
from position_messages import NOW_US, position
from vinterkoll.ingest.message import Message

pytestmark = pytest.mark.postgres

BAD = b"{not json"


def accept(url: str, *batches: Sequence[Message], worker: str | None = "test") -> None:
    connection, accepting = acceptance(url, lambda: NOW_US, worker)
    with connection:
        for batch in batches:
            accepting.accept(batch)


def tally(url: str) -> dict[tuple[str, str, str], int]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT supplier, what, name, count FROM tally").fetchall()
    return {(supplier, what, name): count for supplier, what, name, count in rows}


@pytest.fixture
def registered_url(town_url: str) -> str:
    with psycopg.connect(town_url) as connection:
        connection.execute("INSERT INTO contractor (contractor, name) VALUES ('snow', 'Snö AB')")
    return town_url


def from_(contractor: str) -> str:
    return f"mip/v1/{contractor}/v1/position"


def test_rejects_by_supplier_and_code(registered_url: str) -> None:
    accept(
        registered_url,
        [position(), Message(from_("snow"), BAD, NOW_US), position(400), position(500)],
        [Message(from_("snow"), BAD, NOW_US)],
    )
    assert tally(registered_url) == {("snow", "reject", "bad_json"): 2, ("snow", "reject", "future"): 2}


def test_names_that_the_register_does_not_know_share_a_row(registered_url: str) -> None:
    accept(registered_url, [Message(from_(f"invented{at}"), BAD, NOW_US) for at in range(50)])
    accept(registered_url, [Message("who/knows", b"", NOW_US)])
    assert tally(registered_url) == {("", "reject", "bad_json"): 50, ("", "reject", "unknown_topic"): 1}


def test_flags_when_they_come(registered_url: str) -> None:
    away = position(-20, lat=63.4)
    around = [position(-30), position(-25), position(-15), position(-10)]
    accept(registered_url, [*around, away, position(-5, accuracy_m=99)], [away])
    assert tally(registered_url) == {("snow", "flag", "jump"): 1, ("snow", "flag", "poor_accuracy"): 1}


def test_a_flag_that_is_kept_when_another_joins_it_is_not_counted_again(registered_url: str) -> None:
    away = position(-20, lat=63.4, accuracy_m=99)
    accept(registered_url, [position(-30), position(-25), away], [position(-15), position(-10)])
    assert tally(registered_url) == {("snow", "flag", "jump"): 1, ("snow", "flag", "poor_accuracy"): 1}


def test_two_workers_add_to_the_same_rows(registered_url: str) -> None:
    def batches(first: int) -> list[list[Message]]:
        kinds = [Message(from_("snow"), BAD, NOW_US), position(400)]
        return [kinds[::first] for _ in range(30)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda first: accept(registered_url, *batches(first), worker=str(first)), (1, -1)))
    assert tally(registered_url) == {("snow", "reject", "bad_json"): 60, ("snow", "reject", "future"): 60}


def test_a_replay_counts_no_reject_again(registered_url: str) -> None:
    accept(registered_url, [Message(from_("snow"), BAD, NOW_US)], worker=None)
    assert tally(registered_url) == {}
