"""docs/doctor.md has each finding and its cure, and no finding is made that has none."""

import ast
import re
from pathlib import Path

from vinterkoll.app.doctor.cures import CURES

ROOT = Path(__file__).parents[2]


def test_the_table_is_the_codes() -> None:
    text = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    table = text.partition("## Findings")[2].partition("## ")[0]
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE)) == CURES


def test_each_finding_has_a_cure_and_each_cure_a_finding() -> None:
    made = set()
    for path in (ROOT / "app" / "doctor").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
                made |= {text for text in texts if re.fullmatch(r"[a-z]+(-[a-z]+)+", str(text))}
    assert made == CURES.keys()


def test_what_it_tells_to_read_is_there() -> None:
    for cure in CURES.values():
        for document in re.findall(r"docs/[\w-]+\.md", cure):
            assert (ROOT / document).exists()
