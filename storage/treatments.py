"""Treatments: the latest per segment, direction and action, renewed for the segments whose stretches changed."""

from datetime import datetime
from typing import Any, Final

import numpy as np
import psycopg

from vinterkoll.processing.actions import SPREADING_ACTIONS
from vinterkoll.processing.observations import Rows
from vinterkoll.storage.columns import Bigints, Smallints

_PASS_S: Final = 2 * 3600
"""A treatment is the passes of these seconds up to the latest: its share, first time, amounts and vehicles."""

_OF_KEY: Final = """
    s.segment_id = k.segment_id AND (k.direction = 0 OR s.direction = k.direction) AND s.actions & k.bit <> 0
"""
_COUNTED: Final = f"{_OF_KEY} AND s.time <= k.time AND s.time > k.time - interval '{_PASS_S} seconds'"

# All that is summed are whole numbers, so the order of the rows leaves no trace. Products: mg/m² · mm · dm = 1e-10 kg.
# One step of which something is not known makes the sum unknown: a sum without it would pass for the whole.
_SPREAD: Final = f"""
    SELECT jsonb_agg(jsonb_build_object(
               'material', m.name, 'kg', round(w.kg, 3), 'litres', round(w.litres, 3),
               'g_per_m2', round(w.g_per_m2, 3), 'ml_per_m2', round(w.ml_per_m2, 3), 'width_m', round(w.width_m, 3)
           ) ORDER BY m.name COLLATE "C") AS spread
    FROM (
        SELECT p.material_id,
               CASE WHEN bool_and(p.mg_mm IS NOT NULL) THEN sum(p.mg_mm * p.dm) / 1e10 END AS kg,
               CASE WHEN bool_and(p.ul_mm IS NOT NULL) THEN sum(p.ul_mm * p.dm) / 1e10 END AS litres,
               CASE WHEN bool_and(p.mg_per_m2 IS NOT NULL) THEN sum(p.mg_per_m2 * p.dm) / sum(p.dm) / 1000 END AS g_per_m2,
               CASE WHEN bool_and(p.ul_per_m2 IS NOT NULL) THEN sum(p.ul_per_m2 * p.dm) / sum(p.dm) / 1000 END AS ml_per_m2,
               CASE WHEN bool_and(p.width_mm IS NOT NULL) THEN sum(p.width_mm * p.dm) / sum(p.dm) / 1000 END AS width_m
        FROM (
            SELECT s.*, (s.to_dm - s.from_dm)::bigint AS dm,
                   s.mg_per_m2::bigint * s.width_mm AS mg_mm, s.ul_per_m2::bigint * s.width_mm AS ul_mm
            FROM stretch s WHERE {_COUNTED}
        ) AS p GROUP BY p.material_id
    ) AS w LEFT JOIN material m USING (material_id)
    WHERE k.spreads
"""  # noqa: S608 - no input is put into the statement

# Ties between vehicles go by their names, not by ids, which depend on the order of arrival.
_RENEW: Final = f"""
    WITH touched AS (
        SELECT DISTINCT t.segment_id, CASE WHEN s.passes_required = 1 THEN 0 ELSE t.direction END AS direction,
               t.action, s.length_m, 1::bigint << t.action AS bit,
               (1::bigint << t.action) & {SPREADING_ACTIONS} <> 0 AS spreads
        FROM unnest(%b::bigint[], %b::smallint[], %b::smallint[]) AS t (segment_id, direction, action)
        JOIN segment s USING (segment_id)
    ), latest AS (
        SELECT k.*, l.time, l.device_id
        FROM touched k
        LEFT JOIN LATERAL (
            SELECT time, device_id
            FROM (
                SELECT s.time, s.device_id FROM stretch s
                WHERE {_OF_KEY}
                ORDER BY s.time DESC FETCH FIRST 1 ROW WITH TIES
            ) AS tied JOIN device USING (device_id)
            ORDER BY owner COLLATE "C", name COLLATE "C" LIMIT 1
        ) AS l ON true
    ), undone AS (
        DELETE FROM treatment t USING latest l
        WHERE l.time IS NULL AND t.segment_id = l.segment_id AND t.direction = l.direction AND t.action = l.action
    )
    INSERT INTO treatment (segment_id, direction, action, time, share, device_id, first_time, device_ids, spread)
    SELECT k.segment_id, k.direction, k.action, k.time,
           (SELECT least(sum(upper(part) - lower(part)) / 10.0 / k.length_m, 1.0) FROM unnest(c.covered) AS part),
           k.device_id, c.first_time, c.device_ids, w.spread
    FROM latest k
    CROSS JOIN LATERAL (
        SELECT range_agg(int4range(s.from_dm, s.to_dm)) AS covered, min(s.time) AS first_time,
               array_agg(DISTINCT s.device_id) AS device_ids
        FROM stretch s WHERE {_COUNTED}
    ) AS c
    CROSS JOIN LATERAL ({_SPREAD}) AS w
    WHERE k.time IS NOT NULL
    ON CONFLICT (segment_id, direction, action) DO UPDATE
    SET time = excluded.time, share = excluded.share, device_id = excluded.device_id,
        first_time = excluded.first_time, device_ids = excluded.device_ids, spread = excluded.spread
    WHERE (treatment.time, treatment.share, treatment.device_id,
           treatment.first_time, treatment.device_ids, treatment.spread)
          IS DISTINCT FROM (excluded.time, excluded.share, excluded.device_id,
                            excluded.first_time, excluded.device_ids, excluded.spread)
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


def drop(connection: "psycopg.Connection[Any]", before: datetime) -> None:
    """Delete the treatments that are older than an instant."""
    connection.execute("DELETE FROM treatment WHERE time < %s", [before])
