"""What is logged: lines that a machine reads, without secrets and without what a message said."""

import logging
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from kafka_records import create_topic, produce
from kafka_server import PASSWORD, USER, KafkaServer
from kafka_worker import environment, prepared, wait_for
from position_messages import position
from vinterkoll.app.logs import JsonLines, TextLines, told
from vinterkoll.ingest.message import Message

OPERATOR = "Anna Andersson"


def failed() -> logging.LogRecord:
    """The record of an exception whose words, and those of the one behind it, repeat a message."""
    try:
        try:
            dict[str, int]()[OPERATOR]
        except KeyError as error:
            raise ValueError(f"no {OPERATOR}") from error
    except ValueError as error:
        caught = error
    args = (type(caught), caught, caught.__traceback__)
    return logging.LogRecord("vinterkoll.app", logging.ERROR, __file__, 1, "it %s", ("failed",), args)


def test_an_exception_is_told_without_its_words() -> None:
    text, line = TextLines().format(failed()), JsonLines().format(failed())
    assert OPERATOR not in text + line
    assert "vinterkoll.app: it failed" in text
    assert text.splitlines()[-1] == "ValueError"
    found = orjson.loads(line)
    assert (found["level"], found["message"], found["exception"][-1]) == ("ERROR", "it failed", "ValueError")
    assert found["exception"].index("KeyError") < found["exception"].index("then:")
    assert any(one.startswith(f"{__file__}:") and one.endswith(" in failed") for one in found["exception"])


def test_what_was_suppressed_is_not_told() -> None:
    error = ValueError(OPERATOR)
    error.__context__ = KeyError(OPERATOR)
    assert told(error) == ["KeyError", "then:", "ValueError"]
    error.__suppress_context__ = True
    assert told(error) == ["ValueError"]


def test_what_ends_a_process_is_told_the_same_way() -> None:
    code = f"from vinterkoll.app import logs; logs.begin('INFO', 'json'); raise ValueError('{OPERATOR}')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    [line] = done.stderr.splitlines()
    assert done.returncode == 1
    assert orjson.loads(line)["exception"][-1] == "ValueError"
    assert OPERATOR not in line


@pytest.mark.postgres
@pytest.mark.kafka
@pytest.mark.parametrize("form", ["json", "text"])
def test_at_debug_neither_password_nor_operator(
    form: str, kafka: KafkaServer, empty_database_url: str, tmp_path: Path
) -> None:
    """A worker that logs in at Kafka, and meets a position, one that cannot be read, and no JSON, all with a name."""
    topic = f"log-{form}"
    create_topic(kafka, topic, 1)
    good = position(0, operator=OPERATOR)
    bad = [b'{"operator": "%b", "lon": "x"}' % OPERATOR.encode(), b"{" + OPERATOR.encode()]
    sent = [good, *(Message(good.topic, one, good.received_us) for one in bad)]
    produce(kafka, topic, sent)
    prepared(empty_database_url, tmp_path)
    own = environment(kafka, empty_database_url, topic, topic) | {
        "VINTERKOLL_KAFKA_BOOTSTRAP_SERVERS": kafka.secure_address,
        "VINTERKOLL_KAFKA_TLS": "true",
        "VINTERKOLL_KAFKA_CA_FILE": str(kafka.ca_file),
        "VINTERKOLL_KAFKA_USER": USER,
        "VINTERKOLL_KAFKA_PASSWORD": PASSWORD,
        "VINTERKOLL_LOG_LEVEL": "DEBUG",
        "VINTERKOLL_LOG_FORMAT": form,
    }
    command = [sys.executable, "-m", "vinterkoll.app.cli", "ingest", "--source", "kafka"]
    with subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True) as worker:
        wait_for(empty_database_url, topic, len(sent))
        worker.terminate()
        _, said = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert "stopped after 3 messages" in said
    secret = empty_database_url.partition("@")[0].rpartition(":")[2]
    for hidden in (OPERATOR, "Andersson", PASSWORD, secret):
        assert hidden not in said
    if form == "json":
        levels = {orjson.loads(line)["level"] for line in said.splitlines()}
        assert "INFO" in levels
