"""Histories of a small town's messages: how they may come in, and the playing of one against a database.

A history is a list of steps: batches of one worker, batches of two workers at once, a batch whose connection is cut and
which is then sent again, and changes of the inputs between them.
"""

import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Self

import orjson
import psycopg
from hypothesis import strategies as st

import fuzzing
from derived_tables import Tables, acceptance, derived
from small_town import rebuilt_segments, town_segments, with_a_path
from stretch_messages import COMPASSES, RECEIVED_US, START, flow, stretch
from vinterkoll.app import thresholds
from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.action_naming import name_actions
from vinterkoll.app.registering import change
from vinterkoll.app.renewal import renew_due
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import PLOUGHING, UNKNOWN, mask_of
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.storage import network as networks
from vinterkoll.storage import register_edits
from vinterkoll.storage.register import RegisterError, Table, put

Connection = psycopg.Connection[Any]

BATCH_TABLES: Final = (
    "position",
    "flow",
    "fix_flag",
    "stretch",
    "treatment",
    "flow_window",
    "tally",
    "delivery",
    "ingest_status",
)
"""Where a batch can be cut off: while it waits for one of these, what it wrote before being in."""


@dataclass(frozen=True)
class Batch:
    """A batch of worker 0 or 1. `cut`: its connection ends when it comes to this table; the batch is then sent again."""

    worker: int
    messages: list[Message]
    cut: str | None = None


@dataclass(frozen=True)
class Together:
    """Batches of both workers at once, each worker's in order."""

    of_worker: tuple[list[list[Message]], list[list[Message]]]


@dataclass(frozen=True)
class Edit:
    """A change of an input, or the renewal of what such changes left to do.

    `minute`: from when it counts (0: ever); `choice`: which value; `number`: of what.
    """

    of: Literal[
        "vehicle", "counter", "end of vehicle", "end of counter", "threshold", "name", "network", "renewal"
    ]
    number: int
    minute: int
    choice: int


Step = Batch | Together | Edit

KINDS: Final = ["gc", "carriageway", "carriageway|gc", "area"]
PERIODS_S: Final = ["30", "60", "600", "3600"]
TEXTS: Final = ["Plogning", "Saltning"]
MEANINGS: Final = [PLOUGHING, mask_of(["SALTING_DRY"]), 0, UNKNOWN]
THRESHOLDS: Final = [
    ("accuracy_max_m", 70.0),
    ("hdop_max", 20.0),
    ("speed_max_kmh", 400.0),
    ("jump_min_m", 3.0),
]
SENT: Final = [["Plogning"], ["Saltning", "PLOUGHING"], ["SALTING_DRY"], ["PLOUGHING", "SALTING_DRY"]]
PAUSES_S: Final = [0, 0, 0, 7_100, 7_200, 86_300, 86_400]
"""About as long as passes count together, or a whole street is looked for."""

_LATE_US: Final = 5 * 3_600_000_000


@dataclass(frozen=True)
class History:
    """What was sent, each message once and in order, and how it comes in."""

    messages: list[Message]
    steps: list[Step]


histories = st.builds(
    lambda seed, fixes, counts, disorder_s, edits: history_of(
        random.Random(seed), fixes, counts, disorder_s, edits
    ),
    st.integers(0, 2**32),
    st.lists(st.integers(1, 80), min_size=1, max_size=3),
    st.integers(0, 12),
    st.sampled_from([0.0, 4.0, 100.0, 1e6]),
    st.integers(0, 4),
)


