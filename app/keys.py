"""`vinterkoll keys`: API keys for those who send or read by HTTP. Needs the database's owner."""

import secrets
from typing import Annotated, Final

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import keys as key_table

_PREFIX: Final = "vinterkoll_"
"""Lets a key that leaked into a log or a repository be found."""
_KEY_BYTES: Final = 32

keys = typer.Typer(help="API keys (docs/http-ingest.md).", no_args_is_help=True)


@keys.command("create")
def create_key(
    contractor: Annotated[
        str, typer.Option(help="Whose it is: the contractor's or provider's name, as in MQTT topics.")
    ],
    scope: Annotated[
        key_table.Scope,
        typer.Option(
            help="read: its own rejects and rows of the register. ingest: send, and read the same. "
            "register: read and change the whole register."
        ),
    ],
) -> None:
    """Make a key and print it alone. It is stored as a hash and cannot be shown again."""
    key = _PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    with connected(read_settings()) as connection:
        try:
            key_table.insert(connection, key, contractor, scope)
        except (psycopg.errors.CheckViolation, psycopg.DataError):  # the latter: U+0000
            raise ConfigurationError(
                "--contractor takes 1 to 64 characters, without spaces and without / + #"
            ) from None
        if not key_table.is_registered(connection, contractor):
            typer.echo(f"note: the register has no contractor {contractor}", err=True)
    typer.echo(key)


@keys.command("list")
def list_keys() -> None:
    """List the keys, never their text: id, contractor, scope, created, last used (day), revoked; tabs between."""
    with connected(read_settings()) as connection:
        for row in key_table.all_keys(connection):
            typer.echo("\t".join("-" if value is None else str(value) for value in row))


@keys.command("revoke")
def revoke_key(key_id: int) -> None:
    """Make a key worthless from now on."""
    with connected(read_settings()) as connection:
        if not key_table.revoke(connection, key_id):
            raise ConfigurationError(f"there is no key {key_id}: `vinterkoll keys list` shows them")
