"""Passes put straight into the database, a winter of them, and what it costs to find the latest."""

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import psycopg

from vinterkoll.processing.actions import mask_of
from vinterkoll.processing.observations import Rows
from vinterkoll.processing.spreading import SPREAD, UNKNOWN
from vinterkoll.processing.treatment import STRETCH
from vinterkoll.storage import stretches, treatments

Database = psycopg.Connection[Any]


class LookUp(NamedTuple):
    """The one node of a plan."""

    node: str
    index_name: str
    by: list[str]
    rows: int


def one_pass(device: int, time: datetime, segment: int, **values: int) -> Rows:
    """A step over 100 m, along the segment, ploughing, spreading nothing."""
    row = np.zeros(1, STRETCH)
    at_us = round(time.timestamp() * 1e6)
    usual = {"device_id": device, "time_us": at_us, "until_us": at_us + 5_000_000, "segment_id": segment}
    usual |= {"direction": 1, "to_dm": 1000, "actions": mask_of(["PLOUGHING"])}
    usual |= dict.fromkeys(SPREAD.names or (), UNKNOWN)
    for name, value in (usual | values).items():
        row[name] = value
    return row


def store(connection: Database, *passes: Rows) -> None:
    """Store passes and renew what they treat."""
    come = np.concatenate(passes)
    stretches.replace(connection, come[:0], come)
    treatments.renew(connection, come)


def add_winter(connection: Database, segment: int, until: datetime) -> None:
    """Two passes a day of a segment and 50 others over 200 days, and the treatments of 2,000 others."""
    connection.execute(
        """
        INSERT INTO stretch (device_id, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions)
        SELECT 1, at, number, 0, at + interval '5 seconds', number, 1, 0, 1000, %s
        FROM generate_series(%s::timestamptz, %s, interval '12 hours') AS at,
             unnest(ARRAY(SELECT generate_series(1001, 1050)) || %s::int) AS number
        """,
        [mask_of(["PLOUGHING"]), until - timedelta(days=200), until - timedelta(hours=12), segment],
    )
    connection.execute(
        """
        INSERT INTO treatment (segment_id, direction, action, time, share, device_id, first_time, device_ids)
        SELECT number, direction, action, %s, 1, 1, %s, '{1}'
        FROM generate_series(1001, 3000) AS number, unnest('{1,-1}'::int[]) AS direction, generate_series(0, 5) AS action
        """,
        [until, until],
    )
    connection.execute("ANALYZE stretch")
    connection.execute("ANALYZE treatment")


def look_up_of_latest(connection: Database, segment: int) -> LookUp:
    """Ask for the latest ploughing of a segment forward; fails if the plan has more than one node."""
    [(explained,)] = connection.execute(
        "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM treatment WHERE segment_id = %s AND direction = 1 AND action = 0",
        [segment],
    )
    node = explained[0]["Plan"]
    assert "Plans" not in node
    by = re.findall(r"\((\w+) = ", node["Index Cond"])
    return LookUp(node["Node Type"], node["Index Name"], by, int(node["Actual Rows"]))


def stretches_read(connection: Database) -> tuple[int, int]:
    """How many stretches this transaction has fetched by an index, and by reading tables through."""
    [counted] = connection.execute(
        """
        SELECT sum(idx_tup_fetch)::bigint, sum(seq_tup_read)::bigint FROM pg_stat_xact_user_tables
        WHERE relid = ANY (ARRAY(SELECT 'stretch'::regclass
                                 UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = 'stretch'::regclass))
        """
    )
    return int(counted[0]), int(counted[1])
