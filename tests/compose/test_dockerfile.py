"""What compose/Dockerfile copies is there, is let through by .dockerignore, and is the whole project."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "compose" / "Dockerfile").read_text(encoding="utf-8").splitlines()
COPIED = {
    source
    for line in LINES
    if line.startswith("COPY ") and "--from" not in line
    for source in line.split()[1:-1]
}


def test_all_packages_are_copied() -> None:
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {source for source in COPIED if (ROOT / source).is_dir()}
    assert folders == set(setuptools["package-dir"].values())


def test_the_rest_is_what_pip_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    files = {source for source in COPIED if (ROOT / source).is_file()}
    assert files == {
        "pyproject.toml",
        "requirements/runtime.txt",
        project["readme"],
        *project["license-files"],
    }


def test_nothing_else_is_sent_to_the_builder() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == COPIED


def test_dependencies_are_installed_by_hash_and_the_project_without_any() -> None:
    installs = [line for line in LINES if "pip install" in line]
    assert installs == [
        "RUN pip install --require-hashes --requirement requirements/runtime.txt",
        "RUN pip install --no-deps --no-build-isolation .",
    ]


def test_it_is_built_on_a_pinned_version() -> None:
    bases = {line.split()[1] for line in LINES if line.startswith("FROM ")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", bases.pop())


def test_the_image_runs_the_command_as_nobody_in_particular() -> None:
    assert LINES[-1] == 'ENTRYPOINT ["vinterkoll"]'
    assert re.fullmatch(r"USER [1-9]\d{3,}:[1-9]\d{3,}", LINES[-2])
