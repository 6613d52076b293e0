"""Whether the register lets data in: of devices that it has, and from those whose sensors they are.

It is judged by the register as it was just before the batch, at the observation's own time.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg

from vinterkoll.ingest.message import Decoded
from vinterkoll.processing.observations import BoolColumn, DeviceKey
from vinterkoll.processing.rejects import Reason, Reject
from vinterkoll.storage import inputs
from vinterkoll.storage.register_spans import Span, Spans, spans

_UNREGISTERED: Final = "the register does not have it at its event time"
_NOT_YOURS: Final = "the register says that somebody else sends its data"


class Registered:
    """A state of the register. `vehicles` may be empty where none must be registered."""

    def __init__(self, vehicles: Spans, sensors: Spans, *, reject_unregistered: bool) -> None:
        self._vehicles = vehicles
        self._sensors = sensors
        self._reject_unregistered = reject_unregistered
        self._owned = any(span.values[1] is not None for own in sensors.values() for span in own)

    def judge(self, decoded: Decoded, keep: BoolColumn, sender: Callable[[int], str]) -> list[Reject]:
        """Return why rows that are kept are not accepted, and take them out of `keep`.

        Parameters
        ----------
        keep : (n,) of the rows of `decoded`; changed
        sender : gives who sent a message, by its place; "" where the topic does not tell
        """
        if not self._reject_unregistered and (decoded.kind == "position" or not self._owned):
            return []  # nothing could be refused
        rows = decoded.rows
        found: list[Reject] = []
        field = "vehicle" if decoded.kind == "position" else "sensor"
        columns = (rows[name].tolist() for name in ("device", "time_us", "message", "item"))
        for at, (device, time_us, message, item) in enumerate(zip(*columns, strict=True)):
            if keep[at] and (refusal := self._refusal(device, time_us, sender(message))) is not None:
                keep[at] = False
                if not found or found[-1][:2] != (message, item):  # a line has many rows
                    found.append(Reject(message, item, refusal[0], field, f"{device.name}: {refusal[1]}"))
        return found

    def _refusal(self, device: DeviceKey, time_us: int, owner: str) -> tuple[Reason, str] | None:
        if device.kind == "position":
            row = _at(self._vehicles.get((device.owner, device.name), ()), time_us)
        else:
            row = _at(self._sensors.get((device.name,), ()), time_us)
            if row is not None and row[0] != device.kind:
                row = None
            if row is not None and owner and row[1] not in (None, owner):
                return Reason.NOT_YOURS, _NOT_YOURS
        return (Reason.UNREGISTERED, _UNREGISTERED) if row is None and self._reject_unregistered else None


EVERYTHING: Final = Registered({}, {}, reject_unregistered=False)
"""Lets everything in."""


class RegisterReading:
    """The register's present state; read again when the inputs have another version."""

    def __init__(self, connection: "psycopg.Connection[Any]", *, reject_unregistered: bool) -> None:
        self._connection = connection
        self._reject_unregistered = reject_unregistered
        self._version = -1
        self._state = EVERYTHING

    def current(self) -> Registered:
        """Return the state as it is now."""
        version = inputs.version(self._connection)  # before the rows: a change between is read once more
        if version != self._version:
            vehicles = spans(self._connection, "vehicle") if self._reject_unregistered else {}
            sensors = spans(self._connection, "sensor", "kind", "owner")
            self._state = Registered(vehicles, sensors, reject_unregistered=self._reject_unregistered)
            self._version = version
        return self._state


def _at(own: Sequence[Span], time_us: int) -> tuple[Any, ...] | None:
    return next((span.values for span in own if span.low_us <= time_us < span.high_us), None)
