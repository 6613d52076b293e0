"""A name of an action counts as its code from when it is named, in what was stored before too: in any history."""

import itertools
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command import fails, vinterkoll
from derived_tables import acceptance, derived, equals_reference
from http_ingest import settings_of
from mappings import BARE, bare, write_mappings
from stretch_messages import RECEIVED_US, fix, stretch
from vinterkoll.app.action_naming import name_actions
from vinterkoll.app.derivation import DERIVATION
from vinterkoll.app.intakes import stream_acceptance
from vinterkoll.app.renewal import renew_due
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import PLOUGHING, UNKNOWN, mask_of
from vinterkoll.storage import action_names, inputs

pytestmark = pytest.mark.postgres

Named: TypeAlias = Mapping[str, int]
Tables: TypeAlias = dict[str, list[tuple[Any, ...]]]

SALTING = mask_of(["SALTING_DRY"])
MEANINGS = [PLOUGHING, SALTING, PLOUGHING | SALTING, mask_of(["OTHER"]), 0, UNKNOWN]
TEXTS = ["Plogning", "Saltning", "Vinsch"]
SENT = [
    ["Plogning"],
    ["Saltning", "Vinsch"],
    ["PLOUGHING", "Vinsch"],
    ["PLOUGHING"],
    ["UNKNOWN", "Plogning"],
    [],
]

namings = st.dictionaries(st.sampled_from(TEXTS), st.sampled_from(MEANINGS), min_size=1)
examples = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def with_actions(message: Message, actions: list[str]) -> Message:
    body = orjson.loads(message.payload) | {"actions": actions}
    return Message(message.topic, orjson.dumps(body), message.received_us)


@st.composite
def messages_with_names(draw: st.DrawFn) -> list[Message]:
    """Up to two vehicles with up to 25 fixes each, with names of actions that no profile has."""
    counts = draw(st.lists(st.integers(1, 25), min_size=1, max_size=2))
    chance = random.Random(draw(st.integers(0, 2**32)))
    return [with_actions(message, chance.choice(SENT)) for message in stretch(counts, chance)]


def forget(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(
            "TRUNCATE device, position, fix_flag, stretch, treatment, action_name, rederivation, reject, reject_message,"
            " ingest_status"
        )


def name(connection: "psycopg.Connection[Any]", contractor: str, named: Named) -> int:
    name_actions(connection, contractor, named)
    return renew_due(connection)


def play(url: str, history: Sequence[Sequence[Message] | Named]) -> Tables:
    """Accept batches, and name actions between them; return what is derived when all that they left to do is done."""
    connection, accepting = acceptance(url, lambda: RECEIVED_US)
    with connection:
        for event in history:
            if isinstance(event, Mapping):
                name_actions(connection, "snow", event)
            else:
                accepting.accept(event)
        renew_due(connection)
        return derived(connection)


def drive(count: int, actions: list[str]) -> list[Message]:
    noise = random.Random(4)
    return [fix("v0", 5.0 * at, 40.0 * at, noise, actions=actions) for at in range(count)]


@examples
@given(
    messages_with_names(),
    st.randoms(use_true_random=False),
    st.lists(st.tuples(st.integers(0, 60), namings), min_size=1, max_size=4),
)
def test_any_history_of_names_and_data(
    town_url: str, messages: list[Message], shuffler: random.Random, named: list[tuple[int, Named]]
) -> None:
    shuffled = messages + shuffler.sample(messages, len(messages) // 3)
    shuffler.shuffle(shuffled)
    cuts = sorted((place % (len(shuffled) + 1), at) for at, (place, _) in enumerate(named))
    history: list[Sequence[Message] | Named] = [shuffled[: cuts[0][0]]]
    final: dict[str, int] = {}
    for (low, at), (high, _) in itertools.pairwise([*cuts, (len(shuffled), 0)]):
        history += [named[at][1], shuffled[low:high]]
        final |= named[at][1]
    found = play(town_url, history)
    with psycopg.connect(town_url) as connection:
        equals_reference(found, connection)
    forget(town_url)
    assert found == play(town_url, [final, messages])
    forget(town_url)


def test_batches_beside_a_naming(town_url: str) -> None:
    messages = drive(120, ["Plogning"])
    clean = play(town_url, [{"Plogning": PLOUGHING}, messages])
    assert clean["treatment"]
    forget(town_url)
    parts: list[list[Sequence[Message] | Named]] = [
        [[message] for message in messages[0::2]],
        [[message] for message in messages[1::2]],
        [{"Plogning": SALTING}, {"Plogning": UNKNOWN}, {"Plogning": PLOUGHING}],
    ]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda events: play(town_url, events), parts))
    assert play(town_url, []) == clean


def test_a_naming_waits_for_the_batches_under_way(town_url: str) -> None:
    with psycopg.connect(town_url) as batch, psycopg.connect(town_url, autocommit=True) as namer:
        inputs.hold(batch, DERIVATION)
        namer.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            name_actions(namer, "snow", {"Plogning": PLOUGHING})
        assert action_names.masks(namer) == {}


