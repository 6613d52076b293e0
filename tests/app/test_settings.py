"""docs/settings.md lists every setting with its default; a value that does not fit is one line and exit code 2."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vinterkoll.app.settings import Settings

DOCUMENT = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `VINTERKOLL_(\w+)` \| (.+?) \|", DOCUMENT, re.MULTILINE))
DEFAULTS: dict[str, Any] = Settings.model_construct().model_dump()
SECRET = "hidden"


def test_every_setting_is_in_the_document_and_nothing_else() -> None:
    assert {name.lower() for name in ROWS} == Settings.model_fields.keys()


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - {"mqtt_topics"}))
def test_defaults_are_those_of_the_document(name: str) -> None:
    default = DEFAULTS[name]
    text = str(getattr(default, "get_secret_value", lambda: default)())
    shown = ROWS[name.upper()].strip("`")
    if isinstance(default, bool | int | float | tuple):
        assert json.loads(shown) == (list(default) if isinstance(default, tuple) else default)
    else:
        assert shown == (text or "(empty)")


def test_the_default_topics_are_those_of_the_document() -> None:
    block = re.search(r"```json\n(.+?)```", DOCUMENT, re.DOTALL)
    assert block
    assert json.loads(block[1]) == DEFAULTS["mqtt_topics"]


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vinterkoll.app.cli", "migrate"],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("VINTERKOLL_DATABASE_URL", f"postgresql://user:{SECRET}@[::1/vinterkoll"),
        ("VINTERKOLL_INGEST_DATABASE_URL", f"postgresql://user:{SECRET}@[::1/vinterkoll"),
        ("VINTERKOLL_HTTP_ITEMS_MAX", "5001"),
        ("VINTERKOLL_BATCH_ROWS", SECRET),
        ("VINTERKOLL_BATCH_ROWS", "0"),
        ("VINTERKOLL_MQTT_RECEIVE_MAXIMUM", "65536"),
        ("VINTERKOLL_MQTT_TOPICS", f'["{SECRET}"]'),
        ("VINTERKOLL_MQTT_TOPICS", f'{{"{SECRET}'),
        ("VINTERKOLL_AREA_LON_LAT", f'[10, 55, 24.5, "{SECRET}"]'),
        ("VINTERKOLL_AREA_LON_LAT", "10 55 24.5 69.5"),
        ("VINTERKOLL_AREA_LON_LAT", "[24.5, 55, 10, 69.5]"),
        ("VINTERKOLL_RAW_DAYS", "1"),
        ("VINTERKOLL_HISTORY_DAYS", "30"),
        ("VINTERKOLL_FUTURE_MAX_S", "nan"),
        ("VINTERKOLL_MQTT_PORT", "0"),
        ("VINTERKOLL_API_HOST", "0.0.0.0"),
        ("VINTERKOLL_API_PORT", "65536"),
        ("VINTERKOLL_LOG_LEVEL", SECRET),
        ("VINTERKOLL_WORKER", "http"),
    ],
)
def test_a_value_that_does_not_fit_is_named_but_not_repeated(variable: str, value: str) -> None:
    done = run(**{variable: value})
    assert done.returncode == 2
    assert done.stdout == ""
    said = done.stderr.strip()
    assert "\n" not in said
    assert variable in said
    assert value not in said
    assert SECRET not in said


def test_two_faults_are_named_at_once() -> None:
    done = run(VINTERKOLL_BATCH_MS="soon", VINTERKOLL_API_PORT="http")
    assert done.returncode == 2
    assert "VINTERKOLL_BATCH_MS" in done.stderr
    assert "VINTERKOLL_API_PORT" in done.stderr
