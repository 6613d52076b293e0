"""A network mapping: the TOML file that says what a network file's columns mean. Two are shipped, as examples too."""

from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
from msgspec import Struct

from vinterkoll.ingest.network.links import NetworkFileError
from vinterkoll.ingest.network.rules import Rule
from vinterkoll.processing.network import KINDS

Shipped = Literal["nvdb", "osm"]
"""The names of the mappings that come with the program."""

_ALLOWED: Final[dict[str, frozenset[str | int]]] = {
    "kind": frozenset(KINDS),
    "winter_class": frozenset(range(1, 6)),
    "passes_required": frozenset({1, 2}),
    "one_way": frozenset({1, -1, 0}),
}


class NetworkMapping(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What makes a segment of a feature. `layer`: a pattern of the layer's name, where a file may have several."""

    layer: str = "*"
    link: tuple[Rule, ...]
    kind: tuple[Rule, ...]
    winter_class: tuple[Rule, ...]
    passes_required: tuple[Rule, ...]
    name: tuple[Rule, ...] = ()
    one_way: tuple[Rule, ...] = ()
    leave_out: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        for attribute, allowed in _ALLOWED.items():
            for rule in getattr(self, attribute):
                if rule.is_ not in allowed:
                    choices = ", ".join(map(str, sorted(allowed, key=str)))
                    raise ValueError(f"{attribute}: `is` is one of {choices}, not {rule.is_!r}")


def read_mapping(content: bytes) -> NetworkMapping:
    """Read a mapping file.

    Raises
    ------
    NetworkFileError
        Naming the first value that does not fit.
    """
    try:
        parsed: Any = msgspec.toml.decode(content)
        return msgspec.convert(parsed, NetworkMapping)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise NetworkFileError(f"not a network mapping: {error}") from None


def shipped(name: Shipped) -> bytes:
    """Return the text of a shipped mapping."""
    return files(__package__).joinpath(f"{name}.toml").read_bytes()
