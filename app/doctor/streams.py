"""What comes and what it meets: senders, rejects, the street network, the register, keys. Asked of the database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import psycopg

from vinterkoll.app.doctor.finding import Finding, fail, not_used, ok, told, warn
from vinterkoll.app.settings import Settings
from vinterkoll.storage.status import SILENCE_MAX

Connection = psycopg.Connection[Any]

_NOTHING_MAX: Final = timedelta(hours=1)
"""Counters and sensors report all year, several times an hour."""
_REJECTS_MAX: Final = 100
"""In an hour: more than one supplier's slip."""
_KAFKA_LAG_MAX: Final = 10_000
"""Two full batches."""
_NAMED_MAX: Final = 5
_KEY_UNUSED_DAYS: Final = 365
"""A winter and a summer."""


def arrivals(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether data comes, and from whom."""
    [(silence,)] = connection.execute("SELECT now() - max(last_received_at) FROM ingest_status")
    if silence is None:
        yield warn("nothing-received", "nothing was ever received")
    elif silence > _NOTHING_MAX:
        yield warn("nothing-received", f"nothing was received for {told(silence)}")
    else:
        senders = connection.execute(
            """
            SELECT owner, count(*) FROM device d
            WHERE EXISTS (SELECT FROM position p WHERE p.device_id = d.device_id AND p.time > now() - %(hour)s)
               OR EXISTS (SELECT FROM flow f WHERE f.device_id = d.device_id AND f.time > now() - %(hour)s)
               OR EXISTS (SELECT FROM snow s WHERE s.device_id = d.device_id AND s.time > now() - %(hour)s)
            GROUP BY owner ORDER BY count(*) DESC, owner
            """,
            {"hour": _NOTHING_MAX},
        ).fetchall()
        yield ok(
            f"the last message came {told(silence)} ago; in the last hour: {_listed([f'{o} ({n})' for o, n in senders])}"
        )


def rejects(connection: Connection, _: Settings) -> Iterator[Finding]:
    """How much of it is bad."""
    codes = connection.execute(
        "SELECT code, count(*) FROM reject WHERE received_at > now() - interval '1 hour' GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    count = sum(number for _, number in codes)
    if count > _REJECTS_MAX:
        yield warn(
            "rejects-many", f"{count} rejects in the last hour: {_listed([f'{c} ({n})' for c, n in codes])}"
        )
    else:
        yield ok(f"{count} rejects in the last hour")


def kafka_lag(connection: Connection, _: Settings) -> Iterator[Finding]:
    """How far each group is behind, as its workers last saw it; a lag that nobody looks at says nothing."""
    groups = connection.execute(
        """
        SELECT group_id, sum(lag), now() - min(lag_at),
               array_agg(topic || '/' || partition ORDER BY topic, partition)
                   FILTER (WHERE lag_at IS NULL OR lag_at < now() - %s)
        FROM kafka_offset GROUP BY group_id ORDER BY group_id
        """,
        [SILENCE_MAX],
    ).fetchall()
    if not groups:
        yield not_used("no worker has read from Kafka")
    for group, lag, silence, unread in groups:
        behind = f"the group {group} is {lag or 0} records behind in Kafka"
        if unread:
            since = f"for {told(silence)}" if silence else "yet"
            yield warn("kafka-unread", f"nobody of the group {group} has looked at {_listed(unread)} {since}")
        elif lag > _KAFKA_LAG_MAX:
            yield warn("kafka-behind", behind)
        else:
            yield ok(behind)


def network(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Whether a version of the street network is valid now, and lies where vehicles may be."""
    row = connection.execute(
        """
        SELECT v.name, count(s.segment_id), coalesce(bool_or(s.extent && box(point(%s, %s), point(%s, %s))), false)
        FROM (
            SELECT network_id, name FROM network WHERE valid_from <= now()
            ORDER BY valid_from DESC, network_id DESC LIMIT 1
        ) v
        LEFT JOIN network_segment USING (network_id) LEFT JOIN segment s USING (segment_id) GROUP BY v.name
        """,
        settings.area_lon_lat,
    ).fetchone()
    if row is None:
        yield fail("network-missing", "no street network is valid now")
        return
    name, count, inside = row
    if inside:
        yield ok(f"the street network {name} is valid, {count} segments")
    else:
        yield fail("network-elsewhere", f"no segment of the street network {name} is in the service area")


def vehicles(connection: Connection, _: Settings) -> Iterator[Finding]:
    """Whether the register knows who reports."""
    unknown = connection.execute(
        """
        SELECT owner || '/' || name FROM device d
        WHERE kind = 'position'
          AND EXISTS (SELECT FROM position p WHERE p.device_id = d.device_id AND p.time > now() - interval '1 day')
          AND NOT EXISTS (SELECT FROM vehicle v WHERE v.contractor = d.owner AND v.vehicle = d.name
                          AND now() >= v.valid_from AND now() < v.valid_to)
        ORDER BY 1
        """
    ).fetchall()
    if unknown:
        named = _listed([name for (name,) in unknown])
        yield warn(
            "vehicles-unknown", f"{len(unknown)} vehicles of the last day are not in the register: {named}"
        )
    else:
        yield ok("the register has every vehicle of the last day")


def keys(connection: Connection, settings: Settings) -> Iterator[Finding]:
    """Whether senders by HTTP have keys, and none lies about."""
    if not settings.ingest_database_url.get_secret_value():
        yield not_used("ingest by HTTP is not set")
        return
    [(count, unused)] = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE coalesce(last_used_on, created_at::date) < current_date - %s)"
        " FROM api_key WHERE revoked_at IS NULL",
        [_KEY_UNUSED_DAYS],
    )
    if not count:
        yield warn("keys-none", "ingest by HTTP is set, and there is no key")
    elif unused:
        yield warn("keys-unused", f"{unused} of {count} keys were not used for {_KEY_UNUSED_DAYS} days")
    else:
        yield ok(f"{count} keys")


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED_MAX
    return ", ".join(names[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "") or "nobody"


CHECKS: Final = (arrivals, rejects, kafka_lag, network, vehicles, keys)
