"""The log-in users of compose/postgres/users.sql, on a database of the tests."""

import subprocess
from pathlib import Path
from typing import Final

from psycopg.conninfo import make_conninfo

from postgres_programs import run

SCRIPT: Final = Path(__file__).parents[2] / "compose" / "postgres" / "users.sql"
INGEST: Final = "vinterkoll_ingest_login"
API: Final = "vinterkoll_api_login"
PASSWORDS: Final = {INGEST: "salt", API: "grus"}


def run_script(url: str, **passwords: str) -> subprocess.CompletedProcess[str]:
    """As the service db-users does, with the psql of the embedded PostgreSQL."""
    return run("psql", "--no-psqlrc", f"--file={SCRIPT}", "--dbname", url, **passwords)


def make_users(url: str, ingest_password: str = PASSWORDS[INGEST]) -> None:
    """Make them, or change the worker's password, and expect that there is nothing to say."""
    done = run_script(url, DB_INGEST_PASSWORD=ingest_password, DB_API_PASSWORD=PASSWORDS[API])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def login(url: str, user: str) -> str:
    return make_conninfo(url, user=user, password=PASSWORDS[user])
