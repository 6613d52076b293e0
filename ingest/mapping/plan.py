"""What a mapping file says, compiled: one function a column of the positions."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from vinterkoll.ingest.formats.columns import Checks
from vinterkoll.ingest.formats.mip import DEGREE_DECIMALS
from vinterkoll.ingest.formats.mip_message import TEXT_CHARS, VEHICLE_CHARS, Int64
from vinterkoll.ingest.formats.mip_message import Text as MipText
from vinterkoll.ingest.formats.mip_message import Vehicle as MipVehicle
from vinterkoll.ingest.mapping import clock, place
from vinterkoll.ingest.mapping.action_reading import SCALAR, action_columns, plan_actions
from vinterkoll.ingest.mapping.addresses import check_topic
from vinterkoll.ingest.mapping.file import UNITS, MappingFile, NumberField, PloughPart, TextField, Whence
from vinterkoll.ingest.mapping.sources import (
    Items,
    MappingFault,
    Source,
    Sources,
    items_path,
    refuse_personal,
)
from vinterkoll.ingest.mapping.values import (
    BOUNDS,
    OTHER_STATE,
    integers,
    number_column,
    state_column,
    text_list,
)
from vinterkoll.processing.observations import PLOUGH_PARTS, FloatColumn, IntColumn
from vinterkoll.processing.rejects import Reason

Keys = tuple[str, ...]

NUMBERS: Final[dict[Keys, str]] = {
    ("fields", "speed_kmh"): "speed_kmh",
    ("fields", "heading"): "heading_deg",
    ("fields", "accuracy_m"): "accuracy_m",
    ("fields", "hdop"): "hdop",
    ("fields", "odometer_m"): "odometer_m",
    ("spread", "g_per_m2"): "spread_g_per_m2",
    ("spread", "ml_per_m2"): "spread_ml_per_m2",
    ("spread", "width_m"): "spread_width_m",
}
"""The numbers of the profile, and the column of each."""
TEXTS: Final[dict[Keys, str]] = {
    ("fields", "area"): "area",
    ("fields", "contract"): "contract",
    ("fields", "event"): "event",
    ("spread", "material"): "spread_material",
    ("spread", "symmetry"): "spread_symmetry",
}
"""Its texts."""

Numbers = Callable[[Items, Checks], FloatColumn]
Texts = Callable[[Items, Checks], list[str | None]]


class Plan:
    """The columns of one mapping. `MappingFault` says what is wrong with it."""

    def __init__(self, file: MappingFile) -> None:
        self.file = file
        for topic in file.topics:
            try:
                check_topic(topic)
            except ValueError as error:
                raise MappingFault(["topics"], str(error)) from error
        place.check_epsg(file.position.epsg)
        self.sources = Sources(items_path(file.items))
        self.whences = self._planned()
        self.time = clock.time_column(
            file.time, self.sources.source(self.whences["time",]), loose=file.loose_types
        )
        self.numbers = {
            column: self._number(keys) for keys, column in NUMBERS.items() if keys in self.whences
        }
        self.texts = {column: self._text(keys, 0) for keys, column in TEXTS.items() if keys in self.whences}
        self.seq = self._integers(("fields", "seq"))
        self.place = self._place()
        self.actions = action_columns(file.actions, self.sources)
        self.plough = self._plough()
        self.vehicle_text = "vehicle"
        self.vehicle: Texts | None = None
        if (keys := ("fields", "vehicle")) in self.whences:
            self.vehicle_text = self.sources.source(self.whences[keys]).text or "vehicle"
            self.vehicle = self._text(keys, 1, VEHICLE_CHARS)

    def places(self) -> dict[Keys, Source]:
        """Return every place the mapping reads, by its keys in the file."""
        return {keys: self.sources.source(whence) for keys, whence in self.whences.items()}

    def _planned(self) -> dict[Keys, Any]:
        file = self.file
        number = float | str if file.loose_types else float
        text, name = (MipText | int, MipVehicle | int) if file.loose_types else (MipText, MipVehicle)
        integer = Int64 | str if file.loose_types else Int64
        wanted: dict[Keys, tuple[type[Whence], Any]] = {
            ("fields", "vehicle"): (TextField, name),
            ("time",): (Whence, clock.value_type(file.time, loose=file.loose_types)),
            ("position", "x"): (NumberField, number),
            ("position", "y"): (NumberField, number),
            **dict.fromkeys(NUMBERS, (NumberField, number)),
            **dict.fromkeys(TEXTS, (TextField, text)),
            ("fields", "seq"): (Whence, integer),
            **{("plough", part): (PloughPart, SCALAR) for part in PLOUGH_PARTS},
        }
        found: dict[Keys, Any] = {}
        for keys, (table, value_type) in wanted.items():
            whence: Any = file
            for key in keys:
                whence = getattr(whence, key)
            if whence is not None:
                found[keys] = table(path=whence) if isinstance(whence, str) else whence
                self.sources.plan(keys, found[keys], value_type)
        found |= plan_actions(file.actions, self.sources)
        read = [(keys, text) for keys, one in found.items() for text in (one.path, one.header)]
        for keys, text in [(("items",), file.items), *read]:
            if text is not None:
                refuse_personal(keys, text, file.personal)
        return found

    def _number(self, keys: Keys) -> Numbers:
        field: NumberField = self.whences[keys]
        source = self.sources.source(field)
        factor, name = self._factor(keys, field), keys[-1]
        bounds = BOUNDS.get(name)

        def read(batch: Items, checks: Checks) -> FloatColumn:
            column = number_column(source, batch, checks, loose=self.file.loose_types)
            if field.not_known:
                column[np.isin(column, field.not_known)] = np.nan
            if factor != 1:
                with np.errstate(over="ignore"):
                    column *= factor
            if bounds is not None:
                outside = (column < bounds[0]) | (column > bounds[1])
                expected = f"expected {name} of {bounds[0]:g} to {bounds[1]:g}"
                checks.refuse(outside, Reason.OUT_OF_RANGE, source.text, expected)
                column[outside] = np.nan
            return column

        return read

    @staticmethod
    def _factor(keys: Keys, field: NumberField) -> float:
        if field.unit is None:
            return 1.0 if field.factor is None else field.factor
        units = UNITS.get(keys[-1], {})
        if field.factor is not None:
            raise MappingFault([*keys, "factor"], "unit and factor say the same thing: write one")
        if field.unit not in units:
            known = ", ".join(units) or "none: write a factor"
            raise MappingFault([*keys, "unit"], f"unknown unit {field.unit!r}; there are {known}")
        return units[field.unit]

    def _text(self, keys: Keys, least: int, most: int = TEXT_CHARS) -> Texts:
        source, loose = self.sources.source(self.whences[keys]), self.file.loose_types
        return lambda batch, checks: text_list(source, batch, checks, (least, most), loose=loose)

    def _integers(self, keys: Keys) -> Callable[[Items, Checks], IntColumn] | None:
        if keys not in self.whences:
            return None
        source, loose = self.sources.source(self.whences[keys]), self.file.loose_types
        return lambda batch, checks: integers(source, batch, checks, loose=loose)

    def _place(self) -> Callable[[Items, Checks], tuple[FloatColumn, FloatColumn]]:
        axes = [("position", "x"), ("position", "y")]
        x, y = (self._number(keys) for keys in axes)
        names = [self.sources.source(self.whences[keys]).text or keys[-1] for keys in axes]
        scaled = any(self._factor(keys, self.whences[keys]) != 1 for keys in axes)
        epsg = self.file.position.epsg

        def read(batch: Items, checks: Checks) -> tuple[FloatColumn, FloatColumn]:
            lon, lat = place.wgs84(x(batch, checks), y(batch, checks), epsg, (names[0], names[1]), checks)
            return (np.round(lon, DEGREE_DECIMALS), np.round(lat, DEGREE_DECIMALS)) if scaled else (lon, lat)

        return read

    def _plough(self) -> Callable[[Items, Checks], tuple[IntColumn, IntColumn]]:
        parts = []
        for name, bit in PLOUGH_PARTS.items():
            if ("plough", name) not in self.whences:
                continue
            part: PloughPart = self.whences["plough", name]
            if both := [value for value in part.down if value in part.up]:
                raise MappingFault(["plough", name], f"{both[0]!r} is both down and up")
            meaning = [*((value, 0) for value in part.up), *((value, 1) for value in part.down)]
            parts.append((self.sources.source(part), bit, meaning))

        def read(batch: Items, checks: Checks) -> tuple[IntColumn, IntColumn]:
            known, down = np.zeros(len(batch.items), np.int64), np.zeros(len(batch.items), np.int64)
            for source, bit, meaning in parts:
                states = state_column(source, batch, meaning)
                unexpected = "expected one of the values for down and up in the mapping"
                checks.refuse(states == OTHER_STATE, Reason.OUT_OF_RANGE, source.text, unexpected)
                known[states >= 0] |= bit
                down[states == 1] |= bit
            return known, down

        return read
