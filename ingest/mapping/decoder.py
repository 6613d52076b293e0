"""A compiled mapping: a supplier's messages in, positions and rejects out, as any other format."""

import contextlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from vinterkoll.ingest.blanking import blanking
from vinterkoll.ingest.formats.columns import Checks, new_rows, texts
from vinterkoll.ingest.formats.problems import Problem, in_order
from vinterkoll.ingest.mapping.action_names import masks_of
from vinterkoll.ingest.mapping.addresses import Address, Addresses, Devices
from vinterkoll.ingest.mapping.opening import Opening
from vinterkoll.ingest.mapping.paths import Key
from vinterkoll.ingest.mapping.plan import NUMBERS, TEXTS, Plan
from vinterkoll.ingest.mapping.sources import Items
from vinterkoll.ingest.mapping.values import each
from vinterkoll.ingest.message import Decoded, Message
from vinterkoll.processing.observations import DeviceKey, Rows
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reject

FULL_TURN_DEG: Final = 360

_NOBODY: Final = DeviceKey("position", "", "")


class MappedFormat:
    """Decodes one supplier's dialect. `decode` is a `Decoder`.

    `owner` tells who sends on a topic; `without_personal` blanks a message's personal data.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._opening = Opening(plan.sources, plan.file.items or "")
        known = Addresses(plan.file.contractor, plan.file.topics)
        self._address, self.owner = known.of, known.owner
        self.without_personal = blanking(plan.file.personal)
        self._devices_known = Devices(plan.file.vehicle_prefix, plan.vehicle_text)

    def meaning(self, text: str) -> int | None:
        """Return the mask of a name of an action, None where this mapping does not know it."""
        try:
            mask, unknown = masks_of(self.plan.file.actions, "")((text,))
        except Problem:  # longer than the profile's names: another format's
            return None
        return None if unknown else mask

    @property
    def wrapper(self) -> tuple[str, ...]:
        """The members that lead to the array of items; empty where the message is the item, or an array of them."""
        return tuple(step.name for step in self.plan.sources.items or () if isinstance(step, Key))

    def decode(self, messages: Sequence[Message]) -> Decoded:
        """Return the positions of `messages` as columns, and the rejects of all other items."""
        singles = self._opening.open_singles([message.payload for message in messages])
        if singles and None not in singles:
            with contextlib.suppress(Problem):  # a topic that names nobody: one by one, below
                senders = [self._address(message.topic) for message in messages]
                rows, refused = self._columns(
                    Items(singles, []), senders, list(range(len(singles))), [0] * len(singles)
                )
                return Decoded("position", rows, refused)
        return self._decoded_each(messages, singles)

    def _decoded_each(self, messages: Sequence[Message], singles: list[Any]) -> Decoded:
        batch = Items([], [])
        origins: list[int] = []
        places: list[int] = []
        senders: list[Address] = []
        rejects: list[Reject] = []
        for origin, (message, single) in enumerate(zip(messages, singles, strict=True)):
            try:
                sender = self._address(message.topic)
            except Problem as problem:
                rejects.append(problem.reject(origin, WHOLE_MESSAGE))
                continue
            if single is not None:
                batch.items.append(single)
                origins.append(origin)
                places.append(0)
                senders.append(sender)
                continue
            head, items, found, problems = self._opening.open(message.payload)
            batch.items.extend(items)
            batch.heads.extend([head] * len(items))
            origins.extend([origin] * len(items))
            places.extend(found)
            senders.extend([sender] * len(items))
            rejects.extend(problem.reject(origin, item) for item, problem in problems)
        rows, refused = self._columns(batch, senders, origins, places)
        return Decoded("position", rows, in_order(rejects + refused))

    def _columns(
        self, batch: Items, senders: list[Address], origins: list[int], places: list[int]
    ) -> tuple[Rows, list[Reject]]:
        checks, plan = Checks(len(origins)), self.plan
        rows = new_rows("position", origins, places, self._devices(batch, senders, checks))
        rows["time_us"] = plan.time(batch, checks)
        rows["lon"], rows["lat"] = plan.place(batch, checks)
        for name in NUMBERS.values():
            rows[name] = plan.numbers[name](batch, checks) if name in plan.numbers else np.nan
        for name in TEXTS.values():
            rows[name] = texts(plan.texts[name](batch, checks)) if name in plan.texts else ""
        if plan.seq is not None:
            rows["seq"] = plan.seq(batch, checks)
        rows["heading_deg"][rows["heading_deg"] >= FULL_TURN_DEG] = 0
        rows["actions"], rows["unknown_actions"] = plan.actions(batch, checks)
        rows["plough_known"], rows["plough_down"] = plan.plough(batch, checks)
        return checks.split(rows)

    def _devices(self, batch: Items, senders: list[Address], checks: Checks) -> list[DeviceKey]:
        read = self.plan.vehicle
        vehicles = [None] * len(senders) if read is None else read(batch, checks)
        try:
            return list(map(self._devices_known.__getitem__, zip(senders, vehicles, strict=True)))
        except Problem:
            named = [((sender, vehicle),) for sender, vehicle in zip(senders, vehicles, strict=True)]
            return each(self._devices_known.__getitem__, named, _NOBODY, checks)
