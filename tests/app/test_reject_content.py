"""Whose a reject is, and what is kept of its bytes, also for a supplier's own topic and dialect."""

from collections.abc import Sequence

import pytest

from mappings import BARE
from vinterkoll.app.reject_content import content_by
from vinterkoll.ingest.mapping.reading import read_mapping
from vinterkoll.ingest.message import Message

LONG = "x" * 65
TOPICS = 'topics = ["bare/{contractor}/pos"]'


def dialect(*lines: str, topics: Sequence[str] = ()) -> str:
    """The dialect `BARE` with lines and topics of its own."""
    return "\n".join([*lines, BARE.replace(TOPICS, f"topics = {list(topics)}".replace("'", '"'))])


@pytest.mark.parametrize(
    ("mapping", "topic", "owner"),
    [
        (BARE, "bare/snow/pos", "snow"),
        (BARE, "mapping/v1/snow/bare", "snow"),
        (BARE, "mip/v1/snow/v1/position", "snow"),
        (BARE, "mip/v1/snow/who/knows/what", "snow"),
        (BARE, "elsewhere/snow/pos", ""),
        (BARE, f"bare/{LONG}/pos", ""),
        (dialect('contractor = "snow"'), "fleet/of/anybody", "snow"),
        (dialect('contractor = "snow"'), "mapping/v1/rain/bare", "rain"),
        (dialect('contractor = "snow"', topics=["fleet/{contractor}"]), "fleet/rain", "rain"),
        (dialect(topics=["{vehicle}/v1/{contractor}/x"]), "mapping/v1/rain/x", "rain"),
        (dialect(topics=["mapping/v1/{vehicle}/{contractor}"]), "mapping/v1/rain/x", "rain"),
        (None, "mip/v1/snow/v1/position", "snow"),
        (None, "harja/v1/snow/positions", "snow"),
        (None, f"mip/v1/{LONG}/v1/position", ""),
        (None, "mip/v1", ""),
        (None, "bare/snow/pos", ""),
        (None, "mip/v2/snow/position", ""),
        (None, "mip/all/snow/positions", ""),
        (None, "", ""),
    ],
)
def test_owners(mapping: str | None, topic: str, owner: str) -> None:
    mappings = {} if mapping is None else {"bare": read_mapping(mapping.encode())}
    assert content_by(mappings)("bare", Message(topic, b"", 0)).owner == owner


@pytest.mark.parametrize(
    ("lines", "name", "kept"),
    [
        ((), "bare", b'{"operator": "", "driver": {"name": "Anna"}, "driv'),
        (('personal = ["operator", "driver"]',), "bare", b'{"operator": "", "driver": "", "driv'),
        (('personal = ["driver"]',), "bare", b'{"operator": "Norrplog", "driver": "", "driv'),
        (('personal = ["driver"]',), "mip", b'{"operator": "", "driver": {"name": "Anna"}, "driv'),
        (('personal = ["driver"]',), "", b'{"operator": "", "driver": {"name": "Anna"}, "driv'),
    ],
)
def test_personal_members(lines: Sequence[str], name: str, kept: bytes) -> None:
    content = content_by({"bare": read_mapping(dialect(*lines).encode())})
    sent = b'{"operator": "Norrplog", "driver": {"name": "Anna"}, "driv'
    assert content(name, Message("t", sent, 0)).payload == kept
