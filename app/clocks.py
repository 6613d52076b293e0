"""`vinterkoll clocks`: vehicles whose clock is wrong by a constant. A report: nothing is corrected."""

from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
import typer

from vinterkoll.api.parameters import instant_of
from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.settings import read_settings
from vinterkoll.processing.clocks import clock_offsets
from vinterkoll.storage import clocks as clock_reading
from vinterkoll.storage.columns import register


def clocks(
    since: Annotated[str, typer.Option(help="Look at this much: PT24H, or 2026-01-15T06:00:00Z.")] = "PT24H",
    contractor: Annotated[str | None, typer.Option(help="Only this one's.")] = None,
) -> None:
    """List vehicles whose clock is ahead (+) or behind (-) by a constant: contractor, vehicle, seconds; tabs between.

    Behind may also be late by a constant: ask the supplier.
    """
    try:
        begin = instant_of(since, datetime.now(UTC))
    except ValueError as error:
        raise ConfigurationError(f"--since: {error}") from None
    with connected(read_settings()) as connection:
        for owner, vehicle, offset_s in offsets(connection, begin):
            if contractor in {None, owner}:
                typer.echo(f"{owner}\t{vehicle}\t{offset_s:+.0f}")


def offsets(connection: "psycopg.Connection[Any]", since: datetime) -> list[tuple[str, str, float]]:
    """Return contractor, vehicle and clock offset in seconds of those whose clock is wrong, in order."""
    register(connection)
    device_id, offset_s = clock_offsets(*clock_reading.least_delays(connection, since))
    names = clock_reading.names(connection, device_id.tolist())
    return sorted(
        (*names[device], offset) for device, offset in zip(device_id.tolist(), offset_s.tolist(), strict=True)
    )
