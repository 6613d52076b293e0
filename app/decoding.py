"""From messages to accepted columns and rejects: by format, then judged one by one. Nothing is stored here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vinterkoll.app.registered import EVERYTHING, Registered
from vinterkoll.app.reject_content import RejectContent, content_by, owner_by, owner_of_topic
from vinterkoll.ingest.formats import FORMATS
from vinterkoll.ingest.mapping.decoder import MappedFormat
from vinterkoll.ingest.message import Decoded, Decoder, Message
from vinterkoll.processing.cleaning import (
    ACCEPTED,
    POSITION_REASONS,
    TIME_REASONS,
    Limits,
    position_reasons,
    time_reasons,
)
from vinterkoll.processing.observations import BoolColumn, IntColumn, ObservationKind, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reason, Reject
from vinterkoll.storage.rejects import RejectedMessage

_DETAIL: Final = {
    Reason.FUTURE: "the event time lies ahead of the receive clock",
    Reason.TOO_OLD: "the event time lies before the raw horizon",
    Reason.NULL_ISLAND: "position 0/0: the receiver had no fix",
    Reason.OUTSIDE_AREA: "the position lies outside the service area",
}


@dataclass(frozen=True, slots=True)
class Observations:
    """Accepted rows of one kind, with the receive time of each (n,), and who sent it (n,), "" where nobody is named."""

    rows: Rows
    received_us: IntColumn
    owner: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Batch:
    """What some messages hold: every item is in exactly one of the two.

    The `message` of a reject is the index into all messages that were decoded together.
    """

    observations: dict[ObservationKind, Observations]
    rejected: list[RejectedMessage]


class Decoding:
    """Decodes messages. `format_of` gives a topic's format, "" for an unknown topic: a built-in one or a mapping."""

    def __init__(
        self,
        limits: Limits,
        format_of: Callable[[str], str],
        message_bytes_max: int,
        mappings: Mapping[str, MappedFormat] = MappingProxyType({}),
    ) -> None:
        self._limits = limits
        self._format_of = format_of
        self._message_bytes_max = message_bytes_max
        self._formats: Mapping[str, Decoder] = FORMATS | {
            name: mapped.decode for name, mapped in mappings.items()
        }
        self._content = content_by(mappings)
        self._owner = owner_by(mappings)

    def decode(
        self, messages: Sequence[Message], register: Registered = EVERYTHING, horizon_us: int = 0
    ) -> Batch:
        """Decode a batch of any formats, and judge it by the limits, the raw horizon and what the register says."""
        rejected: list[RejectedMessage] = []
        found: dict[ObservationKind, list[Observations]] = {}
        for name, places in self._by_format(messages).items():
            group = [messages[place] for place in places]
            decoded = self._decoded(name, group)
            received_us = np.array([message.received_us for message in group], np.int64)
            received_us = received_us[decoded.rows["message"]]
            keep, judged = self._judge(decoded, received_us, horizon_us)
            judged += register.judge(decoded, keep, partial(_sender, group))
            kept: dict[int, RejectContent] = {}  # once a message, which may have thousands of rejects
            for one in (*decoded.rejects, *judged):
                message, place = group[one.message], places[one.message]
                if place not in kept:
                    kept[place] = self._content(name, message)
                rejected.append(_rejected(message, kept[place], name, one._replace(message=place)))
            if keep.any():
                rows = decoded.rows[keep]
                owner = np.array([self._owner(name, message.topic) for message in group], object)
                one_format = Observations(rows, received_us[keep], owner[rows["message"]])
                found.setdefault(decoded.kind, []).append(one_format)
        return Batch({kind: _joined(parts) for kind, parts in found.items()}, rejected)

    def refused(self, message: Message, reason: Reason, detail: str) -> RejectedMessage:
        """Return `message` as a reject as a whole."""
        reject = Reject(0, WHOLE_MESSAGE, reason, "", detail)
        name = self._format_of(message.topic)
        return _rejected(message, self._content(name, message), name, reject)

    def _by_format(self, messages: Sequence[Message]) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for place, message in enumerate(messages):
            groups.setdefault(self._format_of(message.topic), []).append(place)
        return groups

    def _decoded(self, name: str, group: list[Message]) -> Decoded:
        """Decode what has a decoder and a bearable size; the rest are rejects."""
        if name not in self._formats:
            detail = "no format is set for this topic"
            unknown = [
                Reject(at, WHOLE_MESSAGE, Reason.UNKNOWN_TOPIC, "", detail) for at in range(len(group))
            ]
            return Decoded("position", Decoded.empty("position").rows, unknown)
        fits = [len(message.payload) <= self._message_bytes_max for message in group]
        if all(fits):
            return self._formats[name](group)
        fitting = np.flatnonzero(fits)
        decoded = self._formats[name]([group[at] for at in fitting])
        decoded.rows["message"] = fitting[decoded.rows["message"]]
        detail = f"a message may have {self._message_bytes_max} bytes"
        rejects = [one._replace(message=int(fitting[one.message])) for one in decoded.rejects]
        rejects += (
            Reject(at, WHOLE_MESSAGE, Reason.TOO_LARGE, "", detail) for at, fit in enumerate(fits) if not fit
        )
        return Decoded(decoded.kind, decoded.rows, rejects)

    def _judge(
        self, decoded: Decoded, received_us: IntColumn, horizon_us: int
    ) -> tuple[BoolColumn, list[Reject]]:
        """Return which rows are accepted, and why the others are not."""
        rows = decoded.rows
        time_us = np.ascontiguousarray(rows["time_us"])
        reasons: tuple[Reason, ...] = TIME_REASONS
        if decoded.kind == "position":
            lon, lat = np.ascontiguousarray(rows["lon"]), np.ascontiguousarray(rows["lat"])
            found = position_reasons(time_us, received_us, lon, lat, horizon_us, self._limits)
            reasons = POSITION_REASONS
        else:
            found = time_reasons(time_us, received_us, horizon_us, self._limits)
        starts = _item_starts(rows)
        of_item = np.maximum.reduceat(found, starts)  # a line is one item, and counts as a whole
        judged = []
        for at in np.flatnonzero(of_item != ACCEPTED).tolist():
            first, reason = starts[at], reasons[of_item[at]]
            field = "time" if reason in TIME_REASONS else "lon"
            judged.append(
                Reject(int(rows["message"][first]), int(rows["item"][first]), reason, field, _DETAIL[reason])
            )
        return np.repeat(of_item == ACCEPTED, np.diff(starts, append=len(rows))), judged


def _item_starts(rows: Rows) -> IntColumn:
    """Return the place of the first row of each item."""
    fresh = (np.diff(rows["message"]) != 0) | (np.diff(rows["item"]) != 0)
    return np.flatnonzero(np.append(True, fresh)[: len(rows)])


def _sender(group: Sequence[Message], at: int) -> str:
    return owner_of_topic(group[at].topic)


def _rejected(message: Message, kept: RejectContent, name: str, reject: Reject) -> RejectedMessage:
    return RejectedMessage(
        reject, message.received_us, message.source, message.topic, name, kept.owner, kept.payload
    )


def _joined(parts: list[Observations]) -> Observations:
    if len(parts) == 1:
        return parts[0]
    rows = np.concatenate([part.rows for part in parts])
    received_us = np.concatenate([part.received_us for part in parts])
    return Observations(rows, received_us, np.concatenate([part.owner for part in parts]))
