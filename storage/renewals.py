"""What is left to be derived anew after an input has changed, and whose observations they are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal, NamedTuple

import psycopg

from vinterkoll.processing.observations import ObservationKind
from vinterkoll.storage import inputs

_EVER: Final = datetime.fromtimestamp(0, UTC)


class Due(NamedTuple):
    """A device's time whose derived rows may still follow from earlier inputs; `until_time` None: open."""

    rederivation_id: int
    kind: Literal["position", "flow"]
    device_id: int
    from_time: datetime
    until_time: datetime | None


def due(connection: "psycopg.Connection[Any]") -> list[Due]:
    """Return what is left to do, oldest first."""
    rows = connection.execute(
        """
        SELECT rederivation_id, kind, device_id, from_time, until_time
        FROM rederivation JOIN device USING (device_id) ORDER BY rederivation_id
        """
    )
    return [Due._make(row) for row in rows]


def note(
    connection: "psycopg.Connection[Any]",
    from_time: datetime = _EVER,
    until_time: datetime | None = None,
    *,
    kinds: Sequence[ObservationKind] = ("position",),
) -> None:
    """Note that what all devices observed in a time has to be derived anew.

    Call it after `inputs.change`, in the same transaction: whoever stores rows of a device that is not there yet sees the change.
    """
    connection.execute(
        """
        INSERT INTO rederivation (device_id, from_time, until_time)
        SELECT device_id, %s, %s FROM device WHERE kind = ANY(%s) ORDER BY device_id
        """,
        [from_time, until_time, list(kinds)],
    )


def follow(connection: "psycopg.Connection[Any]", derivation: int) -> None:
    """Note that all has to be derived anew, if it follows from an earlier version of the rules than `derivation`."""
    with connection.transaction() as transaction:
        inputs.change(connection)
        updated = connection.execute(
            "UPDATE input_version SET derivation = %(now)s WHERE derivation < %(now)s", {"now": derivation}
        )
        if not updated.rowcount:
            raise psycopg.Rollback(transaction)
        note(connection, kinds=("position", "flow"))


def done(connection: "psycopg.Connection[Any]", one: Due) -> None:
    """Forget one: all of it has been derived anew."""
    connection.execute("DELETE FROM rederivation WHERE rederivation_id = %s", [one.rederivation_id])


def owners(connection: "psycopg.Connection[Any]") -> list[str]:
    """Return the owners of devices that something is derived for."""
    rows = connection.execute(
        "SELECT DISTINCT owner FROM device WHERE kind IN ('position', 'flow') ORDER BY owner"
    )
    return [owner for (owner,) in rows]


def names(connection: "psycopg.Connection[Any]", owner: str | None) -> list[str]:
    """Return the names of devices that something is derived for, of one owner only where it is given."""
    rows = connection.execute(
        """
        SELECT DISTINCT name FROM device
        WHERE kind IN ('position', 'flow') AND owner = coalesce(%s, owner) ORDER BY name
        """,
        [owner],
    )
    return [name for (name,) in rows]


def devices(
    connection: "psycopg.Connection[Any]", kind: str, owner: str | None, name: str | None
) -> list[int]:
    """Return the devices of a kind, of one owner or name only where these are given, by id."""
    rows = connection.execute(
        """
        SELECT device_id FROM device
        WHERE kind = %(kind)s AND owner = coalesce(%(owner)s, owner) AND name = coalesce(%(name)s, name)
        ORDER BY device_id
        """,
        {"kind": kind, "owner": owner, "name": name},
    )
    return [device_id for (device_id,) in rows]
