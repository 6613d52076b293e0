"""The sink that writes files, and the ground truth: what was treated, and how each message was delivered."""

import csv
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from vinterkoll.ingest.recording import line_of
from vinterkoll.simulators.stream import Message, Sink, timestamps
from vinterkoll.simulators.truth import Treated


class FileSink:
    """Writes a recording (docs/replay.md), as if it had been made where the messages arrive."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def send(self, message: Message) -> bool:
        self._file.write(line_of(message.time_us, message.topic, message.payload))
        return True

    def close(self) -> None:
        self._file.close()


DELIVERY_COLUMNS: Final = ("sent", "made", "device", "message", "attempt", "fault", "reject")


def digest_of(payload: bytes) -> str:
    """Return what names a message in deliveries.csv."""
    return blake2b(payload, digest_size=8).hexdigest()


class LoggedSink:
    """Passes messages on to another sink and writes each that it takes into deliveries.csv, in the order of sending.

    `message` is a digest of the bytes: rows that have it in common are one message, sent again. Rows without `reject`
    that differ in it are distinct observations.
    """

    def __init__(self, sink: Sink, path: Path) -> None:
        self._sink = sink
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(DELIVERY_COLUMNS)

    def send(self, message: Message) -> bool:
        if not self._sink.send(message):
            return False
        account = message.account
        times = timestamps(np.array([message.time_us, account.made_us]))
        self._writer.writerow(
            [
                *times,
                account.device,
                digest_of(message.payload),
                account.attempt,
                account.fault,
                account.reject,
            ]
        )
        return True

    def close(self) -> None:
        self._file.close()
        self._sink.close()


def write_truth(path: Path, rows: Iterable[Treated]) -> int:
    """Write the ground truth as CSV and return its number of rows."""
    table = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Treated._fields)
        writer.writerows(table)
    return len(table)
