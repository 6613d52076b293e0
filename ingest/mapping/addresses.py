"""Whose message it is: the contractor from the topic or the mapping, the vehicle from topic and message alike."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from vinterkoll.ingest.formats.mip_message import VEHICLE_CHARS
from vinterkoll.ingest.formats.problems import Problem
from vinterkoll.ingest.remembering import remembered
from vinterkoll.processing.observations import DeviceKey
from vinterkoll.processing.rejects import Reason

PROFILE_TOPICS: Final = ("mip/v1/{contractor}/{vehicle}/position", "mip/v1/{contractor}/positions")
"""Where a mapping that names neither topics nor a contractor listens: as the profile does."""

HTTP_TOPIC: Final = "mapping/v1/{contractor}/+"
"""What came by HTTP stands here under its key's owner. It goes before a file's own templates: none may read it otherwise."""

_ADDRESSES_REMEMBERED: Final = 65_536
_CONTRACTOR: Final = "{contractor}"
_VEHICLE: Final = "{vehicle}"


class Address(NamedTuple):
    """What a topic says: whose message, and of which vehicle if it names one."""

    contractor: str
    vehicle: str | None


def check_topic(template: str) -> None:
    """Raise ValueError for a `template` that is none: levels are texts, `+`, `{contractor}` or `{vehicle}`."""
    for level in template.split("/"):
        if ("{" in level or "}" in level) and level not in (_CONTRACTOR, _VEHICLE):
            raise ValueError(f"the level {level!r} of the topic is neither {_CONTRACTOR} nor {_VEHICLE}")
        if "#" in level or ("+" in level and level != "+") or "\0" in level:
            raise ValueError(f"the level {level!r} of the topic is not text, +, {_CONTRACTOR} or {_VEHICLE}")
    if template.count(_CONTRACTOR) > 1 or template.count(_VEHICLE) > 1:
        raise ValueError(f"the topic {template!r} names a level twice")


class Addresses:
    """Finds the address of a topic: by the `templates` of a mapping, whose constant `contractor` may stand for a level."""

    def __init__(self, contractor: str | None, templates: Sequence[str]) -> None:
        self._contractor = contractor
        self._expected = " or ".join(templates or PROFILE_TOPICS)
        self._listened = [template.split("/") for template in (HTTP_TOPIC, *templates, *PROFILE_TOPICS)]
        self.of = remembered(self._of)

    def owner(self, topic: str) -> str:
        """Return who sends on `topic`, also where that is not whose messages these may be; empty for nobody."""
        owner = self._names(topic).get(_CONTRACTOR, self._contractor or "")
        return owner if len(owner) <= VEHICLE_CHARS else ""

    def _of(self, topic: str) -> Address:
        """Return the `Address` of `topic`.

        Raises
        ------
        Problem
            Where there is none, or the topic names another contractor than the mapping does.
        """
        found = self._names(topic)
        owner = found.get(_CONTRACTOR, self._contractor)
        if owner is None or any(len(name) > VEHICLE_CHARS for name in found.values()):
            raise Problem(Reason.UNKNOWN_TOPIC, "", f"expected {self._expected}")
        if self._contractor is not None and owner != self._contractor:
            detail = f"expected the contractor {self._contractor!r} in the topic"
            raise Problem(Reason.TOPIC_MISMATCH, "", detail)
        return Address(owner, found.get(_VEHICLE))

    def _names(self, topic: str) -> dict[str, str]:
        return {} if "\0" in topic else _placed(topic.split("/"), self._listened)


def _placed(topic: Sequence[str], templates: Sequence[Sequence[str]]) -> dict[str, str]:
    for template in templates:
        if len(template) == len(topic) and all(
            wanted in ("+", level) or (level and wanted in (_CONTRACTOR, _VEHICLE))
            for wanted, level in zip(template, topic, strict=True)
        ):
            pairs = zip(template, topic, strict=True)
            return {wanted: level for wanted, level in pairs if wanted in (_CONTRACTOR, _VEHICLE)}
    return {}


class Devices(dict[tuple[Address, str | None], DeviceKey]):
    """The vehicle as topic and message name it: at least one of them, and both alike. Looked up once, remembered."""

    def __init__(self, prefix: str, field: str) -> None:
        super().__init__()
        self._prefix, self._field = prefix, field

    def __missing__(self, key: tuple[Address, str | None]) -> DeviceKey:
        if len(self) >= _ADDRESSES_REMEMBERED:
            self.clear()
        self[key] = found = self._named(*key)
        return found

    def _named(self, address: Address, vehicle: str | None) -> DeviceKey:
        name = vehicle if address.vehicle is None else address.vehicle
        if name is None:
            raise Problem(Reason.MISSING_FIELD, self._field, "neither topic nor message names the vehicle")
        if vehicle is not None and vehicle != name:
            detail = f"expected {name!r}, as in the topic, got {vehicle!r}"
            raise Problem(Reason.TOPIC_MISMATCH, self._field, detail)
        if len(self._prefix) + len(name) > VEHICLE_CHARS:
            detail = f"expected a name of at most {VEHICLE_CHARS} characters"
            raise Problem(Reason.OUT_OF_RANGE, self._field, detail)
        return DeviceKey("position", address.contractor, self._prefix + name)