def test_only_days_with_the_name_of_its_contractor_are_derived_anew(town_url: str) -> None:
    days = [
        fix(vehicle, 86_400.0 * day + 5 * at, 40.0 * at, random.Random(2), actions=actions)
        for vehicle, day, actions in (("v0", 0, ["Plogning"]), ("v0", -2, []), ("v1", 0, ["Vinsch"]))
        for at in range(7)
    ]
    days += [Message(one.topic.replace("snow", "rain"), one.payload, one.received_us) for one in days]
    connection, accepting = acceptance(town_url, lambda: RECEIVED_US)
    with connection:
        assert accepting.accept(days).rows == 42
        assert name(connection, "snow", {"Plogning": PLOUGHING}) == 7
        assert name(connection, "snow", {"Plogning": PLOUGHING, "Vinsch": mask_of(["OTHER"])}) == 0
        assert {row[:2] for row in derived(connection)["stretch"]} == {("snow", "v0")}
        assert [one[:3] for one in action_names.unnamed(connection)] == [
            ("rain", "Plogning", 7),
            ("rain", "Vinsch", 7),
        ]
        assert name(connection, "snow", {"Plogning": UNKNOWN}) == 7
        assert derived(connection)["stretch"] == []
        assert name(connection, "nobody", {"Plogning": PLOUGHING}) == 0


def test_a_day_sent_again_after_the_mapping_was_mended_gives_the_same(town_url: str, tmp_path: Path) -> None:
    """Two rows with one key, of which the greater digest counts: by either, the same is derived."""
    old, new = BARE, BARE.replace("codes = {", 'codes = { "Plog nere" = "PLOUGHING",')
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    write_mappings(tmp_path / "old", bare=old)
    mended = write_mappings(
        tmp_path / "new", bare=new.replace('path = "does"', 'path = "does"\nignore_case = true')
    )
    day = [
        Message(
            "bare/snow/pos",
            orjson.dumps(bare({"vehicle": "v0", **orjson.loads(one.payload)})),
            one.received_us,
        )
        for one in drive(40, ["PLOG NERE", "Vinsch"])
    ]
    topics = {"bare/+/pos": "bare"}

    def send(directory: Path) -> int:
        accepting = stream_acceptance(settings_of(town_url, mappings=str(directory), mqtt_topics=topics))
        try:
            return accepting.accept(day).rows
        finally:
            accepting.close()

    assert send(mended) == 40
    clean = play(town_url, [])
    assert clean["treatment"]
    forget(town_url)
    assert (send(tmp_path / "old"), send(tmp_path / "old")) == (40, 0)
    assert play(town_url, [])["treatment"] == []
    adopted = vinterkoll(
        "actions",
        "adopt",
        str(mended / "bare.toml"),
        "--contractor",
        "snow",
        VINTERKOLL_DATABASE_URL=town_url,
    )
    assert adopted.stdout == "PLOG NERE: PLOUGHING\n1 names, 40 positions derived anew\n"
    assert play(town_url, []) == clean
    assert send(mended) == 40
    assert play(town_url, []) == clean
    with psycopg.connect(town_url) as connection:
        winners = connection.execute(
            "SELECT DISTINCT ON (time) actions FROM position ORDER BY time, digest DESC"
        ).fetchall()
    assert set(winners) == {(UNKNOWN,), (UNKNOWN | PLOUGHING,)}


def test_the_command(town_url: str, tmp_path: Path) -> None:
    play(town_url, [drive(5, ["Snö  röjning", "Vinsch"]), drive(3, ["Vinsch"])])

    def actions(*arguments: str) -> str:
        done = vinterkoll("actions", *arguments, VINTERKOLL_DATABASE_URL=town_url)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def columns(*arguments: str) -> list[tuple[str, ...]]:
        return [tuple(line.split("\t")[:3]) for line in actions(*arguments).splitlines()]

    assert columns("unknown") == [("snow", "Vinsch", "8"), ("snow", "Snö röjning", "5")]
    told = actions("name", "snow", "Snö  röjning", "PLOUGHING", "SALTING_DRY")
    assert told == "Snö röjning: PLOUGHING SALTING_DRY\n1 names, 5 positions derived anew\n"
    assert columns("unknown") == [("snow", "Vinsch", "8")]
    ignoring = f'contractor = "snow"\n{BARE}\nignore = ["vinsch"]\nignore_case = true'
    mapping = str(write_mappings(tmp_path, bare=ignoring) / "bare.toml")
    assert actions("adopt", mapping) == "Vinsch: -\n1 names, 0 positions derived anew\n"
    assert columns("list") == [("snow", "Snö röjning", "PLOUGHING SALTING_DRY"), ("snow", "Vinsch", "-")]
    actions("name", "snow", "Vinsch", "UNKNOWN")
    assert columns("unknown") == [("snow", "Vinsch", "8")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("name", "snow", "Vinsch", "WINCH"), "the codes are PLOUGHING"),
        (("name", "snow", "x" * 201, "OTHER"), "1 to 200"),
        (("name", "", "Vinsch", "OTHER"), "1 to 64"),
        (("adopt", "FILE"), "--contractor"),
        (("adopt", "OWNED", "--contractor", "rain"), "the mapping is snow's"),
    ],
)
def test_what_the_command_refuses(
    database_url: str, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    write_mappings(tmp_path, FILE=BARE, OWNED=f'contractor = "snow"\n{BARE}')
    given = [str(tmp_path / f"{one}.toml") if one in {"FILE", "OWNED"} else one for one in arguments]
    assert said in fails(vinterkoll("actions", *given, VINTERKOLL_DATABASE_URL=database_url), 2)


def test_the_worker_may_not_name(town_url: str) -> None:
    with psycopg.connect(town_url, autocommit=True) as connection:
        connection.execute("SET ROLE vinterkoll_ingest")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("INSERT INTO action_name VALUES ('snow', 'Vinsch', 1)")
