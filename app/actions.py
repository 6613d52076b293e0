"""`vinterkoll actions`: names of actions that no code is known for, and what they mean. Needs the database's owner."""

from pathlib import Path
from typing import Annotated, Final

import psycopg
import typer

from vinterkoll.app.action_naming import name_actions
from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.mapped_formats import mapping_of
from vinterkoll.app.renewal import renew_due
from vinterkoll.app.settings import read_settings
from vinterkoll.processing.actions import CODES, codes_of, mask_of
from vinterkoll.storage import action_names

actions = typer.Typer(
    help="Names of actions that are unknown, and what they mean (docs/mappings.md).", no_args_is_help=True
)

_NOTHING: Final = "-"


@actions.command("unknown")
def list_unknown() -> None:
    """List names without a meaning: contractor, name, number of positions, time of the latest; tabs between."""
    with connected(read_settings()) as connection:
        for one in action_names.unnamed(connection):
            typer.echo("\t".join([one.contractor, one.text, str(one.positions), one.latest.isoformat()]))


@actions.command("list")
def list_named() -> None:
    """List names that were given a meaning: contractor, name, codes; tabs between."""
    with connected(read_settings()) as connection:
        for (contractor, text), mask in action_names.masks(connection).items():
            typer.echo("\t".join([contractor, text, " ".join(codes_of(mask)) or _NOTHING]))


@actions.command("name")
def name_action(
    contractor: Annotated[str, typer.Argument(help="Whose name it is.")],
    text: Annotated[str, typer.Argument(help="The name, as `vinterkoll actions unknown` shows it.")],
    codes: Annotated[
        list[str], typer.Argument(help="What it means: action codes. UNKNOWN takes a meaning back.")
    ],
) -> None:
    """Say what a contractor's name of an action means, also in positions that are stored already."""
    try:
        mask = mask_of(codes)
    except KeyError as error:
        raise ConfigurationError(
            f"{error.args[0]} is no action code: the codes are {', '.join(CODES)}"
        ) from None
    _name(contractor, {" ".join(text.split()): mask})


@actions.command("adopt")
def adopt_mapping(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The mapping, TOML.")],
    contractor: Annotated[
        str | None, typer.Option(help="Whose positions; not needed where the mapping names its contractor.")
    ] = None,
) -> None:
    """Give the names that a contractor's stored positions hold the meaning that a mapping gives them now."""
    mapped = mapping_of(file)
    owner = mapped.plan.file.contractor or contractor
    if owner is None or (contractor is not None and contractor != owner):
        told = f"the mapping is {owner}'s" if owner else "the mapping does not say whose positions are meant"
        raise ConfigurationError(f"--contractor: {told}")
    with connected(read_settings()) as connection:
        texts = {one.text for one in action_names.unnamed(connection) if one.contractor == owner}
        texts |= {text for _, text in action_names.masks(connection, owner)}
    _name(owner, {text: mask for text in sorted(texts) if (mask := mapped.meaning(text)) is not None})


def _name(contractor: str, named: dict[str, int]) -> None:
    with connected(read_settings()) as connection:
        try:
            name_actions(connection, contractor, named)
        except (psycopg.errors.CheckViolation, psycopg.DataError):  # the latter: U+0000
            raise ConfigurationError("a contractor has 1 to 64 characters, a name 1 to 200") from None
        count = renew_due(connection)
    for text, mask in named.items():
        typer.echo(f"{text}: {' '.join(codes_of(mask)) or _NOTHING}")
    typer.echo(f"{len(named)} names, {count} positions derived anew")
