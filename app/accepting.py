"""From a batch of messages to one transaction: decode, judge, store, derive."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.app.derivation import derive_flow, derive_treatments
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.cleaning import (
    ACCEPTED,
    POSITION_REASONS,
    TIME_REASONS,
    Limits,
    position_reasons,
    time_reasons,
)
from vinterkoll.processing.network import StreetNetwork
from vinterkoll.processing.observations import IntColumn, ObservationKind, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject
from vinterkoll.storage import devices, raw, rejects, status
from vinterkoll.storage.rejects import RejectedMessage

_DETAIL: Final = {
    Reason.FUTURE: "the event time lies ahead of the receive clock",
    Reason.TOO_OLD: "the event time lies before the raw horizon",
    Reason.NULL_ISLAND: "position 0/0: the receiver had no fix",
    Reason.OUTSIDE_AREA: "the position lies outside the service area",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch."""

    rows: int
    duplicates: int
    rejected: list[RejectedMessage]


@dataclass(frozen=True, slots=True)
class _Kind:
    """The accepted rows of one kind, with the receive time of each."""

    rows: Rows
    received_us: IntColumn


class Acceptance:
    """Stores batches through one connection.

    `format_of` gives a topic's format, "" for an unknown topic; `clock` the receive clock in microseconds UTC.
    """

    def __init__(
        self,
        connection: "psycopg.Connection[Any]",
        network: StreetNetwork,
        limits: Limits,
        format_of: Callable[[str], str],
        *,
        message_bytes_max: int,
        worker: str,
        clock: Callable[[], int],
    ) -> None:
        self._connection = connection
        self._network = network
        self._limits = limits
        self._format_of = format_of
        self._message_bytes_max = message_bytes_max
        self._worker = worker
        self._clock = clock
        self._devices = devices.Devices()

    def accept(self, messages: Sequence[Message]) -> Accepted:
        """Store a batch and all that is derived from it in one transaction; durable when it returns.

        Raises
        ------
        psycopg.Error
            `OperationalError` when the database is away; others when it refuses a row. Nothing is stored then.
        """
        kinds, rejected = self._decode(messages)
        resolved = {
            kind: self._devices.ids(self._connection, of_kind.rows["device"].tolist())
            for kind, of_kind in kinds.items()
        }
        with self._connection.transaction():
            new = self._store(kinds, resolved)
            rejects.insert(self._connection, rejected)
            total = sum(len(of_kind.rows) for of_kind in kinds.values())
            lag_s = (self._clock() - min((one.received_us for one in messages), default=self._clock())) / 1e6
            progress = _progress(messages, kinds, new=new, rejects=len(rejected), lag_s=lag_s)
            status.record(self._connection, self._worker, progress)
        return Accepted(new, total - new, rejected)

    def _store(
        self, kinds: Mapping[ObservationKind, _Kind], device_ids: Mapping[ObservationKind, IntColumn]
    ) -> int:
        """Insert and derive under the device locks; return how many rows were new."""
        if not kinds:
            return 0
        devices.lock(self._connection, np.concatenate(list(device_ids.values())))
        count = 0
        for kind, of_kind in kinds.items():
            new_device, new_time = raw.insert(
                self._connection, kind, device_ids[kind], of_kind.received_us, of_kind.rows
            )
            count += len(new_device)
            if kind == "position":
                derive_treatments(self._connection, new_device, new_time, self._network)
            elif kind == "flow":
                derive_flow(self._connection, new_device, new_time)
        return count

    def _decode(
        self, messages: Sequence[Message]
    ) -> tuple[dict[ObservationKind, _Kind], list[RejectedMessage]]:
        rejected: list[RejectedMessage] = []
        found: dict[ObservationKind, list[_Kind]] = {}
        for name, group in self._by_format(messages).items():
            decoded = self._decoded(name, group)
            received_us = np.array([message.received_us for message in group], np.int64)[
                decoded.rows["message"]
            ]
            keep, judged = self._judge(decoded, received_us)
            rejected += (self._rejected(group, name, one) for one in (*decoded.rejects, *judged))
            if keep.any():
                found.setdefault(decoded.kind, []).append(_Kind(decoded.rows[keep], received_us[keep]))
        return {kind: _joined(parts) for kind, parts in found.items()}, rejected

    def _by_format(self, messages: Sequence[Message]) -> dict[str, list[Message]]:
        groups: dict[str, list[Message]] = {}
        for message in messages:
            groups.setdefault(self._format_of(message.topic), []).append(message)
        return groups

    def _decoded(self, name: str, group: list[Message]) -> Decoded:
        """Decode what has a decoder and a bearable size; the rest are rejects."""
        if name not in FORMATS:
            return Decoded(
                "position",
                Decoded.empty("position").rows,
                [
                    Reject(at, WHOLE_MESSAGE, Reason.UNKNOWN_TOPIC, "", "no format is set for this topic")
                    for at in range(len(group))
                ],
            )
        limit = self._message_bytes_max
        too_large = [at for at, message in enumerate(group) if len(message.payload) > limit]
        if not too_large:
            return FORMATS[name](group)
        fitting = sorted(set(range(len(group))) - set(too_large))
        decoded = FORMATS[name]([group[at] for at in fitting])
        decoded.rows["message"] = np.array(fitting, np.int32)[decoded.rows["message"]]
        moved = [
            Reject(fitting[one.message], one.item, one.code, one.field, one.detail) for one in decoded.rejects
        ]
        detail = f"a message may have {limit} bytes"
        return Decoded(
            decoded.kind,
            decoded.rows,
            moved + [Reject(at, WHOLE_MESSAGE, Reason.TOO_LARGE, "", detail) for at in too_large],
        )

    def _judge(
        self, decoded: Decoded, received_us: IntColumn
    ) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], list[Reject]]:
        rows = decoded.rows
        time_us = np.ascontiguousarray(rows["time_us"])
        reasons: tuple[Reason, ...] = TIME_REASONS
        if decoded.kind == "position":
            lon, lat = np.ascontiguousarray(rows["lon"]), np.ascontiguousarray(rows["lat"])
            found, reasons = position_reasons(time_us, received_us, lon, lat, self._limits), POSITION_REASONS
        else:
            found = time_reasons(time_us, received_us, self._limits)
        keep = found == ACCEPTED
        judged = []
        for at in np.flatnonzero(~keep).tolist():
            reason = reasons[found[at]]
            field = "time" if reason in TIME_REASONS else "lon"
            judged.append(
                Reject(int(rows["message"][at]), int(rows["item"][at]), reason, field, _DETAIL[reason])
            )
        return keep, judged

    @staticmethod
    def _rejected(group: list[Message], name: str, reject: Reject) -> RejectedMessage:
        message = group[reject.message]
        parts = message.topic.split("/")
        owner = parts[2] if len(parts) > 2 and parts[0] in ("mip", "traffic") else ""
        return RejectedMessage(
            reject, message.received_us, message.source, message.topic, name, owner, message.payload
        )

    def refuse(self, message: Message, reason: Reason, detail: str) -> None:
        """Store a message that could not be accepted, whole, as a reject."""
        reject = Reject(0, WHOLE_MESSAGE, reason, "", detail)
        with self._connection.transaction():
            one = self._rejected([message], self._format_of(message.topic), reject)
            rejects.insert(self._connection, [one])
            status.record(self._connection, self._worker, status.Progress(messages=1, rejects=1))

    def beat(self) -> None:
        """Say that this worker is alive, without a message."""
        status.record(self._connection, self._worker, status.Progress())

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _joined(parts: list[_Kind]) -> _Kind:
    if len(parts) == 1:
        return parts[0]
    return _Kind(
        np.concatenate([part.rows for part in parts]), np.concatenate([part.received_us for part in parts])
    )


def _progress(
    messages: Sequence[Message],
    kinds: Mapping[ObservationKind, _Kind],
    *,
    new: int,
    rejects: int,
    lag_s: float,
) -> status.Progress:
    received = [message.received_us for message in messages]
    event = itertools.chain.from_iterable(of_kind.rows["time_us"] for of_kind in kinds.values())
    total = sum(len(of_kind.rows) for of_kind in kinds.values())
    return status.Progress(
        messages=len(messages),
        rows=new,
        duplicates=total - new,
        rejects=rejects,
        last_received_us=max(received, default=0),
        last_event_us=int(max(event, default=0)),
        lag_s=lag_s,
    )
