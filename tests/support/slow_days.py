"""Treatment per area and day by loops over the stretches: decimetres are marked one by one, ids collected in sets."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from derived_tables import Connection

SWEDEN = ZoneInfo("Europe/Stockholm")
Rows = list[tuple[Any, ...]]

AREAS = """
    SELECT area, nullif(valid_from, '-infinity'), nullif(valid_to, 'infinity'), array_agg(segment_id)
    FROM area JOIN area_segment USING (area, valid_from) GROUP BY area, valid_from
"""
NETWORKS = "SELECT n.valid_from, n.valid_until, array_agg(segment_id) FROM network_validity n JOIN network_segment USING (network_id) GROUP BY 1, 2"
STRETCHES = """
    SELECT time, segment_id, direction, from_dm, to_dm, actions, device_id, d.owner, m.name, mg_per_m2, ul_per_m2, width_mm
    FROM stretch s JOIN device d USING (device_id) LEFT JOIN material m USING (material_id)
"""


def slow_days(connection: Connection) -> tuple[Rows, Rows]:
    """What the views `treatment_day` and `spread_day` should hold."""
    segments = {
        identity: about
        for identity, *about in connection.execute(
            "SELECT segment_id, kind, passes_required, length_m FROM segment"
        )
    }
    areas, networks = connection.execute(AREAS).fetchall(), connection.execute(NETWORKS).fetchall()
    groups: dict[tuple[Any, ...], Rows] = defaultdict(list)
    for row in connection.execute(STRETCHES):
        begin, end = day_of(row[0])
        for area, valid_from, valid_to, inside in areas:
            if row[1] in inside and holds(valid_from, valid_to, end):
                for action in range(63):
                    if row[5] >> action & 1:
                        groups[area, begin, segments[row[1]][0], action].append(row)
    days, spreads = [], []
    for key, found in groups.items():
        end = day_of(key[1])[1]
        ways = {
            (row[1], row[2] if segments[row[1]][1] == 2 else 0, dm)
            for row in found
            for dm in range(*row[3:5])
        }
        there = {
            one
            for area, low, high, inside in areas
            if area == key[0] and holds(low, high, end)
            for one in inside
        }
        valid = {one for low, high, inside in networks if holds(low, high, end) for one in inside}
        network_m = sum(
            segments[one][2] * segments[one][1] for one in there & valid if segments[one][0] == key[2]
        )
        times = [row[0] for row in found]
        days.append(
            (
                *(*key[:2], end, *key[2:]),
                round(network_m, 6),
                len(ways) / 10,
                sum(row[4] - row[3] for row in found) / 10,
                len({row[1] for row in found}),
                *(min(times), max(times)),
                len({row[6] for row in found}),
                sorted({row[7] for row in found}),
            )
        )
        for material in {row[8] for row in found}:
            own = [row for row in found if row[8] == material]
            spreads.append((*key, material, total(own, 9), total(own, 10)))
    return sorted(days), sorted(spreads, key=lambda row: (*row[:4], row[4] or ""))


def day_of(time: datetime) -> tuple[datetime, datetime]:
    """The Swedish midnights around an instant."""
    midnight = datetime.combine(time.astimezone(SWEDEN).date(), datetime.min.time(), SWEDEN)
    return midnight.astimezone(UTC), (midnight + timedelta(days=1)).astimezone(UTC)


def holds(low: datetime | None, high: datetime | None, end: datetime) -> bool:
    """Whether a row of the register or a network holds at the last instant before `end`."""
    return (low is None or low < end) and (high is None or high >= end)


def total(rows: Rows, column: int) -> float | None:
    """Thousandths a square metre times width and length, in kg or litres to three decimals."""
    if any(row[column] is None or row[11] is None for row in rows):
        return None
    thousandths = Fraction(sum(row[column] * row[11] * (row[4] - row[3]) for row in rows), 10**7)
    return int(thousandths + Fraction(1, 2)) / 1000


def viewed(connection: psycopg.Connection[Any]) -> tuple[Rows, Rows]:
    """What the views hold, as `slow_days` has it; read with the API's rights."""
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL ROLE vinterkoll_api")
        connection.execute("SET LOCAL TimeZone = 'UTC'")
        days = connection.execute("""
            SELECT area, time, until, kind, action, round(network_m::numeric, 6)::float8, treated_m::float8, driven_m::float8,
                   segments, first_time, last_time, vehicles, contractors
            FROM treatment_day
        """).fetchall()
        spreads = connection.execute(
            "SELECT area, time, kind, action, material, kg::float8, litres::float8 FROM spread_day"
        )
        return sorted(days), sorted(spreads.fetchall(), key=lambda row: (*row[:4], row[4] or ""))
