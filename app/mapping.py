"""`vinterkoll mapping check`: what a mapping file makes of a sample, before anything is stored."""

from pathlib import Path
from typing import Annotated

import typer

from vinterkoll.app.mapped_formats import mapping_of
from vinterkoll.ingest.mapping.explaining import Explained, explain, unmapped
from vinterkoll.processing.rejects import WHOLE_MESSAGE

mapping = typer.Typer(
    help="Supplier mappings: one TOML file a supplier (docs/mappings.md).", no_args_is_help=True
)


@mapping.callback()
def _group() -> None:
    """Keep `check` a sub-command although it is the only one."""


@mapping.command("check")
def check_mapping(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The mapping, TOML.")],
    sample: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One message, JSON.")],
    topic: Annotated[
        str | None, typer.Option(help="As if it had come on this topic. Default: one that the mapping names.")
    ] = None,
) -> None:
    """Show field by field what a sample becomes. Exit code 1 when something of it is rejected."""
    mapped = mapping_of(file)
    explained = explain(mapped, sample.read_bytes(), topic)
    for one in explained:
        _print(one)
    if left_out := unmapped(mapped):
        typer.echo(f"not mapped: {', '.join(left_out)}")
    rejected = sum(one.reject is not None for one in explained)
    typer.echo(f"{len(explained) - rejected} accepted, {rejected} rejected")
    if rejected:
        raise typer.Exit(1)


def _print(one: Explained) -> None:
    typer.echo("the message as a whole" if one.item == WHOLE_MESSAGE else f"item {one.item}")
    rows = [("field", "from", "value", "becomes")]
    rows += [(line.field, line.place, line.raw, line.result) for line in one.lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows if one.lines else ():
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        typer.echo(f"  {'  '.join(padded)}".rstrip())
    if one.reject is not None:
        where = f" {one.reject.field}" if one.reject.field else ""
        typer.echo(f"  rejected: {one.reject.code}{where}: {one.reject.detail}")
    typer.echo()
