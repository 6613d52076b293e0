"""A batch of messages becomes one transaction: raw rows, what follows from them, rejects, the worker's account."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from vinterkoll.app.checkpoint import Checkpoint, NoCheckpoint
from vinterkoll.app.database import hang_up
from vinterkoll.app.decoding import Batch, Decoding, Observations
from vinterkoll.app.derivation import DERIVATION, derive_flow, derive_treatments
from vinterkoll.app.registered import RegisterReading
from vinterkoll.ingest.message import Message
from vinterkoll.processing.observations import IntColumn, ObservationKind
from vinterkoll.processing.rejects import Reason
from vinterkoll.storage import (
    deliveries,
    devices,
    horizon,
    inputs,
    materials,
    raw,
    rejects,
    status,
    tally,
    thresholds,
)
from vinterkoll.storage.network import Versions
from vinterkoll.storage.rejects import RejectedMessage

Settle = Callable[["psycopg.Connection[Any]", Sequence[RejectedMessage]], None]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch."""

    rows: int
    duplicates: int
    rejected: list[RejectedMessage]


class Acceptance:
    """Stores batches through one connection. `clock` is the receive clock, in microseconds UTC.

    `worker` names the account that is kept; None keeps none. `reject_unregistered`: whether a device must be registered.
    """

    def __init__(
        self,
        connection: "psycopg.Connection[Any]",
        decoding: Decoding,
        *,
        worker: str | None,
        clock: Callable[[], int],
        reject_unregistered: bool = False,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self._connection = connection
        self._register = RegisterReading(connection, reject_unregistered=reject_unregistered)
        self._decoding = decoding
        self._worker = worker
        self._clock = clock
        self._checkpoint: Checkpoint = checkpoint or NoCheckpoint()
        self._devices = devices.Devices()
        self._materials = materials.Materials()
        self._versions = Versions(connection)
        self._inputs = -1
        self._horizon_us = 0  # until the inputs are held

    def accept(self, messages: Sequence[Message], settle: Settle = rejects.insert) -> Accepted:
        """Store a batch and all that is derived from it in one transaction; durable when it returns.

        `settle` does in the same transaction what is to be done about the rejects.

        Raises
        ------
        psycopg.Error
            `OperationalError` when the database is away; others when it refuses a row. Nothing is stored then.
        OldRulesError
            When a later version has migrated the database.
        SupersededError
            When the checkpoint says that these messages are not ours to store.
        """
        while True:
            judged_by_us = self._horizon_us
            batch = self._decoding.decode(messages, self._register.current(), judged_by_us)
            device_ids = self._noted(batch)
            with self._connection.transaction():
                self._hold_inputs()
                if self._horizon_us == judged_by_us:  # else it rose meanwhile: judge once more
                    return self._settled(messages, batch, device_ids, settle)

    def refuse(self, message: Message, reason: Reason, detail: str) -> RejectedMessage:
        """Store a message that could not be accepted, whole, as a reject."""
        refused = self._decoding.refused(message, reason, detail)
        with self._connection.transaction():
            self._checkpoint.advance(self._connection, [message])
            rejects.insert(self._connection, [refused])
            tally.add(self._connection, _counts_of([refused]))
            self._record(status.Progress(messages=1, rejects=1))
        return refused

    def beat(self, *, connected: bool) -> None:
        """Say that this worker is alive, without a message, whether it has its source, and how far behind that is."""
        self._record(status.Progress(connected=connected))
        self._checkpoint.note_lag(self._connection)

    def interrupt(self) -> None:
        """Give up what is under way, from another thread: whatever waits raises an `OperationalError`."""
        hang_up(self._connection)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _noted(self, batch: Batch) -> dict[ObservationKind, IntColumn]:
        """Note devices and materials that are new, durable at once, and return each row's device."""
        if "position" in batch.observations:
            sent = batch.observations["position"].rows["spread_material"].tolist()
            self._materials.note(self._connection, sent)
        return {
            kind: self._devices.ids(self._connection, of_kind.rows["device"].tolist())
            for kind, of_kind in batch.observations.items()
        }

    def _settled(
        self,
        messages: Sequence[Message],
        batch: Batch,
        device_ids: Mapping[ObservationKind, IntColumn],
        settle: Settle,
    ) -> Accepted:
        """Store what was decoded, and the account of it."""
        self._checkpoint.advance(self._connection, messages)  # first: a batch that is another's costs nothing
        total = sum(len(of_kind.rows) for of_kind in batch.observations.values())
        new, counts = self._store(batch.observations, device_ids)
        settle(self._connection, batch.rejected)
        if self._worker is not None:  # a reject that is decoded once more was counted when it came
            counts += _counts_of(batch.rejected)
        tally.add(self._connection, counts)
        self._count_deliveries(batch.observations)
        self._record(self._progress(messages, batch, total, new))
        return Accepted(new, total - new, batch.rejected)

    def _hold_inputs(self) -> None:
        """Keep the inputs of derivation as they are, and read them again if any of them has changed."""
        version = inputs.hold(self._connection, DERIVATION)
        if version != self._inputs:
            self._versions.refresh()
            self._thresholds = thresholds.read(self._connection)
            self._horizon_us = horizon.read(self._connection)
            self._inputs = version

    def _store(
        self, found: Mapping[ObservationKind, Observations], device_ids: Mapping[ObservationKind, IntColumn]
    ) -> tuple[int, Counter[tally.Count]]:
        """Insert and derive under the device locks; return how many rows were new, and what is to be counted."""
        counts: Counter[tally.Count] = Counter()
        if not found:
            return 0, counts
        devices.lock(self._connection, np.concatenate(list(device_ids.values())))
        count = 0
        for kind, of_kind in found.items():
            new, new_device, new_time = raw.insert(
                self._connection, kind, device_ids[kind], of_kind.received_us, of_kind.rows
            )
            count += new
            if kind == "position":
                flagged = derive_treatments(
                    self._connection, new_device, new_time, self._versions, self._thresholds
                )
                counts += tally.of_flags(of_kind.rows, device_ids[kind], flagged)
            elif kind == "flow":
                derive_flow(self._connection, new_device, new_time)
        return count, counts

    def _count_deliveries(self, found: Mapping[ObservationKind, Observations]) -> None:
        """Count who delivered, and how late; what is decoded once more was counted when it came, or is a recording."""
        if self._worker is None:
            return
        for kind, of_kind in found.items():
            delay_us = of_kind.received_us - of_kind.rows["time_us"]
            deliveries.add(self._connection, self._worker, deliveries.summed(kind, of_kind.owner, delay_us))

    def _record(self, progress: status.Progress) -> None:
        if self._worker is not None:
            status.record(self._connection, self._worker, progress)

    def _progress(self, messages: Sequence[Message], batch: Batch, total: int, new: int) -> status.Progress:
        now_us = self._clock()
        received = [message.received_us for message in messages]
        events = [int(of_kind.rows["time_us"].max()) for of_kind in batch.observations.values()]
        return status.Progress(
            messages=len(messages),
            rows=new,
            duplicates=total - new,
            rejects=len(batch.rejected),
            last_received_us=max(received, default=0),
            last_event_us=max(events, default=0),
            lag_s=(now_us - min(received, default=now_us)) / 1e6,
        )


def _counts_of(rejected: Sequence[RejectedMessage]) -> Counter[tally.Count]:
    return Counter(tally.Count(one.owner, "reject", str(one.reject.code)) for one in rejected)
