"""Entities that name their attributes in other ways, or hold several instances of one, to the plain form.

Names given as URLs (`https://smartdatamodels.org/…/intensity`), JSON-LD's expanded form (`@id`, `@value`, `hasValue`,
lists of one) and `laneID` become the model's short names; where a short name was sent too, it counts. Of an attribute
with several instances (`datasetId`) the one without is the default and counts; named instances alone count as not sent.
"""

import re
from typing import Any, Final

import msgspec

_URL_NAME: Final = re.compile(rb'"https?://[^"]*"\s*:')
_NAMES: Final = {
    "@id": "id",
    "@type": "type",
    "laneID": "laneId",
    "hasValue": "value",
    "hasObject": "object",
}
_NOT_SENT: Final = object()


def is_expanded(payload: bytes) -> bool:
    """Tell, fast, whether `payload` may hold an entity that is not in the plain form.

    >>> is_expanded(b'{"laneID": 1}'), is_expanded(b'{"@context": ["https://uri.etsi.org/x"]}')
    (True, False)
    """
    if b"laneID" in payload or b"datasetId" in payload or b'"@id"' in payload:
        return True
    return b"://" in payload and _URL_NAME.search(payload) is not None


def plain(raw: bytes) -> bytes:
    """Return the entity `raw` in the plain form; raise one of `problems.FAILURES` when it is not JSON.

    >>> plain(b'{"@id": "a", "https://smartdatamodels.org/intensity": [{"value": 7}, {"value": 1, "datasetId": "b"}]}')
    b'{"id":"a","intensity":{"value":7}}'
    """
    entity = msgspec.json.decode(raw)
    if not isinstance(entity, dict):
        return raw
    attributes: dict[str, Any] = {}
    for name, value in sorted(entity.items(), key=lambda item: _short(item[0]) == item[0]):
        short = _short(name)
        chosen = value if short in {"id", "type"} else _default_instance(value)
        if chosen is not _NOT_SENT:
            attributes[short] = chosen
    return msgspec.json.encode(attributes)


def _short(name: str) -> str:
    tail = re.split("[/#]", name)[-1] if "://" in name else name
    return _NAMES.get(tail, tail)


def _default_instance(value: Any) -> Any:
    """The instance that counts. More than one default is no valid attribute: left as a list, it is refused later."""
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        default = [one for one in value if not _is_named(one)]
        if len(default) > 1:
            return value
        value = default[0] if default else _NOT_SENT
    elif isinstance(value, dict) and _is_named(value):
        return _NOT_SENT
    return value if value is _NOT_SENT else _compact(value)


def _is_named(instance: dict[str, Any]) -> bool:
    """`@none` is NGSI-LD's own name of the default instance."""
    return any(
        _short(name) == "datasetId" and _compact(dataset) not in (None, "@none")
        for name, dataset in instance.items()
    )


def _compact(value: Any) -> Any:
    """Undo JSON-LD's expansion: value objects, lists of one object, and names as URLs."""
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict):
            return _compact(value[0])
        return [_compact(part) for part in value]
    if not isinstance(value, dict):
        return value
    for wrapper in ("@value", "@list"):
        if wrapper in value:
            return _compact(value[wrapper])
    if value.keys() == {"@id"}:
        return value["@id"]
    return {
        _short(name): _type_name(part) if _short(name) == "type" else _compact(part)
        for name, part in value.items()
    }


def _type_name(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return _short(value) if isinstance(value, str) else value
