"""Treatments: the latest per segment, direction and action, renewed for the segments whose stretches changed."""

from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.processing.observations import Rows
from vinterkoll.storage.columns import Bigints, Smallints

_PASS_S: Final = 2 * 3600
"""A segment's share covered counts the passes of these seconds before the latest."""

# Ties between vehicles go by their names, not by ids, which depend on the order of arrival.
_RENEW: Final = f"""
    WITH touched AS (
        SELECT DISTINCT t.segment_id, CASE WHEN s.passes_required = 1 THEN 0 ELSE t.direction END AS direction,
               t.action, s.length_m, 1::bigint << t.action AS bit
        FROM unnest(%b::bigint[], %b::smallint[], %b::smallint[]) AS t (segment_id, direction, action)
        JOIN segment s USING (segment_id)
    ), latest AS (
        SELECT k.*, l.time, l.device_id, c.covered_m
        FROM touched k
        LEFT JOIN LATERAL (
            SELECT time, device_id
            FROM (
                SELECT s.time, s.device_id FROM stretch s
                WHERE s.segment_id = k.segment_id AND (k.direction = 0 OR s.direction = k.direction)
                  AND s.actions & k.bit <> 0
                ORDER BY s.time DESC FETCH FIRST 1 ROW WITH TIES
            ) AS tied JOIN device USING (device_id)
            ORDER BY owner COLLATE "C", name COLLATE "C" LIMIT 1
        ) AS l ON true
        LEFT JOIN LATERAL (
            SELECT sum(upper(part) - lower(part)) / 10.0 AS covered_m
            FROM (
                SELECT unnest(range_agg(int4range(s.from_dm, s.to_dm))) AS part FROM stretch s
                WHERE s.segment_id = k.segment_id AND (k.direction = 0 OR s.direction = k.direction)
                  AND s.actions & k.bit <> 0
                  AND s.time <= l.time AND s.time > l.time - interval '{_PASS_S} seconds'
            ) AS parts
        ) AS c ON true
    ), undone AS (
        DELETE FROM treatment t USING latest l
        WHERE l.time IS NULL AND t.segment_id = l.segment_id AND t.direction = l.direction AND t.action = l.action
    )
    INSERT INTO treatment (segment_id, direction, action, time, share, device_id)
    SELECT segment_id, direction, action, time, least(covered_m / length_m, 1.0), device_id
    FROM latest WHERE time IS NOT NULL
    ON CONFLICT (segment_id, direction, action) DO UPDATE
    SET time = excluded.time, share = excluded.share, device_id = excluded.device_id
    WHERE (treatment.time, treatment.share, treatment.device_id)
          IS DISTINCT FROM (excluded.time, excluded.share, excluded.device_id)
"""  # noqa: S608


def renew(connection: "psycopg.Connection[Any]", changed: Rows) -> None:
    """Renew the treatments of `changed` stretches (STRETCH): those that went, and those that came.

    The devices' rows must be locked. The segments' rows are locked here, in id order, after them.
    """
    if not len(changed):
        return
    connection.execute(
        "SELECT FROM segment WHERE segment_id = ANY(%b) ORDER BY segment_id FOR NO KEY UPDATE",
        [Bigints(np.unique(changed["segment_id"]))],
    )
    place, action = np.nonzero((changed["actions"][:, None] >> np.arange(63)) & 1)
    keys = np.unique(
        np.column_stack([changed["segment_id"][place], changed["direction"][place], action]), axis=0
    )
    connection.execute(_RENEW, [Bigints(keys[:, 0]), Smallints(keys[:, 1]), Smallints(keys[:, 2])])
