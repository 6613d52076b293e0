"""Derived tables by natural key, and a plain-Python reference that derives them from the raw rows all at once.

The reference sorts and loops over whole tracks: no support and no batches. Of the processing it shares what looks at one row
alone (`fixes_of`: coordinates, and what was really done; `heading_of`), and what has a naive twin of its own in tests/processing:
which fixes are linked (`linked_to_next`), the edges and lengths of streets, and which version of them is valid when (`Versions`).
"""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from math import floor, prod
from typing import Any

import numpy as np
import psycopg
import pytest

from slow_flow import slow_windows
from slow_hygiene import SlowFlags
from slow_matching import SlowMatcher
from vinterkoll.app.accepting import Acceptance
from vinterkoll.app.decoding import Decoding
from vinterkoll.app.derivation import fixes_of
from vinterkoll.ingest.message import Message
from vinterkoll.processing.actions import CODES, SPREADING_ACTIONS, TREATING_ACTIONS
from vinterkoll.processing.cleaning import Limits
from vinterkoll.processing.hygiene import BIT
from vinterkoll.processing.network import ALL_KINDS, KINDS
from vinterkoll.processing.tracks import Fixes
from vinterkoll.storage import thresholds
from vinterkoll.storage.columns import register
from vinterkoll.storage.network import Versions

Connection = psycopg.Connection[Any]
Tables = dict[str, list[tuple[Any, ...]]]
LIMITS = Limits(future_max_s=300, west=10, south=55, east=24.5, north=69.5)
TOPICS = {
    "position": "mip",
    "positions": "mip",
    "havainnot": "harja",
    "flow": "traffic-flow-observed",
    "up": "chirpstack",
}

FIVE_MINUTES_US, DAY_US = 300 * 1_000_000, 86_400 * 1_000_000
MASKS = ("actions", "plough_known", "plough_down")

DERIVED = {
    "fix_flag": """
        SELECT d.owner, d.name, time, seq, flags
        FROM fix_flag JOIN device d USING (device_id) ORDER BY 1, 2, 3, 4
    """,
    "stretch": """
        SELECT d.owner, d.name, time, seq, piece, until_time, segment_id, direction, from_dm, to_dm, actions,
               m.name, mg_per_m2, ul_per_m2, width_mm
        FROM stretch JOIN device d USING (device_id) LEFT JOIN material m USING (material_id) ORDER BY 1, 2, 3, 4, 5
    """,
    "treatment": """
        SELECT segment_id, direction, action, time, share, d.owner, d.name, first_time,
               ARRAY(SELECT DISTINCT one.name FROM device one WHERE one.device_id = ANY (device_ids) ORDER BY one.name), spread,
               whole_time, whole_share
        FROM treatment JOIN device d USING (device_id) ORDER BY 1, 2, 3
    """,
    "flow_window": """
        SELECT d.name, d.part, time, vehicles, w.speed_kmh, w.occupancy, covered_s, counted_s
        FROM flow_window w JOIN device d USING (device_id) ORDER BY 1, 2, 3
    """,
}


def acceptance(
    url: str, clock: Callable[[], int], worker: str | None = "test"
) -> tuple[Connection, Acceptance]:
    """A connection and an Acceptance on it, as the worker makes them."""
    connection = psycopg.connect(url, autocommit=True)
    register(connection)
    return connection, Acceptance(
        connection,
        Decoding(LIMITS, lambda topic: TOPICS.get(topic.rpartition("/")[2], ""), 100_000),
        worker=worker,
        clock=clock,
    )


def derived(connection: Connection) -> Tables:
    """Every derived row, by names instead of surrogate ids."""
    return {table: connection.execute(query).fetchall() for table, query in DERIVED.items()}


