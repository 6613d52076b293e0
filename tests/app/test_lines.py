"""A line of one instant treats the streets along it: by HTTP, corrected, beside other lines, and never a stuck clock."""

import itertools
import random
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import psycopg
import pytest

from derived_tables import acceptance, derived
from http_ingest import JSON, add_keys, ingesting
from stretch_messages import RECEIVED_US, fix, line
from vinterkoll.ingest.message import Message
from vinterkoll.processing.hygiene import BIT

pytestmark = pytest.mark.postgres

EASTWARD = [(5.0, 1.0), (45.0, -1.0), (88.0, 1.0), (120.0, 5.0), (145.0, 9.0)]
"""Along segments 1 and 2, past the street that leaves where they meet (4)."""
NORTHWARD = [(91.0, 5.0), (90.0, 40.0), (89.0, 75.0)]
"""Along segment 4."""


def play(url: str, batches: Iterable[Sequence[Message]]) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(url) as forgetting:
        forgetting.execute("TRUNCATE device, position, fix_flag, stretch, treatment")
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        for batch in batches:
            accepting.accept(batch)
        return derived(connection)


def streets(tables: dict[str, list[tuple[Any, ...]]]) -> set[tuple[int, int]]:
    """Segment and direction of what is treated."""
    return {row[:2] for row in tables["treatment"]}


def test_by_http_the_streets_along_it_and_not_those_that_it_passes(town_url: str) -> None:
    add_keys(town_url)
    with ingesting(town_url) as client:
        sent = client.post("/api/v1/ingest/harja", content=line("v0", 0, EASTWARD).payload, headers=JSON)
    assert sent.json() == {"accepted": 5, "duplicate": 0, "rejected": []}
    with psycopg.connect(town_url) as connection:
        tables = derived(connection)
        shares = connection.execute("SELECT round(share::numeric, 1) FROM treatment ORDER BY segment_id")
        assert [float(share) for (share,) in shares] == [0.9, 0.9]
    assert streets(tables) == {(1, 1), (2, 1)}
    assert {(row[2], row[5]) for row in tables["stretch"]} == {(tables["treatment"][0][3],) * 2}


def test_a_line_outside_of_the_service_area_is_rejected_once_and_whole(town_url: str) -> None:
    half = line("v0", 0, [*EASTWARD, (900_000.0, 0.0), (900_040.0, 0.0)])
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        accepted = accepting.accept([half, line("v0", 60, NORTHWARD)])
    assert (accepted.rows, [str(one.reject.code) for one in accepted.rejected]) == (3, ["outside_area"])


@pytest.mark.parametrize(
    ("correction", "treated"),
    [
        (line("v0", 0, NORTHWARD, sent_s=60), {(4, 1)}),
        (line("v0", 0, EASTWARD[:2], sent_s=60), {(1, 1)}),
        (line("v0", 0, EASTWARD[::-1], sent_s=60), {(1, -1), (2, -1)}),
        (line("v0", 0, EASTWARD, sent_s=60, suoritettavatTehtavat=[]), set()),
        (line("v0", 0, NORTHWARD, sent_s=-60), {(1, 1), (2, 1)}),
        (fix("v0", 0, 30, random.Random(1)), {(1, 1), (2, 1)}),  # without a version of its own
    ],
)
def test_a_correction_replaces_the_whole_line_in_any_order(
    town_url: str, correction: Message, treated: set[tuple[int, int]]
) -> None:
    first = line("v0", 0, EASTWARD)
    tables = play(town_url, [[first], [correction]])
    assert streets(tables) == treated
    assert tables == play(town_url, [[correction], [first]]) == play(town_url, [[first, correction]])


def test_of_two_lines_of_one_instant_one_counts_and_never_a_mixture(town_url: str) -> None:
    both = [line("v0", 0, EASTWARD), line("v0", 0, NORTHWARD)]
    tables = play(town_url, [both])
    assert streets(tables) in ({(1, 1), (2, 1)}, {(4, 1)})
    assert tables == play(town_url, [[both[1]], [both[0]]])
    left_over = [row for row in tables["fix_flag"] if row[-1] == BIT["superseded"]]
    assert len(left_over) == (2 if streets(tables) == {(4, 1)} else 0)


def test_lines_and_fixes_of_one_vehicle_go_on_in_each_other(town_url: str) -> None:
    """The step from a line's end to the next fix is one like any other."""
    first, second = line("v0", 0, EASTWARD[:2]), line("v0", 10, EASTWARD[2:])
    covered = [row[8:10] for row in play(town_url, [[first, second]])["stretch"] if row[6] == 1]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(covered))
    assert (covered[0][0], covered[-1][1]) == (50, 900)


def test_what_is_left_over_of_a_longer_line_breaks_no_step(town_url: str) -> None:
    """Nor is it a neighbour: however many vertices, the step from the line that counts to the next fix is there."""
    long = line("v0", 0, [(20.0 + 3 * at, 400.0) for at in range(40)])
    short = line("v0", 0, EASTWARD[:2], sent_s=60)
    fixes = [fix("v0", 10.0 * at, 45.0 + 30 * at, random.Random(1)) for at in (-1, 1, 2)]
    tables = play(town_url, [[short, *fixes]])
    assert 450 in {row[8] for row in tables["stretch"] if row[6] == 1}
    for batches in itertools.permutations([[long], [short], fixes]):
        found = play(town_url, batches)
        assert {row[-1] for row in found["fix_flag"]} == {BIT["superseded"]}
        assert (found["stretch"], found["treatment"]) == (tables["stretch"], tables["treatment"])


def test_a_clock_that_stands_still_is_no_line(town_url: str) -> None:
    noise = random.Random(4)
    counted = [fix("v0", 0, 8.0 * at, noise, seq=at) for at in range(40)]
    uncounted = [fix("v1", 0, 8.0 * at, noise) for at in range(40)]
    assert play(town_url, [counted + uncounted])["stretch"] == []


def test_the_latest_position_is_the_last_vertex_of_the_line_that_counts(town_url: str) -> None:
    play(town_url, [[line("v0", 0, EASTWARD), line("v0", 0, NORTHWARD, sent_s=60, suunta=8)]])
    with ingesting(town_url) as client:
        [vehicle] = orjson.loads(client.get("/api/v1/vehicles?since=2026-01-01T00:00:00Z").content)[
            "features"
        ]
    assert vehicle["properties"]["heading_deg"] == 8
