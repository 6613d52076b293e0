"""What the API asks of the database about the ingest workers and the schema, for /health/ready and /metrics."""

from datetime import datetime
from typing import LiteralString, NamedTuple

from vinterkoll.storage.migrate import packaged
from vinterkoll.storage.reading import Connection, fetch_all
from vinterkoll.storage.tally import NOT_REGISTERED


class IngestRow(NamedTuple):
    """An ingest worker's own account; the counts are since its first start."""

    worker: str
    updated_at: datetime
    last_received_at: datetime | None
    last_event_at: datetime | None
    lag_s: float | None
    messages: int
    rows: int
    duplicates: int
    rejects: int
    connected: bool | None


class KafkaLagRow(NamedTuple):
    """How many records of a partition were not stored yet when a worker last looked."""

    group: str
    topic: str
    partition: int
    lag: int
    lag_at: datetime


async def ingest(connection: Connection) -> list[IngestRow]:
    """Return what the ingest workers say of themselves."""
    query: LiteralString = """
        SELECT worker, updated_at, last_received_at, last_event_at, lag_s, messages, rows, duplicates, rejects, connected
        FROM ingest_status ORDER BY worker
    """
    return [IngestRow._make(row) for row in await fetch_all(connection, query, {})]


async def kafka_lags(connection: Connection) -> list[KafkaLagRow]:
    """Return the lag of each partition that a worker has looked at."""
    query: LiteralString = """
        SELECT group_id, topic, partition, lag, lag_at FROM kafka_offset WHERE lag IS NOT NULL
        ORDER BY group_id, topic, partition
    """
    return [KafkaLagRow._make(row) for row in await fetch_all(connection, query, {})]


async def rederiving_since(connection: Connection) -> datetime | None:
    """Return since when something stored has to be derived anew, None where nothing has."""
    [(since,)] = await fetch_all(connection, "SELECT min(due_since) FROM rederivation", {})
    return since if isinstance(since, datetime) else None


async def kept_house_at(connection: Connection) -> datetime | None:
    """Return when housekeeping was last done with all that was due; the first migration counts too."""
    found = await fetch_all(connection, "SELECT kept_house_at FROM raw_horizon", {})
    return found[0][0] if found else None


async def unknown_actions(connection: Connection, since: datetime) -> dict[str, int]:
    """Return the number of positions at or after `since` that have a name of an action without a meaning, by contractor.

    Contractors that the register does not know are one, as in the tally.
    """
    query: LiteralString = """
        SELECT coalesce(c.contractor, %(other)s), count(*) FROM position p JOIN device d USING (device_id)
        LEFT JOIN (SELECT DISTINCT contractor FROM contractor) AS c ON c.contractor = d.owner
        WHERE p.time >= %(since)s AND p.unknown_actions IS NOT NULL AND EXISTS (
            SELECT FROM unnest(string_to_array(p.unknown_actions, E'\n')) AS sent (text)
            WHERE NOT EXISTS (SELECT FROM action_name n WHERE n.contractor = d.owner AND n.text = sent.text)
        )
        GROUP BY 1 ORDER BY 1
    """
    return dict(await fetch_all(connection, query, {"since": since, "other": NOT_REGISTERED}))


async def schema_problem(connection: Connection) -> str:
    """Return how the database's migrations differ from this installation's, or an empty text."""
    [(migrated,)] = await fetch_all(connection, "SELECT to_regclass('schema_migration') IS NOT NULL", {})
    rows = (
        await fetch_all(connection, "SELECT version, checksum FROM schema_migration", {}) if migrated else []
    )
    applied = {int(version): checksum for version, checksum in rows}
    ours = {migration.version: migration.checksum for migration in packaged()}
    if missing := sorted(ours.keys() - applied.keys()):
        return f"migrations not applied: {', '.join(map(str, missing))}"
    if unknown := sorted(applied.keys() - ours.keys()):
        return f"migrated by a newer version: {', '.join(map(str, unknown))}"
    if changed := sorted(version for version in ours if ours[version] != applied[version]):
        return f"migrations changed after they were applied: {', '.join(map(str, changed))}"
    return ""
