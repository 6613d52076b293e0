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
_WHOLE_SHARE: Final = 0.8
"""Of a segment's length: what a driver leaves at its ends, and half a step at each end of a run, are no reason to call it undone."""
_WHOLE_WITHIN_S: Final = 24 * 3600
"""How far back from the latest pass that much is looked for: as far as the map shows, and no farther than a winter's day costs."""
_WHOLE_STEP_S: Final = 300
"""Passes are taken by these aligned seconds, latest first: a vehicle that goes to and fro all day has 86,400 steps."""

_STEP: Final = f"date_bin('{_WHOLE_STEP_S} seconds', {{}}, 'epoch')"
_DM: Final = "(SELECT sum(upper(part) - lower(part)) FROM unnest(covered) AS part)"
_SHARE: Final = "least(dm / 10.0 / k.length_m, 1.0)"
_IS_WHOLE: Final = f"dm >= {_WHOLE_SHARE} * 10 * k.length_m"

_OF_KEY: Final = """
    s.segment_id = k.segment_id AND (k.direction = 0 OR s.direction = k.direction) AND s.actions & k.bit <> 0
"""
_COUNTED: Final = f"{_OF_KEY} AND s.time <= k.time AND s.time > k.time - interval '{_PASS_S} seconds'"

# Since when that much was covered, passes taken latest first: a touch of the street hides nothing, and renews nothing but its own metres.
# Where the passes that count cover it, no earlier ones are read, for they would not be taken; and none where all of these are one step.
# OFFSET 0 lets what is above it be computed once: else the planner writes it out wherever it is used.
_WHOLE: Final = f"""
    SELECT time, {_SHARE} AS share
    FROM (
        SELECT step, time, {_DM} AS dm
        FROM (
            SELECT step, time, range_agg(covered) OVER (ORDER BY step DESC) AS covered
            FROM (
                SELECT {_STEP.format("s.time")} AS step, min(s.time) AS time,
                       range_agg(int4range(s.from_dm, s.to_dm)) AS covered
                FROM stretch s
                WHERE NOT c.at_once AND {_OF_KEY} AND s.time <= k.time
                  AND s.time >= CASE WHEN c.whole THEN {_STEP.format("c.first_time")}
                                ELSE k.time - interval '{_WHOLE_WITHIN_S} seconds' END
                GROUP BY 1
            ) AS p
        ) AS u OFFSET 0
    ) AS m
    WHERE {_IS_WHOLE} ORDER BY step DESC LIMIT 1
"""  # noqa: S608 - no input is put into the statement

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
    INSERT INTO treatment (segment_id, direction, action, time, share, device_id, first_time, device_ids, spread,
                           whole_time, whole_share)
    SELECT k.segment_id, k.direction, k.action, k.time, c.share, k.device_id, c.first_time, c.device_ids, w.spread,
           CASE WHEN c.at_once THEN c.first_time ELSE h.time END, CASE WHEN c.at_once THEN c.share ELSE h.share END
    FROM latest k
    CROSS JOIN LATERAL (
        SELECT first_time, device_ids, {_SHARE} AS share, {_IS_WHOLE} AS whole,
               {_IS_WHOLE} AND {_STEP.format("first_time")} = {_STEP.format("k.time")} AS at_once
        FROM (
            SELECT {_DM} AS dm, first_time, device_ids
            FROM (
                SELECT range_agg(int4range(s.from_dm, s.to_dm)) AS covered, min(s.time) AS first_time,
                       array_agg(DISTINCT s.device_id) AS device_ids
                FROM stretch s WHERE {_COUNTED}
            ) AS p OFFSET 0
        ) AS p OFFSET 0
    ) AS c
    CROSS JOIN LATERAL ({_SPREAD}) AS w
    LEFT JOIN LATERAL ({_WHOLE}) AS h ON true
    WHERE k.time IS NOT NULL
    ON CONFLICT (segment_id, direction, action) DO UPDATE
    SET time = excluded.time, share = excluded.share, device_id = excluded.device_id,
        first_time = excluded.first_time, device_ids = excluded.device_ids, spread = excluded.spread,
        whole_time = excluded.whole_time, whole_share = excluded.whole_share
    WHERE (treatment.time, treatment.share, treatment.device_id,
           treatment.first_time, treatment.device_ids, treatment.spread, treatment.whole_time, treatment.whole_share)
          IS DISTINCT FROM (excluded.time, excluded.share, excluded.device_id,
                            excluded.first_time, excluded.device_ids, excluded.spread, excluded.whole_time, excluded.whole_share)
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
