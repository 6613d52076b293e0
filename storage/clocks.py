"""How late each vehicle's fixes arrive, for the report on clocks."""

from datetime import datetime
from typing import Any

import psycopg

from vinterkoll.processing.clocks import BUCKET_S
from vinterkoll.processing.observations import FloatColumn, IntColumn
from vinterkoll.storage.columns import fetch_columns


def least_delays(connection: "psycopg.Connection[Any]", since: datetime) -> tuple[IntColumn, FloatColumn]:
    """Return device and least delay in seconds (n,) of each vehicle and `BUCKET_S` in which it was heard since."""
    columns = fetch_columns(
        connection,
        """
        SELECT device_id, min(extract(epoch FROM received_at - time))::double precision AS delay_s
        FROM position WHERE time >= %(since)s AND received_at >= %(since)s
        GROUP BY device_id, floor(extract(epoch FROM received_at) / %(bucket)s)
        """,
        {"since": since, "bucket": BUCKET_S},
        ["device_id", "delay_s"],
    )
    return columns["device_id"], columns["delay_s"]


def names(connection: "psycopg.Connection[Any]", device_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Return contractor and vehicle of some devices."""
    rows = connection.execute(
        "SELECT device_id, owner, name FROM device WHERE device_id = ANY(%s)", [device_ids]
    )
    return {device_id: (owner, name) for device_id, owner, name in rows}
