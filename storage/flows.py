"""Flow windows: reading the observations that a batch's windows overlap, and writing only what changed."""

from typing import Any, Final

import numpy as np
import psycopg
from numpy.typing import NDArray

from vinterkoll.processing.flow import PERIOD_MAX_S, WINDOW_US, Windows, overlaps
from vinterkoll.processing.observations import BoolColumn, IntColumn
from vinterkoll.storage.columns import Doubles, Instants, Integers, fetch_columns

RANGE_APART_US: Final = round(2 * PERIOD_MAX_S * 1e6)
"""Observations further apart than this share no window."""

_NAMES: Final = (
    "device_id",
    "time",
    "seq",
    "fresh",
    "newest",
    "period_s",
    "intensity",
    "speed_kmh",
    "occupancy",
)

# Every version of an observation is read: an older one may have had a longer period, whose windows change too.
_SUPPORT: Final = """
    SELECT device_id, time, seq, max(fresh) AS fresh, newest, period_s, intensity, speed_kmh, occupancy
    FROM (
        SELECT o.device_id, o.time, o.seq, (o.time BETWEEN r.low AND r.high)::integer AS fresh, o.digest,
               (row_number() OVER (PARTITION BY o.device_id, o.time, o.seq, r.low
                                   ORDER BY o.version DESC NULLS LAST, o.digest DESC) = 1)::integer AS newest,
               coalesce(o.period_s, s.period_s, 'NaN') AS period_s, coalesce(o.intensity, 'NaN') AS intensity,
               coalesce(o.speed_kmh, 'NaN') AS speed_kmh, coalesce(o.occupancy, 'NaN') AS occupancy
        FROM unnest(%(device)b::integer[], %(low)b::timestamptz[], %(high)b::timestamptz[]) AS r (device, low, high)
        CROSS JOIN LATERAL (  -- OFFSET 0: one index look-up a range, whatever the planner thinks of the history
            SELECT * FROM flow
            WHERE device_id = r.device
              AND time > r.low - %(reach)s::interval AND time < r.high + %(reach)s::interval OFFSET 0
        ) AS o
        JOIN device d ON d.device_id = r.device
        LEFT JOIN sensor s ON s.sensor = d.name AND s.kind = 'flow' AND s.valid_from <= o.time AND o.time < s.valid_to
    ) AS versions
    GROUP BY device_id, time, seq, digest, newest, period_s, intensity, speed_kmh, occupancy
"""


def read_support(
    connection: "psycopg.Connection[Any]", device_id: IntColumn, low_us: IntColumn, high_us: IntColumn
) -> dict[str, NDArray[Any]]:
    """Read all versions of the observations whose periods may share a window with some ranges.

    `fresh` marks those that start within a range, `newest` the version that counts. `time` is in microseconds. A period
    that was not sent is that of the register's row of the time.
    """
    parameters: dict[str, object] = {
        "device": Integers(device_id),
        "low": Instants(low_us),
        "high": Instants(high_us),
        "reach": f"{2 * PERIOD_MAX_S + WINDOW_US / 1e6} seconds",
    }
    return fetch_columns(connection, _SUPPORT, parameters, _NAMES)


def touched_windows(
    support: dict[str, NDArray[Any]], *, whatever_period: bool = False
) -> tuple[IntColumn, IntColumn]:
    """Return device and start, each (k,), of the windows that fresh observations overlap, in any of their versions.

    `whatever_period`: those that they may have overlapped while the register had another period, too.
    """
    fresh = np.flatnonzero(support["fresh"])
    period_s = np.full(len(fresh), PERIOD_MAX_S) if whatever_period else support["period_s"][fresh]
    observation, window_us, _ = overlaps(support["time"][fresh], period_s)
    pairs = np.unique(np.column_stack([support["device_id"][fresh][observation], window_us]), axis=0)
    return pairs[:, 0], pairs[:, 1]


def replace(
    connection: "psycopg.Connection[Any]", device_id: IntColumn, window_us: IntColumn, windows: Windows
) -> None:
    """Make the stored windows (device, start) those of `windows` that are among them; the others are deleted."""
    kept = _among(windows, device_id, window_us)
    if not len(device_id):
        return
    connection.execute(
        """
        DELETE FROM flow_window w USING unnest(%b::integer[], %b::timestamptz[]) AS k (device_id, time)
        WHERE w.device_id = k.device_id AND w.time = k.time
          AND NOT EXISTS (SELECT FROM unnest(%b::integer[], %b::timestamptz[]) AS n (device_id, time)
                          WHERE n.device_id = k.device_id AND n.time = k.time)
          AND w.device_id = ANY (%b::integer[]) AND w.time BETWEEN (%b::timestamptz[])[1] AND (%b::timestamptz[])[1]
        """,
        [
            Integers(device_id),
            Instants(window_us),
            Integers(windows.series[kept]),
            Instants(windows.start_us[kept]),
            # once more as constants: of compressed chunks only what these let through is opened
            Integers(np.unique(device_id)),
            Instants(window_us.min(keepdims=True)),
            Instants(window_us.max(keepdims=True)),
        ],
    )
    connection.execute(
        """
        INSERT INTO flow_window (device_id, time, vehicles, speed_kmh, occupancy, covered_s, counted_s)
        SELECT device_id, time, nullif(v, 'NaN'), nullif(s, 'NaN'), nullif(o, 'NaN'), covered_s, counted_s
        FROM unnest(%b::integer[], %b::timestamptz[], %b::float8[], %b::float8[], %b::float8[], %b::float8[], %b::float8[])
             AS n (device_id, time, v, s, o, covered_s, counted_s)
        ON CONFLICT (device_id, time) DO UPDATE
        SET vehicles = excluded.vehicles, speed_kmh = excluded.speed_kmh, occupancy = excluded.occupancy,
            covered_s = excluded.covered_s, counted_s = excluded.counted_s
        WHERE (flow_window.vehicles, flow_window.speed_kmh, flow_window.occupancy, flow_window.covered_s,
               flow_window.counted_s)
              IS DISTINCT FROM (excluded.vehicles, excluded.speed_kmh, excluded.occupancy, excluded.covered_s,
                                excluded.counted_s)
        """,
        [
            Integers(windows.series[kept]),
            Instants(windows.start_us[kept]),
            Doubles(windows.vehicles[kept]),
            Doubles(windows.speed_kmh[kept]),
            Doubles(windows.occupancy[kept]),
            Doubles(windows.covered_s[kept]),
            Doubles(windows.counted_s[kept]),
        ],
    )


def _among(windows: Windows, device_id: IntColumn, window_us: IntColumn) -> BoolColumn:
    wanted = set(zip(device_id.tolist(), window_us.tolist(), strict=True))
    pairs = zip(windows.series.tolist(), windows.start_us.tolist(), strict=True)
    return np.fromiter((pair in wanted for pair in pairs), bool, len(windows.series))
