"""Writes who the simulated contractors, vehicles and sensors are, as the CSV files that `vinterkoll register` loads."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from vinterkoll.simulators.fleet import CONTRACTORS, FLEET
from vinterkoll.simulators.network import network
from vinterkoll.simulators.snow import snow_sensors
from vinterkoll.simulators.traffic import counters

Table = Literal["contractor", "vehicle", "sensor"]


def write_register(directory: Path, seed: int) -> dict[Table, Path]:
    """Write contractors.csv, vehicles.csv and sensors.csv; return them by table, in the order to load them."""
    directory.mkdir(parents=True, exist_ok=True)
    streets = network(seed)
    vehicles = [(unit.contractor, unit.vehicle, unit.name, unit.equipment.kind) for unit in FLEET]
    flow = [(one.sensor, "flow", one.name, one.lon, one.lat, "") for one in counters(streets, seed)]
    snow = [
        (one.dev_eui, "snow", one.name, one.lon, one.lat, one.mounting_height_m)
        for one in snow_sensors(streets, seed)
    ]
    sensor_columns = ("sensor", "kind", "name", "lon", "lat", "mounting_height_m")
    return {
        "contractor": _write(directory / "contractors.csv", ("contractor", "name"), CONTRACTORS.items()),
        "vehicle": _write(directory / "vehicles.csv", ("contractor", "vehicle", "name", "kinds"), vehicles),
        "sensor": _write(directory / "sensors.csv", sensor_columns, [*flow, *snow]),
    }


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    return path