def history_of(luck: random.Random, fixes: list[int], counts: int, disorder: float, edits: int) -> History:
    """A history of up to three vehicles with so many fixes each, of so many counts of two counters and changes of inputs.

    With bad fixes, several payloads for one key, with and without a version, names of actions that no profile has;
    and messages that come `disorder` places late, or hours, or twice.
    """
    messages = town_messages(luck, fixes, counts, COMPASSES, PAUSES_S)
    sendings = [(at + luck.uniform(0, disorder), message) for at, message in enumerate(messages)]
    sendings += [(at + luck.uniform(0, 50), luck.choice(messages)) for at in range(len(messages) // 4)]
    sendings = [_hours_late(at, one) if luck.random() < 0.1 else (at, one) for at, one in sendings]
    arrived = [message for _, message in sorted(sendings, key=lambda sending: sending[0])]
    steps: list[Step] = list(_deliveries(arrived, luck))
    for _ in range(edits):  # not drawn by hypothesis, which dwells on few of them
        steps.insert(luck.randint(0, len(steps)), _edit(luck))
    return History(messages, steps)


def _edit(luck: random.Random) -> Edit:
    of = luck.choice(Edit.__annotations__["of"].__args__)
    return Edit(of, luck.randint(0, 2), luck.choice([0, 1, 2, 4, 8, 30]), luck.randint(0, 3))


def town_messages(
    luck: random.Random,
    fixes: list[int],
    counts: int,
    compasses: Sequence[str] = (),
    pauses_s: Sequence[int] = (),
) -> list[Message]:
    messages = [_otherwise(message, luck) for message in stretch(fixes, luck, compasses, pauses_s)]
    for _ in range(counts):
        minute, vehicles = luck.randint(0, 20), luck.randint(0, 40)
        values: dict[str, Any] = {"intensity": vehicles, "averageVehicleSpeed": luck.choice([30.5, 71.3])}
        values["occupancy"] = vehicles / 100
        if luck.random() < 0.5:
            values["dateModified"] = (START + timedelta(days=luck.randint(1, 3))).isoformat()
        messages.append(flow(f"c{luck.randint(0, 1)}", minute, luck.choice([1, 5, 15, None]), **values))
    return messages


def _otherwise(message: Message, noise: random.Random) -> Message:
    """The same message or with other actions, received after the longest of these stretches."""
    body = orjson.loads(message.payload)
    if "actions" in body and noise.random() < 0.2:
        body["actions"] = noise.choice(SENT)
    return Message(message.topic, orjson.dumps(body), message.received_us + _LATE_US)


def _deliveries(arrived: list[Message], luck: random.Random) -> Iterator[Step]:
    while arrived:
        batch, arrived = _cut_off(arrived, luck)
        kind = luck.random()
        if kind < 0.15:
            other, arrived = _cut_off(arrived, luck)
            other = other + luck.sample(batch, len(batch) // 3)
            yield Together((_split(batch, luck), _split(other, luck)))
        else:
            yield Batch(luck.randint(0, 1), batch, luck.choice(BATCH_TABLES) if kind < 0.35 else None)


def _hours_late(at: float, message: Message) -> tuple[float, Message]:
    return at + 1e6, Message(message.topic, message.payload, message.received_us + _LATE_US)


def _cut_off(messages: list[Message], luck: random.Random) -> tuple[list[Message], list[Message]]:
    size = luck.choice([1, 5, 20, 60, 200])
    return messages[:size], messages[size:]


def _split(messages: list[Message], luck: random.Random) -> list[list[Message]]:
    size = luck.choice([1, 7, 30])
    return [messages[at : at + size] for at in range(0, len(messages), size)]


class Town:
    """The database in which histories are played: the small town's streets, two workers."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._workers: list[tuple[Connection, Acceptance]] = []

    def __enter__(self) -> Self:
        self.operator = psycopg.connect(self._url, autocommit=True)
        self.operator.execute(_FORGET_INPUTS)
        self.operator.execute(_FORGET_ROWS)
        for name in Thresholds.__slots__:
            self.operator.execute(
                "UPDATE threshold SET value = %s WHERE name = %s", [getattr(Thresholds(), name), name]
            )
        networks.load(self.operator, with_a_path(town_segments()), name="town", generated=True, digest="town")
        change(self.operator, lambda opened: put(opened, "contractor", {"contractor": "snow", "name": "Snö"}))
        self._workers = [acceptance(self._url, lambda: RECEIVED_US, name) for name in ("one", "two")]
        return self

    def __exit__(self, *_: object) -> None:
        for connection in (self.operator, *(connection for connection, _ in self._workers)):
            connection.close()

    def derived(self) -> Tables:
        return derived(self.operator)

    def clean(self, messages: Sequence[Message]) -> Tables:
        """The derived tables after the clean stream, once and in order, under the inputs as they are now."""
        self.operator.execute(_FORGET_ROWS)
        connection, accepting = acceptance(self._url, lambda: RECEIVED_US)
        with connection:
            accepting.accept(messages)
        return self.derived()

    def play(self, steps: Sequence[Step]) -> None:
        """Play the steps, and then what changed inputs have left to do."""
        for step in steps:
            match step:
                case Edit():
                    done = self._edit(step)
                    fuzzing.count("histories", **{f"changes of a {step.of}": done})
                case Together():
                    with ThreadPoolExecutor(2) as pool:
                        list(pool.map(self._deliver, (0, 1), step.of_worker))
                    fuzzing.count("histories", **{"times two workers at once": 1})
                case Batch(cut=None):
                    self._deliver(step.worker, [step.messages])
                case Batch():
                    fuzzing.count("histories", **{"connections cut": self.cut(step)})
                    self._deliver(step.worker, [step.messages])
        renew_due(self.operator)

    def _deliver(self, worker: int, batches: Sequence[Sequence[Message]]) -> None:
        for batch in batches:
            assert self._workers[worker][1].accept(batch).rejected == []

    def cut(self, batch: Batch) -> bool:
        """End the worker's connection where its batch waits for the table; False if it was done without it."""
        connection, accepting = self._workers[batch.worker]
        pid = connection.info.backend_pid
        waits = "SELECT FROM pg_locks WHERE pid = %s AND NOT granted"
        with ThreadPoolExecutor(1) as pool, psycopg.connect(self._url) as other:
            other.execute(f"LOCK TABLE {batch.cut} IN ACCESS EXCLUSIVE MODE")
            running = pool.submit(accepting.accept, batch.messages)
            while other.execute(waits, [pid]).fetchone() is None and not running.done():
                time.sleep(0.0005)
            if not running.done():
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
            error = running.exception()
        if error is None:
            return False
        assert isinstance(error, psycopg.OperationalError)
        connection.close()
        self._workers[batch.worker] = acceptance(self._url, lambda: RECEIVED_US, f"worker {batch.worker}")
        return True

    def _edit(self, edit: Edit) -> bool:
        begin = START + timedelta(minutes=edit.minute)
        match edit.of:
            case "threshold":
                thresholds.change(self.operator, *THRESHOLDS[edit.choice])
            case "name":
                name_actions(self.operator, "snow", {TEXTS[edit.number % 2]: MEANINGS[edit.choice]})
            case "renewal":
                renew_due(self.operator)
            case "network":
                return self._new_network(edit, begin)
            case _:
                return self._edit_register(edit, begin.isoformat() if edit.minute else "")
        return True

    def _new_network(self, edit: Edit, begin: datetime) -> bool:
        name, streets = [("town", town_segments()), ("rebuilt", rebuilt_segments())][edit.choice % 2]
        valid_from = begin if edit.minute else None
        loaded = networks.load(
            self.operator, with_a_path(streets), name=name, generated=True, digest=name, valid_from=valid_from
        )
        return loaded is not None

    def _edit_register(self, edit: Edit, begin: str) -> bool:
        table: Table = "vehicle" if edit.of.endswith("vehicle") else "sensor"
        if table == "vehicle":
            key = {"contractor": "snow", "vehicle": f"v{edit.number}"}
            values = {"name": "V", "kinds": KINDS[edit.choice]}
        else:
            key = {"sensor": f"urn:ngsi-ld:TrafficFlowObserved:c{edit.number % 2}"}
            place = {"kind": "flow", "name": "C", "lon": "18.7", "lat": "63.3"}
            values = place | {"period_s": PERIODS_S[edit.choice]}
        if not edit.of.startswith("end"):
            change(self.operator, lambda opened: register_edits.amend(opened, table, key, values, begin))
            return True
        if not begin:
            return False
        change(self.operator, lambda opened: register_edits.amend(opened, table, key, values, ""))
        try:
            change(self.operator, lambda opened: register_edits.end(opened, table, key, begin))
        except RegisterError:  # another begins then
            return False
        return True


_FORGET_ROWS: Final = """
    TRUNCATE device, position, flow, snow, fix_flag, stretch, treatment, flow_window, reject, reject_message, ingest_status
"""
_FORGET_INPUTS: Final = """
    TRUNCATE area_segment, contractor, vehicle, sensor, register_change, action_name, rederivation, network_segment, segment, network
"""
