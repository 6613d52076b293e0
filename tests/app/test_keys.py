"""`vinterkoll keys`: the key alone on standard output, once; never in the database, never in a list."""

import hashlib

import psycopg
import pytest

from command import fails, vinterkoll

pytestmark = pytest.mark.postgres


def test_created_listed_revoked(database_url: str) -> None:
    made = vinterkoll(
        "keys", "create", "--contractor", "snow", "--scope", "ingest", VINTERKOLL_DATABASE_URL=database_url
    )
    key = made.stdout.removesuffix("\n")
    assert len(key) > 43
    assert not any(character.isspace() for character in key)
    assert "no contractor snow" in made.stderr
    listed = vinterkoll("keys", "list", VINTERKOLL_DATABASE_URL=database_url).stdout
    number, contractor, scope, _, *last = listed.removesuffix("\n").split("\t")
    assert (contractor, scope, last) == ("snow", "ingest", ["-", "-"])
    assert key not in listed
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT hash, api_key::text FROM api_key").fetchall()
    assert rows[0][0] == hashlib.sha256(key.encode()).digest()
    assert key not in rows[0][1]
    assert vinterkoll("keys", "revoke", number, VINTERKOLL_DATABASE_URL=database_url).returncode == 0
    again = vinterkoll("keys", "list", VINTERKOLL_DATABASE_URL=database_url).stdout
    assert not again.endswith("-\n")


def test_a_registered_contractor_needs_no_note(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO contractor VALUES ('snow', 'Snö AB')")
    made = vinterkoll(
        "keys", "create", "--contractor", "snow", "--scope", "read", VINTERKOLL_DATABASE_URL=database_url
    )
    assert (made.returncode, made.stderr) == (0, "")


@pytest.mark.parametrize("name", ["", "a/b", "a b", "#", "x" * 65])
def test_a_name_that_cannot_stand_in_a_topic(database_url: str, name: str) -> None:
    done = vinterkoll(
        "keys", "create", "--contractor", name, "--scope", "read", VINTERKOLL_DATABASE_URL=database_url
    )
    assert "--contractor" in fails(done, 2)
    assert done.stdout == ""


def test_what_there_is_not(database_url: str) -> None:
    assert "no key 7" in fails(vinterkoll("keys", "revoke", "7", VINTERKOLL_DATABASE_URL=database_url), 2)
    done = vinterkoll(
        "keys", "create", "--contractor", "a", "--scope", "all", VINTERKOLL_DATABASE_URL=database_url
    )
    assert done.returncode == 2
