"""Rejected messages decoded once more, after a setting, a mapping or a mistake of ours was mended.

A reject is marked in the transaction of its rows. It is judged by the receive time it came with: waiting makes no
future-dated fix acceptable. Rows that are there already stay one row, so nothing is stored twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import psycopg

from vinterkoll.app.accepting import Acceptance, Accepted
from vinterkoll.app.bisecting import Bisection
from vinterkoll.app.intakes import replay_acceptance
from vinterkoll.app.settings import Settings
from vinterkoll.ingest import http_body
from vinterkoll.ingest.message import Message
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject
from vinterkoll.storage import reject_replay
from vinterkoll.storage.reject_replay import Selection, StoredMessage
from vinterkoll.storage.rejects import RejectedMessage

_MESSAGES: Final = 20
"""Messages of a transaction: each may have megabytes."""


@dataclass(slots=True)
class Tally:
    """How many rejects became rows, and how many fail again, by code."""

    replayed: int = 0
    left: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.replayed += other.replayed
        self.left += other.left


def replay(connection: "psycopg.Connection[Any]", settings: Settings, chosen: Selection) -> Tally:
    """Replay all rejects that are chosen. It may be stopped at any time, and run again."""
    ways = {by_http: replay_acceptance(connection, settings, by_http=by_http) for by_http in (True, False)}
    total = Tally()
    for stored in _chunks(connection, chosen):
        for by_http, acceptance in ways.items():
            batch = [_message(one) for one in stored if (one.source == http_body.SOURCE) == by_http]
            bisection = Bisection(batch)
            while bisection.pending:
                bisection.step(_Again(acceptance, total))
    return total


def _chunks(connection: "psycopg.Connection[Any]", chosen: Selection) -> Iterator[list[StoredMessage]]:
    after = 0
    while stored := reject_replay.unsettled(connection, chosen, after, _MESSAGES):
        yield stored
        after = stored[-1].message_id


def _message(stored: StoredMessage) -> Message:
    return Message(stored.topic, stored.payload, stored.received_us, stored.source, receipt=stored)


class _Again:
    """An `app.bisecting.Intake`: what fails again stays as it is."""

    def __init__(self, acceptance: Acceptance, total: Tally) -> None:
        self._acceptance = acceptance
        self._total = total

    def accept(self, messages: Sequence[Message]) -> Accepted:
        tally = Tally()  # counts only when the transaction did
        accepted = self._acceptance.accept(messages, partial(_settle, messages, tally))
        self._total.add(tally)
        return accepted

    def refuse(self, message: Message, reason: Reason, detail: str) -> RejectedMessage:
        self._total.left[str(reason)] += len(message.receipt.items)
        reject = Reject(0, WHOLE_MESSAGE, reason, "", detail)
        return RejectedMessage(reject, message.received_us, message.source, message.topic, "", "", b"")

    def beat(self, *, connected: bool) -> None: ...

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


def _settle(
    batch: Sequence[Message],
    tally: Tally,
    connection: "psycopg.Connection[Any]",
    rejected: Sequence[RejectedMessage],
) -> None:
    """Mark what of `batch` is rows now."""
    again: dict[int, dict[int, Reject]] = defaultdict(dict)
    for one in rejected:
        again[one.reject.message][one.reject.item] = one.reject
    for place, message in enumerate(batch):
        _settle_one(connection, message.receipt, again[place], tally)


def _settle_one(
    connection: "psycopg.Connection[Any]", stored: StoredMessage, again: dict[int, Reject], tally: Tally
) -> None:
    """A message that was rejected as a whole, and has rejected items now, gets these instead."""
    whole = again.get(WHOLE_MESSAGE)
    good = [one for one in stored.items if whole is None and one.item not in again]
    marked = reject_replay.mark(connection, [one.reject_id for one in good])
    if again and any(one.item == WHOLE_MESSAGE and one.reject_id in marked for one in good):
        reject_replay.add(connection, stored.message_id, list(again.values()))
    tally.replayed += len(marked)
    tally.left.update(str((whole or again[one.item]).code) for one in stored.items if one not in good)
