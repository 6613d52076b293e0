"""The sink that writes files, and the ground truth beside them."""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import orjson

from vinterkoll.simulators.stream import Message, timestamps
from vinterkoll.simulators.truth import Treated


class FileSink:
    """Writes one line a message: `{"time","topic","payload"}`, the payload as the object it is."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def send(self, message: Message) -> bool:
        (time,) = timestamps(np.array([message.time_us]))
        line = {"time": time, "topic": message.topic, "payload": orjson.Fragment(message.payload)}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        return True

    def close(self) -> None:
        self._file.close()


def write_truth(path: Path, rows: Iterable[Treated]) -> int:
    """Write the ground truth as CSV and return its number of rows."""
    table = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Treated._fields)
        writer.writerows(table)
    return len(table)