def reference(connection: Connection) -> Tables:
    """What the derived tables must hold by the raw rows and the inputs that are there now; instants in microseconds."""
    rows = connection.execute(
        """
        SELECT d.owner, d.name, extract(epoch FROM p.time) * 1000000, p.seq, extract(epoch FROM p.version), p.line, p.digest,
               lon, lat, speed_kmh, heading_deg, accuracy_m, hdop, odometer_m, actions, plough_known, plough_down,
               spread_g_per_m2, spread_ml_per_m2, unknown_actions, spread_width_m, spread_material
        FROM position p JOIN device d USING (device_id)
        """
    ).fetchall()
    named = {
        (owner, text): mask
        for owner, text, mask in connection.execute("SELECT contractor, text, meaning FROM action_name")
    }
    registered = connection.execute("""
        SELECT contractor, vehicle, extract(epoch FROM valid_from) * 1000000, extract(epoch FROM valid_to) * 1000000, kinds
        FROM vehicle
    """).fetchall()
    best = _canonical(rows)
    versions, limits = Versions(connection), thresholds.read(connection)
    matchers = _Matchers(versions)
    tracks: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    pieces, flagged = [], []
    for key in sorted(best):
        if _line(best, best[key]) < 0:
            flagged.append((*key, BIT["superseded"]))
        else:
            tracks[key[:2]].append(best[key])
    for (owner, name), track in tracks.items():
        names = ("lon", "lat", "speed_kmh", "heading_deg", "accuracy_m", "hdop", "odometer_m", *MASKS)
        amounts = ("spread_g_per_m2", "spread_ml_per_m2")
        columns = dict(zip((*names, *amounts), zip(*(row[7:-3] for row in track), strict=True), strict=True))
        support = {
            column: np.array([np.nan if value is None else value for value in values], float)
            for column, values in columns.items()
        }
        for column in MASKS:
            support[column] = support[column].astype(np.int64)
        for at, row in enumerate(track):
            for text in (row[-3] or "").split("\n"):
                support["actions"][at] |= named.get((owner, text), 0)
        support["time"] = np.array([int(row[2]) for row in track])
        support["seq"] = np.array([row[3] for row in track])
        support["range_id"] = np.zeros(len(track), np.int64)
        support["of_line"] = np.array([_line(best, row) for row in track])
        support["kinds"] = np.array([_kinds(registered, owner, name, row[2]) for row in track])
        fixes = fixes_of(support)
        slow_flags = SlowFlags(fixes, limits)
        flags = [sum(BIT[flag] for flag in slow_flags.flags(at)) for at in range(len(fixes))]
        flagged += [(owner, name, *row[2:4], mask) for row, mask in zip(track, flags, strict=True) if mask]
        fixes = fixes.only(np.array(flags) == 0)
        for step, piece, *where in matchers.stretches(fixes):
            begin, end = (int(fixes.time_us[at]) for at in (step, step + 1))
            actions = int(fixes.actions[step]) & TREATING_ACTIONS
            spread = _setting(actions, *track[int(fixes.place[step])][-5:])
            pieces.append((owner, name, begin, int(fixes.seq[step]), piece, end, *where, actions, *spread))
    return {
        "fix_flag": sorted(flagged),
        "stretch": sorted(pieces),
        "treatment": _treatments(connection, pieces),
        "flow_window": _flow_windows(connection),
    }


