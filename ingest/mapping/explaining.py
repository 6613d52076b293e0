"""What a mapping makes of a sample, place by place, for the one who writes the mapping."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson

from vinterkoll.ingest.mapping.addresses import PROFILE_TOPICS
from vinterkoll.ingest.mapping.decoder import MappedFormat
from vinterkoll.ingest.mapping.paths import raw_values
from vinterkoll.ingest.mapping.plan import NUMBERS, TEXTS
from vinterkoll.ingest.mapping.sources import Source
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import codes_of
from vinterkoll.processing.observations import PLOUGH_PARTS
from vinterkoll.processing.rejects import WHOLE_MESSAGE, Reject

NOTHING: Final = "–"
_RAW_CHARS: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one item: where it is read, what stands there, what it becomes."""

    field: str
    place: str
    raw: str
    result: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One item, or the message as a whole, with its reject if it is one."""

    item: int
    lines: list[Line]
    reject: Reject | None


def explain(mapped: MappedFormat, payload: bytes, topic: str | None = None) -> list[Explained]:
    """Return what `mapped` makes of each item of `payload`, as if it had come on `topic`."""
    sources = mapped.plan.places()
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        document = None
    items = _items(mapped, document)
    topic = topic or _sample_topic(mapped, items, document, sources)
    decoded = mapped.decode([Message(topic, payload, 0)])
    rejects = {reject.item: reject for reject in decoded.rejects}
    rows = dict(zip(decoded.rows["item"].tolist(), decoded.rows, strict=True))
    if WHOLE_MESSAGE in rejects:
        return [Explained(WHOLE_MESSAGE, [], rejects[WHOLE_MESSAGE])]
    return [
        Explained(at, _lines(sources, mapped, (item, document), rows.get(at)), rejects.get(at))
        for at, item in enumerate(items)
    ]


def unmapped(mapped: MappedFormat) -> list[str]:
    """Return the fields of the profile that the mapping leaves out."""
    everything = [("fields", "vehicle"), *NUMBERS, *TEXTS, *(("plough", part) for part in PLOUGH_PARTS)]
    return [_name(keys) for keys in everything if keys not in mapped.plan.whences]


def _items(mapped: MappedFormat, document: Any) -> list[Any]:
    path = mapped.plan.sources.items
    if path is None:
        return document if isinstance(document, list) else [document]
    found = raw_values(document, path)
    return found[0] if found and isinstance(found[0], list) else []


def _sample_topic(
    mapped: MappedFormat, items: list[Any], document: Any, sources: dict[tuple[str, ...], Source]
) -> str:
    """The mapping's topic without a vehicle if there is one, else with the sample's."""
    templates = sorted(mapped.plan.file.topics or PROFILE_TOPICS, key=lambda one: "{vehicle}" in one)
    source = sources.get(("fields", "vehicle"))
    names = [] if source is None or not items else _raw(source, (items[0], document))
    vehicle = str(names[0]) if names and str(names[0]) else "vehicle"
    contractor = mapped.plan.file.contractor or "contractor"
    topic = templates[0].replace("{contractor}", contractor).replace("{vehicle}", vehicle)
    return topic.replace("+", "any")


def _raw(source: Source, around: tuple[Any, Any]) -> list[Any]:
    item, document = around
    found = [] if source.path is None else raw_values(item, source.path)
    if source.header is not None and not [one for one in found if one is not None]:
        found = raw_values(document, source.header)
    return found if source.path or source.header else [source.value]


def _lines(
    sources: dict[tuple[str, ...], Source], mapped: MappedFormat, around: tuple[Any, Any], row: Any
) -> list[Line]:
    lines = []
    for keys, source in sources.items():
        raw = _raw(source, around)
        place = source.text or "(constant)"
        if source.path is None and source.header is not None:
            place = f"(message) {place}"
        text = ", ".join(orjson.dumps(one).decode() for one in raw) if raw else "missing"
        shown = text if len(text) <= _RAW_CHARS else text[: _RAW_CHARS - 1] + "…"
        result = NOTHING if row is None else _result(keys, row, mapped)
        lines.append(Line(_name(keys), place, shown, result))
    return lines


def _name(keys: Sequence[str]) -> str:
    return ".".join(keys[1:] if keys[0] == "fields" else keys)


def _result(keys: tuple[str, ...], row: Any, mapped: MappedFormat) -> str:
    if keys in TEXTS:
        return row[TEXTS[keys]] or NOTHING
    if keys in NUMBERS:
        number = float(row[NUMBERS[keys]])
        return NOTHING if np.isnan(number) else f"{number:g}"
    if keys[0] == "actions":
        return _actions(keys, row, mapped)
    if keys[0] == "plough":
        bit = PLOUGH_PARTS[keys[1]]
        return NOTHING if not row["plough_known"] & bit else "DOWN" if row["plough_down"] & bit else "UP"
    return _HEAD_RESULTS[keys](row)


_HEAD_RESULTS: Final[dict[tuple[str, ...], Callable[[Any], str]]] = {
    ("time",): lambda row: str(np.datetime64(int(row["time_us"]), "us")) + "Z",
    ("position", "x"): lambda row: f"{row['lon']:.7f} lon",
    ("position", "y"): lambda row: f"{row['lat']:.7f} lat",
    ("fields", "vehicle"): lambda row: str(row["device"].name),
    ("fields", "seq"): lambda row: str(row["seq"]),
}


def _actions(keys: tuple[str, ...], row: Any, mapped: MappedFormat) -> str:
    performed = codes_of(int(row["actions"]))
    if len(keys) > 1:
        codes = mapped.plan.file.actions.flags[int(keys[2])].codes
        wanted = [codes] if isinstance(codes, str) else codes
        return ", ".join(code for code in performed if code in wanted) or "off"
    unknown = row["unknown_actions"].split("\n") if row["unknown_actions"] else []
    return ", ".join([*performed, *(f"unknown: {text}" for text in unknown)]) or "none: transit"
