"""compose.yaml, and what compose.kafka.yaml makes of it, as Compose reads them: files merged, `extends` followed."""

import re
from pathlib import Path
from typing import Any, Final

import msgspec

Service = dict[str, Any]

FOLDER: Final = Path(__file__).parents[2] / "compose"
FILES: Final = {name: FOLDER / name for name in ("compose.yaml", "compose.kafka.yaml")}
_REPLACED: Final = {"command", "entrypoint", "test"}
"""Lists that a later file replaces; it appends to all others."""


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = msgspec.yaml.decode(FILES[name].read_text(encoding="utf-8"))
    return content


def merged(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """Return what two files say together."""
    both = earlier | later
    for name in earlier.keys() & later.keys():
        if isinstance(earlier[name], dict):
            both[name] = merged(earlier[name], later[name])
        elif isinstance(earlier[name], list) and name not in _REPLACED:
            both[name] = earlier[name] + later[name]
    return both


def _extended(service: Service, others: dict[str, Service]) -> Service:
    if "extends" not in service:
        return service
    base = service["extends"]
    assert base["file"] == "compose.yaml"
    own = {name: value for name, value in service.items() if name != "extends"}
    return merged(others[base["service"]], own)


SERVICES: Final[dict[str, Service]] = read("compose.yaml")["services"]
WITH_KAFKA: Final[dict[str, Service]] = merged(
    SERVICES, {name: _extended(one, SERVICES) for name, one in read("compose.kafka.yaml")["services"].items()}
)
VOLUMES: Final = {name for file in FILES for name in read(file)["volumes"]}
EVERY: Final = SERVICES | {
    f"{name}, with Kafka": one for name, one in WITH_KAFKA.items() if one != SERVICES.get(name)
}
"""Each service in each form that it may take."""


def variables(*names: str) -> dict[str, str]:
    """Return each `${NAME…}` of the files, with what follows the name."""
    text = "".join(FILES[name].read_text(encoding="utf-8") for name in names)
    return dict(re.findall(r"\$\{(\w+)([^}]*)\}", text))


def interpolated(text: str, values: dict[str, str] | None = None) -> str:
    """As Compose reads it; every variable that has neither a value nor a default has its own name as value."""
    given = values or {}
    text = re.sub(
        r"\$\{(\w+)(?::-([^}]*))?(?::\?[^}]*)?\}",
        lambda found: given.get(found[1], found[2] or found[1]),
        text,
    )
    return text.replace("$$", "$")


def environment(service: Service, values: dict[str, str]) -> dict[str, str]:
    """Return the variables of a container of `service`, where .env says `values`."""
    return {name: interpolated(value, values) for name, value in service.get("environment", {}).items()}
