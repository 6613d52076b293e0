"""The table of docs/metrics.md, and the metrics that an expression of PromQL uses."""

import re
from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"


class Metric(NamedTuple):
    name: str
    type: str
    labels: frozenset[str]


def documented() -> dict[Metric, set[str]]:
    """Each metric of the table, and the questions it answers."""
    text = DOCUMENT.read_text(encoding="utf-8").replace("| |", "|  |")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*?) \| .+? \| (.*?) ?\|$", text, re.MULTILINE)
    return {
        Metric(name, kind, frozenset(re.findall(r"`(\w+)`", labels))): set(re.findall(r"\w+", answers))
        for name, kind, labels, answers in rows
    }


def series() -> dict[str, frozenset[str]]:
    """Each name that a sample may have, and its labels."""
    found = {"up": frozenset({"job", "instance"})}
    for metric in documented():
        if metric.type == "histogram":
            found |= {f"{metric.name}_{part}": metric.labels for part in ("count", "sum")}
            found[f"{metric.name}_bucket"] = metric.labels | {"le"}
        else:
            found[metric.name] = metric.labels
    return found


def used(expression: str) -> set[str]:
    """The metrics of an expression, each a name of ours or `up`."""
    return set(re.findall(r"\b(?:vinterkoll_\w+|up)\b", expression))


def labels_used(expression: str) -> set[str]:
    """The labels that an expression groups or chooses by."""
    found = set(re.findall(r'(\w+)\s*[=!]~?\s*"', expression))
    for names in re.findall(r"\bby \(([^)]*)\)", expression):
        found |= set(re.findall(r"\w+", names))
    return found
