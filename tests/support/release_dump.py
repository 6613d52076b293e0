"""`make release-dump`: a small installation's database by the code of now, as tests/data/releases/VERSION.sql."""

import sys
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from derived_tables import acceptance
from postgres_programs import ran
from small_installation import NOW, OLD_S, SETTINGS, bad_messages, furnish, messages, old_day
from stretch_messages import RECEIVED_US
from vinterkoll.app.database import bring_up_to_date
from vinterkoll.app.embedded_postgres import EmbeddedPostgres
from vinterkoll.app.housekeeping import keep_house
from vinterkoll.app.renewal import renew_due

ROOT: Final = Path(__file__).parents[2]
RELEASES: Final = ROOT / "tests" / "data" / "releases"
_KEY: Final = "--restrict-key=vinterkoll"
"""Else psql's guard in the dump is another in each run."""


def version() -> str:
    """The version that this code is, or is about to be."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def fill(url: str) -> None:
    """Run a small installation through a month, as its operator and its workers do."""
    with psycopg.connect(url, autocommit=True) as connection:
        list(bring_up_to_date(connection, SETTINGS.raw_days, NOW + timedelta(seconds=OLD_S)))
        furnish(connection)
        first, _ = messages()
        old, accepting = acceptance(url, lambda: RECEIVED_US + round(OLD_S * 1e6))
        with old:
            accepting.accept(old_day())
        list(keep_house(connection, SETTINGS, NOW))
        new, accepting = acceptance(url, lambda: RECEIVED_US)
        with new:
            accepting.accept([*first, *bad_messages()])
        renew_due(connection)
        _forget_the_clock(connection)


def _forget_the_clock(connection: "psycopg.Connection[Any]") -> None:
    """Set what the database dated by its own clock to NOW, so that the dump is the same on every day, but for pseudonyms' ids, which are drawn by lot."""
    connection.execute("SET session_replication_role = replica")  # no trigger is to note it
    dated = connection.execute("""
        SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_default = 'now()' ORDER BY 1, 2
    """).fetchall()
    for names in dated:
        statement = sql.SQL("UPDATE {} SET {} = %s").format(*map(sql.Identifier, names))
        connection.execute(statement, [NOW])
    connection.execute("UPDATE ingest_status SET updated_at = %s", [NOW])
    connection.execute("""
        UPDATE register_change SET new = jsonb_set(new, '{added_at}', to_jsonb(changed_at)) WHERE new ? 'added_at'
    """)


def dump_of(url: str, *options: str) -> str:
    """A database as SQL that psql runs: the same for the same contents."""
    return ran("pg_dump", "--no-owner", _KEY, *options, url)


def main() -> None:
    """Write the dump. What was released stays as it was: a file that is there is not overwritten."""
    file = RELEASES / f"{version()}.sql"
    if file.exists():
        sys.exit(
            f"{file.name} is there: what was released is not dumped again; if it was not, remove it first"
        )
    with tempfile.TemporaryDirectory() as directory:
        server = EmbeddedPostgres(Path(directory) / "cluster")
        server.start(durable=False)
        try:
            with psycopg.connect(server.url(), autocommit=True) as connection:
                connection.execute("CREATE DATABASE vinterkoll")
            fill(server.url("vinterkoll"))
            file.write_text(dump_of(server.url("vinterkoll")), encoding="utf-8")
        finally:
            server.remove()
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
