"""Derive anew what stored observations of some devices give: after an input of theirs has changed.

With the change, in its transaction, or after it in many short ones: docs/adr/0008 says why both end at the same rows.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import numpy as np
import psycopg

from vinterkoll.app.derivation import DERIVATION, derive_flow, derive_treatments
from vinterkoll.processing.hygiene import Thresholds
from vinterkoll.processing.observations import IntColumn
from vinterkoll.storage import horizon, inputs, raw
from vinterkoll.storage import thresholds as threshold_table
from vinterkoll.storage.devices import lock
from vinterkoll.storage.network import Versions

_SPAN_US: Final = 86_400_000_000
"""One device and day at a time: some 20,000 fixes, a few megabytes."""


def rederive_at_once(
    connection: "psycopg.Connection[Any]",
    kind: Literal["position", "flow"],
    versions: Versions,
    devices: Sequence[int],
    low_us: int,
    high_us: int,
) -> int:
    """Derive what the observations of `devices` with low_us ≤ time < high_us give; return how many they are.

    What lies behind the raw horizon stays as it was derived. Call it in the transaction that changed the input, after `storage.inputs.change`.
    """
    count, thresholds = 0, threshold_table.read(connection)
    low_us = max(low_us, horizon.read(connection))
    for device_id, time_us in _days(connection, kind, devices, low_us, high_us):
        _derive(connection, kind, versions, thresholds, device_id, time_us)
        count += len(time_us)
    return count


def rederive_in_steps(
    connection: "psycopg.Connection[Any]",
    versions: Versions,
    kind: Literal["position", "flow"],
    device: int,
    low_us: int,
    high_us: int,
) -> Iterator[tuple[int, int]]:
    """Derive as `rederive_at_once` does, a transaction a day, so that batches are stored in between. The inputs are those of now.

    Yields after each day the time up to which all is done, and how many observations that were since the day before.
    """
    low_us = max(low_us, horizon.read(connection))
    for device_id, time_us in _days(connection, kind, [device], low_us, high_us):
        with connection.transaction():
            inputs.hold(connection, DERIVATION)
            versions.refresh()
            lock(connection, device_id[:1])
            inside = time_us >= horizon.read(connection)  # it may have risen since they were read
            thresholds = threshold_table.read(connection)
            _derive(connection, kind, versions, thresholds, device_id[inside], time_us[inside])
        yield int(time_us[-1]) + 1, int(np.count_nonzero(inside))


def stored_span(
    connection: "psycopg.Connection[Any]",
    kind: Literal["position", "flow"],
    device: int,
    low_us: int,
    high_us: int,
) -> tuple[int, int]:
    """Return from when to when there is something for `rederive_in_steps` to do; twice the same where there is nothing."""
    low_us = max(low_us, horizon.read(connection))
    first_us = raw.first_time(connection, kind, device, low_us, high_us)
    last_us = raw.last_time(connection, kind, device, low_us, high_us)
    return (low_us, low_us) if first_us is None or last_us is None else (first_us, last_us + 1)


def _derive(
    connection: "psycopg.Connection[Any]",
    kind: Literal["position", "flow"],
    versions: Versions,
    thresholds: Thresholds,
    device_id: IntColumn,
    time_us: IntColumn,
) -> None:
    if kind == "position":
        derive_treatments(connection, device_id, time_us, versions, thresholds)
    else:
        derive_flow(connection, device_id, time_us, whatever_period=True)


def _days(
    connection: "psycopg.Connection[Any]",
    kind: Literal["position", "flow"],
    devices: Sequence[int],
    low_us: int,
    high_us: int,
) -> Iterator[tuple[IntColumn, IntColumn]]:
    """Yield the devices and times (n,) of what is stored, a device and day at a time; days without any cost nothing."""
    for device in devices:
        at_us = low_us
        while (first_us := raw.first_time(connection, kind, device, at_us, high_us)) is not None:
            at_us = min(first_us + _SPAN_US, high_us)
            time_us = raw.times(connection, kind, device, first_us, at_us)
            if len(time_us):  # they may have been deleted in between
                yield np.full(len(time_us), device), time_us
