-- Since when most of a segment was treated, whatever touched it later (docs/adr/0020).

-- Workers of earlier versions would leave these columns as they are: batches under way end first (the locks of storage/inputs.py),
-- and none comes after, for rules that are later than its own stop a worker. What the later rules ask for is noted as `migrate` does.
SELECT pg_advisory_xact_lock(1667788391), pg_advisory_xact_lock(1768845428);
UPDATE input_version SET version = version + 1, derivation = 4;
INSERT INTO rederivation (device_id, from_time)
SELECT device_id, 'epoch' FROM device WHERE kind IN ('position', 'flow') ORDER BY device_id;

ALTER TABLE treatment
    ADD COLUMN whole_time  timestamptz,    -- four fifths of the length were covered since; NULL: not within the 24 hours before `time`
    ADD COLUMN whole_share real,           -- of the length, covered since whole_time
    ADD CHECK ((whole_time IS NULL) = (whole_share IS NULL));

UPDATE treatment t
SET (whole_time, whole_share) = (
    SELECT time, least(covered_dm / 10.0 / g.length_m, 1.0)
    FROM (
        SELECT step, time, (SELECT sum(upper(part) - lower(part)) FROM unnest(covered) AS part) AS covered_dm
        FROM (
            SELECT step, time, range_agg(covered) OVER (ORDER BY step DESC) AS covered
            FROM (
                SELECT date_bin('300 seconds', s.time, 'epoch') AS step, min(s.time) AS time,
                       range_agg(int4range(s.from_dm, s.to_dm)) AS covered
                FROM stretch s
                WHERE s.segment_id = t.segment_id AND (t.direction = 0 OR s.direction = t.direction)
                  AND s.actions & (1::bigint << t.action) <> 0
                  AND s.time <= t.time AND s.time >= t.time - interval '86400 seconds'
                GROUP BY 1
            ) AS p
        ) AS u
    ) AS c
    WHERE covered_dm >= 8.0 * g.length_m ORDER BY step DESC LIMIT 1
)
FROM segment g WHERE g.segment_id = t.segment_id;
