"""`vinterkoll rederive`: derive stored days anew, and whatever a changed input has left to be derived anew."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.instants import FOR_EVER_US, instant, microseconds, shown
from vinterkoll.app.progress import watched
from vinterkoll.app.rederivation import rederive_in_steps
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import columns, horizon, renewals
from vinterkoll.storage.network import Versions

_KINDS: Final[tuple[Literal["position"], Literal["flow"]]] = ("position", "flow")


def rederive(
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="A day, an instant with offset, or PT8H for hours ago."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="Up to here; else to the end.")
    ] = None,
    contractor: Annotated[str | None, typer.Option(help="Only this contractor's, or provider's.")] = None,
    device: Annotated[str | None, typer.Option(help="Only this vehicle's, or sensor's.")] = None,
) -> None:
    """Derive treatments and traffic anew from stored observations. Ingest goes on meanwhile.

    Without --from: what a changed input, or a new version of this programme, has left to do, if anything.
    """
    now = datetime.now(UTC)
    with connected(read_settings()) as connection:
        if begin is None:
            if end or contractor or device:
                raise ConfigurationError("--to, --contractor and --device need --from")
            count = renew_due(connection)
        else:
            low_us = microseconds(instant("--from", begin, now))
            if low_us < (oldest_us := horizon.read(connection)):
                raise ConfigurationError(
                    f"--from: what is older than {shown(oldest_us)}, the raw horizon, stays as it was derived"
                )
            high_us = FOR_EVER_US if end is None else microseconds(instant("--to", end, now))
            count = renew(connection, low_us, high_us, owner=contractor, name=device)
    typer.echo(f"{count} observations derived anew")


def renew_due(connection: "psycopg.Connection[Any]") -> int:
    """Derive anew what changed inputs have left, inside the raw horizon; return how many observations that were.

    Each device is forgotten when it is done: after a break, call it again.
    """
    columns.register(connection)
    versions, found, count = Versions(connection), renewals.due(connection), 0
    for due in watched(found, "deriving", len(found)):
        low_us = microseconds(due.from_time)
        high_us = FOR_EVER_US if due.until_time is None else microseconds(due.until_time)
        count += rederive_in_steps(connection, due.kind, versions, due.device_id, low_us, high_us)
        renewals.done(connection, due)
    return count


def renew(
    connection: "psycopg.Connection[Any]",
    low_us: int,
    high_us: int,
    *,
    owner: str | None = None,
    name: str | None = None,
) -> int:
    """Derive anew what was observed with low_us ≤ time < high_us, device by device; return how many that were."""
    columns.register(connection)
    versions = Versions(connection)
    found = [(kind, device) for kind in _KINDS for device in renewals.devices(connection, kind, owner, name)]
    return sum(
        rederive_in_steps(connection, kind, versions, device, low_us, high_us)
        for kind, device in watched(found, "deriving", len(found))
    )
