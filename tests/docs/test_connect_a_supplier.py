"""docs/connect-a-supplier.md, as it stands, on a demo: real mosquitto, PostgreSQL, Kafka, workers and API."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_process import start
from guide import Reader, steps_of
from kafka_server import KafkaServer
from processes import mentioning
from vinterkoll.app.children import free_port
from vinterkoll.app.embedded_postgres import EmbeddedPostgres

pytestmark = [pytest.mark.demo, pytest.mark.mosquitto, pytest.mark.kafka]

GUIDE = (Path(__file__).parents[2] / "docs" / "connect-a-supplier.md").read_text(encoding="utf-8")
DEMO, *REST = steps_of(GUIDE)
OTHER_API_PORT = "8081"
"""The guide's second API."""
KAFKA = "127.0.0.1:9092"


@pytest.fixture
def reader(tmp_path: Path, port: int) -> Iterator[Reader]:
    """In a folder like the repository's after the guide's first command."""
    assert DEMO.commands == "make demo\n"
    (tmp_path / ".venv").symlink_to(sys.prefix)
    demo = start(tmp_path / ".demo", port, "--hours", "0")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VINTERKOLL_")}
    reader = Reader(tmp_path, environment | {"TMPDIR": str(tmp_path)})
    try:
        yield reader
    finally:
        reader.close()
        demo.interrupt()
        EmbeddedPostgres(tmp_path / ".demo" / "postgres").remove()
    assert mentioning(str(tmp_path)) == []


def test_the_guide_leads_to_a_treated_street(reader: Reader, kafka: KafkaServer) -> None:
    kafka.create_topic_of_production("vinterkoll.messages")
    guide = GUIDE.replace(OTHER_API_PORT, str(free_port())).replace(KAFKA, kafka.address)
    assert guide.count(kafka.address) == 1
    for step in steps_of(guide)[1:]:
        reader.follow(step)
