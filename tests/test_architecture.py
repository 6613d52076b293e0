"""What DESIGN promises about the shape: import directions, the list of packages, links for the type checkers."""

import ast
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("api", "app", "ingest", "processing", "simulators", "storage")

MAY_IMPORT = {
    "ingest": {"ingest", "processing"},
    "processing": {"processing"},
    "storage": {"storage", "processing"},
    "api": {"api", "storage", "processing"},
    "simulators": {"simulators", "processing.actions", "ingest.recording"},
    "app": set(FOLDERS),
}

PURE = {"numpy", "shapely", "pyproj"}
IMPURE_STDLIB = {"logging", "os", "time", "random", "socket", "subprocess", "threading", "io", "pathlib"}


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_import_direction(folder: str) -> None:
    for file in modules(folder):
        for name in imported(file):
            if name.startswith("vinterkoll."):
                target = name.removeprefix("vinterkoll.")
                allowed = any(target == one or target.startswith(f"{one}.") for one in MAY_IMPORT[folder])
                partial = any(one.startswith(f"{target}.") for one in MAY_IMPORT[folder])
                assert allowed or partial, f"{file.relative_to(ROOT)} imports {name}"


def test_processing_is_pure() -> None:
    for file in modules("processing"):
        for name in imported(file):
            top = name.partition(".")[0]
            assert top in PURE | {"vinterkoll"} or top in sys.stdlib_module_names, (
                f"{file.name} imports {name}"
            )
            assert top not in IMPURE_STDLIB, f"{file.name} imports {name}"


def test_every_package_is_listed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    found = set()
    for folder in FOLDERS:
        for init in (ROOT / folder).rglob("__init__.py"):
            found.add("vinterkoll." + ".".join(init.parent.relative_to(ROOT).parts))
    assert listed == found


def test_type_checkers_links() -> None:
    assert {link.name for link in (ROOT / ".typing" / "vinterkoll").iterdir()} == set(FOLDERS)
    for folder in FOLDERS:
        assert (ROOT / ".typing" / "vinterkoll" / folder).resolve() == ROOT / folder


def test_tests_mirror_the_folders() -> None:
    for folder in FOLDERS:
        assert list((ROOT / "tests" / folder).glob("test_*.py")), f"tests/{folder} is empty"


def test_the_wheel_holds_everything(tmp_path: Path) -> None:
    """Built as an installer would build it, unpacked elsewhere, every module imported once."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
        names = set(archive.namelist())
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"vinterkoll/{file.relative_to(ROOT)}" in names, f"{file.name} is not in the wheel"
    wanted = [
        name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name in names
        if name.endswith(".py")
    ]
    code = (
        "import importlib, sys\n"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in repr(f).lower()]\n"
        f"sys.path.insert(0, {str(tmp_path / 'unpacked')!r})\n"
        f"for name in {sorted(wanted)!r}:\n"
        "    module = importlib.import_module(name)\n"
        f"    assert module.__file__.startswith({str(tmp_path)!r}), module.__file__\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr


def test_no_registry_host_and_no_machine_path_is_committed() -> None:
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in files.split("\0"):
        if name and (ROOT / name).is_file() and not (ROOT / name).is_symlink():
            text = (ROOT / name).read_bytes()
            for forbidden in (
                b"pypi" + b".org",
                b"registry." + b"npmjs",
                b"repo." + b"maven",
                os.fsencode(ROOT) + b"/",
            ):
                assert forbidden not in text, f"{name} names {forbidden.decode()}"