def _canonical(rows: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Of the rows that share their first four columns, the key, the one with the greatest version, then line, then digest."""
    best: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in sorted(rows, key=lambda row: (row[4] is not None, row[4] or 0, row[5] or 0, row[6])):
        best[row[:4]] = row
    return best


class _Matchers:
    """Each step on the version of the network valid at its start; its neighbours for this step too."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._of_place: dict[int, SlowMatcher] = {}

    def stretches(self, fixes: Fixes) -> list[tuple[int, ...]]:
        place = self._versions.places(fixes.time_us).tolist()
        found: list[tuple[int, ...]] = []
        for one in sorted(set(place)):
            if one not in self._of_place:
                self._of_place[one] = SlowMatcher(self._versions.at(one))
            found += [row for row in self._of_place[one].stretches(fixes) if place[row[0]] == one]
        return sorted(found)


def _line(best: dict[tuple[Any, ...], tuple[Any, ...]], row: tuple[Any, ...]) -> int:
    """The line of a vertex, 0 of no line, -1 where the first vertex at its instant is not of this line."""
    line: int | None = row[5]
    if line is None:
        return 0
    first = best.get((*row[:3], 0))
    return line if first is not None and first[5] == line else -1


def _kinds(registered: list[tuple[Any, ...]], owner: str, name: str, time_us: int) -> int:
    for contractor, vehicle, low_us, high_us, kinds in registered:
        if (contractor, vehicle) == (owner, name) and low_us <= time_us < high_us:
            return sum(KINDS[kind] for kind in kinds)
    return ALL_KINDS


def _setting(
    actions: int, g: float | None, ml: float | None, _: str, width: float | None, material: str | None
) -> tuple[str | None, int | None, int | None, int | None]:
    """What a step spreads: material, mg/m², µl/m², mm."""
    if not actions & SPREADING_ACTIONS:
        return None, None, None, None

    def thousandths(value: float | None, believed: bool) -> int | None:
        return round(value * 1000) if value is not None and believed else None

    return (
        material,
        thousandths(g, (g or 0) <= 10_000),
        thousandths(ml, (ml or 0) <= 10_000),
        thousandths(width, 0 < (width or 0) <= 50),
    )


def _treatments(connection: Connection, pieces: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Latest per segment, direction and action; the share by marking decimetres, amounts in fractions."""
    segments = {
        segment: (passes, length_m)
        for segment, passes, length_m in connection.execute(
            "SELECT segment_id, passes_required, length_m FROM segment"
        )
    }
    groups: dict[tuple[int, int, int], list[tuple[Any, ...]]] = defaultdict(list)
    for piece in pieces:
        segment, direction, actions = piece[6], piece[7], piece[10]
        for action in range(len(CODES)):
            if actions >> action & 1:
                groups[segment, direction if segments[segment][0] == 2 else 0, action].append(piece)
    result = []
    for key, found in sorted(groups.items()):
        time = max(piece[2] for piece in found)
        owner, name = min(piece[:2] for piece in found if piece[2] == time)
        covered: set[int] = set()
        counted = [piece for piece in found if time - 2 * 3600 * 1_000_000 < piece[2]]
        for piece in counted:
            covered.update(range(piece[8], piece[9]))
        share = np.float32(min(len(covered) / 10 / segments[key[0]][1], 1.0))
        names, first = sorted({piece[1] for piece in counted}), min(piece[2] for piece in counted)
        spread = _spread(counted) if SPREADING_ACTIONS >> key[2] & 1 else None
        result.append(
            (*key, time, share, owner, name, first, names, spread, *_whole(found, segments[key[0]][1]))
        )
    return result


def _whole(pieces: list[tuple[Any, ...]], length_m: float) -> tuple[int, np.float32] | tuple[None, None]:
    """Since when four fifths of a street were covered, by decimetres, and how much was: five minutes more and more, a day at most."""
    latest = max(piece[2] for piece in pieces)
    for step in sorted({piece[2] // FIVE_MINUTES_US for piece in pieces}, reverse=True):
        since = [
            piece for piece in pieces if piece[2] // FIVE_MINUTES_US >= step and piece[2] >= latest - DAY_US
        ]
        covered = {dm for piece in since for dm in range(piece[8], piece[9])}
        if len(covered) >= 8 * length_m:
            return min(piece[2] for piece in since), np.float32(min(len(covered) / 10 / length_m, 1.0))
    return None, None


def _spread(pieces: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """What was spread, by material, those without a name last."""
    result = []
    for material in sorted({piece[11] for piece in pieces}, key=lambda name: (name is None, name or "")):
        driven = [(piece[9] - piece[8], *piece[12:]) for piece in pieces if piece[11] == material]
        length_dm = sum(dm for dm, *_ in driven)
        result.append(
            {
                "material": material,
                "kg": _sum([(dm, mg, mm) for dm, mg, _, mm in driven], 10**10),
                "litres": _sum([(dm, ul, mm) for dm, _, ul, mm in driven], 10**10),
                "g_per_m2": _sum([(dm, mg) for dm, mg, _, _ in driven], 1000 * length_dm),
                "ml_per_m2": _sum([(dm, ul) for dm, _, ul, _ in driven], 1000 * length_dm),
                "width_m": _sum([(dm, mm) for dm, _, _, mm in driven], 1000 * length_dm),
            }
        )
    return result


def _sum(products: list[tuple[Any, ...]], unit: int) -> float | None:
    """The sum of products in a larger unit, to three decimals; None where a factor is not known."""
    if any(None in factors for factors in products):
        return None
    return floor(Fraction(sum(map(prod, products)) * 1000, unit) + Fraction(1, 2)) / 1000


def _flow_windows(connection: Connection) -> list[tuple[Any, ...]]:
    rows = connection.execute(
        """
        SELECT d.name, d.part, (extract(epoch FROM time))::bigint, seq, extract(epoch FROM version), NULL, digest,
               coalesce(o.period_s, s.period_s), intensity::float8, speed_kmh::float8, occupancy::float8
        FROM flow o JOIN device d USING (device_id)
        LEFT JOIN sensor s ON s.sensor = d.name AND s.kind = 'flow' AND s.valid_from <= o.time AND o.time < s.valid_to
        """
    ).fetchall()
    observations = [
        (row[:2], row[2], *[np.nan if value is None else value for value in row[7:]])
        for row in _canonical(rows).values()
    ]
    return [
        (*series, start_s * 1_000_000, *values)
        for (series, start_s), values in sorted(slow_windows(observations).items())
    ]


def in_microseconds(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Instants of `derived` as the reference has them."""
    return [tuple(round(v.timestamp() * 1e6) if hasattr(v, "timestamp") else v for v in row) for row in rows]


def equals_reference(found: Tables, connection: Connection) -> None:
    """Assert that derived rows are those of the reference, row for row; sums of flow windows up to their last bits."""
    expected = reference(connection)
    for table in found.keys() - {"flow_window"}:
        assert in_microseconds(found[table]) == expected[table]
    windows = in_microseconds(found["flow_window"])
    assert [row[:3] for row in windows] == [row[:3] for row in expected["flow_window"]]
    for row, slow in zip(windows, expected["flow_window"], strict=True):
        values = tuple(np.nan if value is None else value for value in row[3:])
        assert values == pytest.approx(slow[3:], rel=1e-9, nan_ok=True)


def position_message(payload: bytes, vehicle: str, received_us: int) -> Message:
    return Message(f"mip/v1/snow/{vehicle}/position", payload, received_us)
