"""`vinterkoll demo`: the whole of vinterkoll on this machine alone, out of wheels, until Ctrl-C."""

import fcntl
import shutil
import signal
import threading
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer

from vinterkoll.app.demo_parts import Demo
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.serve import listen

_WATCH_S: Final = 0.5


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of the map, on 127.0.0.1.")] = 8080,
    directory: Annotated[Path, typer.Option(help="Where its data, logs and settings are kept.")] = Path(
        ".demo"
    ),
    speed: Annotated[
        float, typer.Option(min=1, help="How fast the simulated morning runs until it reaches now.")
    ] = 120,
    hours: Annotated[float, typer.Option(min=0, help="How long before now it begins.")] = 6,
    reset: Annotated[bool, typer.Option("--reset", help="Forget what an earlier demo stored.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Delete the demo's data, and end.")] = False,
) -> None:
    """Simulate a winter morning in Örnsköldsvik and Ånge and show it: database, broker, worker, API and map.

    Needs no account, no Docker and no network. Ctrl-C stops it; a second start takes up the same data.
    While it runs, `set -a; . .demo/env` points every other vinterkoll command at it.
    """
    directory = directory.absolute()
    with _only_one(directory):
        if reset or remove:
            _forget(directory)
        if remove:
            return
        listen("127.0.0.1", port).close()  # before anything is started: a taken port is the user's to choose
        _run(Demo(directory, port, speed, hours))


def _run(parts: Demo) -> None:
    stopping = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: stopping.set())
    try:
        url = parts.start(stopping)
        if url is not None:
            typer.echo(f"{url}  (simulated winter morning; Ctrl-C stops it)")
        while not stopping.wait(_WATCH_S):
            parts.check()
    finally:
        for line in parts.stop():
            typer.echo(line, err=True)


def _only_one(directory: Path) -> TextIO:
    """Return a locked file: two demos in one directory would share a database."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = (directory / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ConfigurationError(
            f"a demo runs in {directory} already: stop it, or choose another --directory"
        ) from None
    return lock


def _forget(directory: Path) -> None:
    EmbeddedPostgres(directory / "postgres").remove()
    for content in directory.iterdir():
        if content.name == "lock":
            continue
        if content.is_dir():
            shutil.rmtree(content)
        else:
            content.unlink()
