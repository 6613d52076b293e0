"""`vinterkoll rederive`: derive stored days anew, and whatever a changed input has left to be derived anew."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, NamedTuple

import psycopg
import typer

from vinterkoll.app.database import connected
from vinterkoll.app.errors import ConfigurationError
from vinterkoll.app.instants import FOR_EVER_US, instant, microseconds, shown
from vinterkoll.app.progress import watched
from vinterkoll.app.rederivation import rederive_in_steps, stored_span
from vinterkoll.app.settings import read_settings
from vinterkoll.storage import columns, horizon, renewals
from vinterkoll.storage.network import Versions

_KINDS: Final[tuple[Literal["position"], Literal["flow"]]] = ("position", "flow")
_SHOWN: Final = 10
"""Names that an error lists, the nearest first: a fleet has hundreds."""


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
            if high_us <= low_us:
                raise ConfigurationError(f"--to: {shown(high_us)} is not after --from, {shown(low_us)}")
            count = renew(connection, low_us, high_us, owner=contractor, name=device)
    typer.echo(f"{count} observations derived anew")


def renew_due(connection: "psycopg.Connection[Any]") -> int:
    """Derive anew what changed inputs have left, inside the raw horizon; return how many observations that were.

    Each device is forgotten when it is done: after a break, call it again.
    """
    found = renewals.due(connection)
    parts = [
        _Part(
            due.kind,
            due.device_id,
            microseconds(due.from_time),
            FOR_EVER_US if due.until_time is None else microseconds(due.until_time),
        )
        for due in found
    ]
    return _derived(connection, parts, lambda part: renewals.done(connection, found[part]))


def renew(
    connection: "psycopg.Connection[Any]",
    low_us: int,
    high_us: int,
    *,
    owner: str | None = None,
    name: str | None = None,
) -> int:
    """Derive anew what was observed with low_us ≤ time < high_us, device by device; return how many that were.

    Raises
    ------
    ConfigurationError
        When nobody is called `owner`, or no device of theirs `name`.
    """
    parts = [
        _Part(kind, device, low_us, high_us)
        for kind in _KINDS
        for device in renewals.devices(connection, kind, owner, name)
    ]
    if not parts and (owner is not None or name is not None):
        raise ConfigurationError(_unknown(connection, owner, name))
    return _derived(connection, parts, lambda part: None)  # noqa: ARG005 - nothing is noted down of these


def _unknown(connection: "psycopg.Connection[Any]", owner: str | None, name: str | None) -> str:
    """Say which of the two is not there, and what is there that it may have been meant for."""
    owners = renewals.owners(connection)
    if owner is not None and owner not in owners:
        option, wanted, known = "--contractor", owner, owners
    else:
        option, wanted, known = "--device", str(name), renewals.names(connection, owner)
    near = ", ".join(get_close_matches(wanted, known, _SHOWN, cutoff=0)) or "none"
    return f"{option} {wanted}: nothing of this name has sent positions or traffic; there is: {near}"


class _Part(NamedTuple):
    """A device's time that is to be derived anew."""

    kind: Literal["position", "flow"]
    device: int
    low_us: int
    high_us: int


def _derived(
    connection: "psycopg.Connection[Any]", parts: Sequence[_Part], done: Callable[[int], None]
) -> int:
    """Derive parts one after the other, and call `done` with the number of each; return how many observations that were.

    The bar goes by the time that observations are stored of: to count them would take as long as some of the work.
    """
    columns.register(connection)
    versions, behind_us = Versions(connection), 0
    spans = [stored_span(connection, *part) for part in parts]

    def steps() -> Iterator[int]:
        nonlocal behind_us
        for number, (part, (first_us, last_us)) in enumerate(zip(parts, spans, strict=True)):
            before_us = behind_us
            for until_us, count in rederive_in_steps(connection, versions, *part):
                behind_us = before_us + min(max(until_us, first_us), last_us) - first_us
                yield count
            behind_us = before_us + last_us - first_us
            done(number)

    whole_us = sum(last_us - first_us for first_us, last_us in spans)
    return sum(watched(steps(), "deriving", whole_us, lambda: behind_us))
