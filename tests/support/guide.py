"""A guide of docs/ as a reader goes through it: its commands in one shell, one block after the other."""

import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_DONE: Final = "this block is done"
_PATIENCE_S: Final = 30.0
_AGAIN_S: Final = 0.2


@dataclass(frozen=True)
class Step:
    """A block of commands, and the output that the guide shows below it, if any."""

    commands: str
    shown: str | None


def steps_of(guide: str) -> list[Step]:
    blocks = _BLOCK.findall(guide)
    following = [*blocks[1:], ("sh", "")]
    return [
        Step(content, None if language == "sh" else output)
        for (kind, content), (language, output) in zip(blocks, following, strict=True)
        if kind == "sh"
    ]


def section_of(guide: str, heading: str) -> str:
    """What stands below a heading, up to the next one of whatever kind."""
    found = re.search(rf"^{re.escape(heading)}$\n(.*?)(?=^##|\Z)", guide, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


class Reader:
    """A shell that does what the guide says; a command that fails ends it."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self._said = (directory / "said").open("w+", encoding="utf-8")
        self._block = directory / "block.sh"
        self._shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eu", "-o", "pipefail"],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )

    def follow(self, step: Step) -> None:
        """Run the commands; where an output is shown, until it is the output, since what was sent takes a moment."""
        deadline = time.monotonic() + _PATIENCE_S
        seen = self._run(step.commands)
        while step.shown is not None and _timeless(seen) != _timeless(step.shown):
            assert time.monotonic() < deadline, f"{step.commands}\nshows\n{seen}\nand not\n{step.shown}"
            time.sleep(_AGAIN_S)
            seen = self._run(step.commands)

    def close(self) -> None:
        """End the shell, after what it has started in the background."""
        if self._shell.poll() is None:
            self._run("kill $(jobs -p) 2> /dev/null && wait || true")
        self._shell.communicate()
        self._said.close()

    def _run(self, commands: str) -> str:
        assert self._shell.stdin
        self._block.write_text(commands, encoding="utf-8")
        self._shell.stdin.write(f". {self._block} < /dev/null\necho; echo {_DONE}\n")
        self._shell.stdin.flush()
        return "".join(self._lines(commands)).removesuffix("\n")

    def _lines(self, commands: str) -> Iterator[str]:
        assert self._shell.stdout
        for line in self._shell.stdout:
            if line == f"{_DONE}\n":
                return
            yield line
        self._said.seek(0)
        raise AssertionError(f"{commands}\nended with {self._shell.wait()}: {self._said.read()}")


def _timeless(output: str) -> str:
    return _INSTANT.sub("<time>", output).strip()
