-- Treatment by Swedish civil day (docs/adr/0013): of each segment as sums, continuous with TimescaleDB; of each area as views of these.

-- Which segments lie in an area of the register, whatever version of the network they are of. Kept by storage/areas.py.
CREATE TABLE area_segment (
    area       text NOT NULL,
    valid_from timestamptz NOT NULL,
    segment_id bigint NOT NULL REFERENCES segment,
    PRIMARY KEY (area, valid_from, segment_id),
    FOREIGN KEY (area, valid_from) REFERENCES area ON UPDATE CASCADE ON DELETE CASCADE
);

DO $$
DECLARE
    columnar boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
                        AND current_setting('timescaledb.license', true) IS NOT DISTINCT FROM 'timescale';
    made text := 'CREATE VIEW segment_day AS %s';
    day  text := $sql$date_trunc('day', time AT TIME ZONE 'Europe/Stockholm') AT TIME ZONE 'Europe/Stockholm'$sql$;
    -- Sums of products are numeric: exact, in whichever order. `spread_dm` is what was driven, `weighed_dm` and `measured_dm`
    -- what of it is known by weight and by volume: unknown is not zero. Ids in ranges are a set that can be united further.
    summed text := $sql$
        SELECT segment_id, direction, actions, material_id, %s AS time,
               min(time) AS first_time, max(time) AS last_time,
               range_agg(int4range(from_dm, to_dm)) AS covered,
               range_agg(int4range(device_id, device_id + 1)) AS device_ids,
               sum((to_dm - from_dm)::numeric) AS driven_dm,
               sum(mg_per_m2::numeric * width_mm::numeric * (to_dm - from_dm)::numeric) AS mg_mm_dm,
               sum(ul_per_m2::numeric * width_mm::numeric * (to_dm - from_dm)::numeric) AS ul_mm_dm,
               sum(CASE WHEN mg_per_m2 IS NOT NULL AND width_mm IS NOT NULL THEN (to_dm - from_dm)::numeric END) AS weighed_dm,
               sum(CASE WHEN ul_per_m2 IS NOT NULL AND width_mm IS NOT NULL THEN (to_dm - from_dm)::numeric END) AS measured_dm
        FROM stretch GROUP BY 1, 2, 3, 4, 5$sql$;
BEGIN
    IF columnar THEN
        made := 'CREATE MATERIALIZED VIEW segment_day WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS %s WITH NO DATA';
        day := $sql$time_bucket(interval '1 day', time, 'Europe/Stockholm')$sql$;
    ELSE
        -- a day's stretches lie together: this leads to them at next to no cost for who writes; autovacuum keeps it
        EXECUTE format('CREATE INDEX stretch_day ON stretch USING brin ((%s)) WITH (autosummarize = on)', day);
    END IF;
    EXECUTE format(made, format(summed, day));
    IF columnar THEN
        -- from the beginning, as of traffic: 0016_flow_aggregates.sql
        PERFORM add_continuous_aggregate_policy('segment_day', start_offset => NULL, end_offset => interval '1 day',
                                                schedule_interval => interval '1 hour');
    END IF;
END $$;

-- The register's areas and the streets as they were at the day's end; a segment counts as often as it has ways to clear.
CREATE VIEW area_day_segment AS
SELECT a.area, d.time, d.until, s.kind, b.action, s.segment_id,
       CASE WHEN s.passes_required = 1 THEN 0 ELSE d.direction END AS way,
       d.material_id, d.first_time, d.last_time, d.covered, d.device_ids, d.driven_dm,
       d.mg_mm_dm, d.ul_mm_dm, d.weighed_dm, d.measured_dm
FROM (
    SELECT *, (time AT TIME ZONE 'Europe/Stockholm' + interval '1 day') AT TIME ZONE 'Europe/Stockholm' AS until FROM segment_day
) AS d
JOIN segment s USING (segment_id)
JOIN area_segment i USING (segment_id)
JOIN area a ON (a.area, a.valid_from) = (i.area, i.valid_from) AND a.valid_from < d.until AND a.valid_to >= d.until
CROSS JOIN LATERAL (SELECT action FROM generate_series(0, 62) AS action WHERE d.actions >> action & 1 = 1) AS b;

CREATE VIEW treatment_day AS
SELECT t.area, t.time, t.until, t.kind, t.action, n.network_m, t.treated_dm / 10.0 AS treated_m, t.driven_dm / 10.0 AS driven_m,
       t.segments, t.first_time, t.last_time, v.vehicles, v.contractors
FROM (
    SELECT area, time, until, kind, action, count(DISTINCT segment_id) AS segments, sum(covered_dm) AS treated_dm,
           sum(driven_dm) AS driven_dm, min(first_time) AS first_time, max(last_time) AS last_time,
           range_agg(device_ids) AS device_ids
    FROM (
        SELECT w.*, (SELECT sum(upper(part) - lower(part)) FROM unnest(w.covered) AS part) AS covered_dm
        FROM (
            SELECT area, time, until, kind, action, segment_id, way, range_agg(covered) AS covered,
                   range_agg(device_ids) AS device_ids, sum(driven_dm) AS driven_dm,
                   min(first_time) AS first_time, max(last_time) AS last_time
            FROM area_day_segment GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) AS w
    ) AS c GROUP BY 1, 2, 3, 4, 5
) AS t
CROSS JOIN LATERAL (
    SELECT sum(s.length_m * s.passes_required) AS network_m
    FROM network_validity y JOIN network_segment USING (network_id)
    JOIN segment s USING (segment_id) JOIN area_segment i USING (segment_id)
    JOIN area a ON (a.area, a.valid_from) = (i.area, i.valid_from) AND a.valid_from < t.until AND a.valid_to >= t.until
    WHERE a.area = t.area AND s.kind = t.kind
          AND y.valid_from < t.until AND (y.valid_until IS NULL OR y.valid_until >= t.until)
) AS n
CROSS JOIN LATERAL (
    SELECT count(*) AS vehicles, array_agg(DISTINCT owner ORDER BY owner) AS contractors
    FROM unnest(t.device_ids) AS ids JOIN device ON device_id >= lower(ids) AND device_id < upper(ids)
) AS v;

-- kg, litres: NULL where one pass did not say
CREATE VIEW spread_day AS
SELECT area, time, kind, action, m.name AS material,
       CASE WHEN sum(weighed_dm) = sum(driven_dm) THEN round(sum(mg_mm_dm) / 1e10, 3) END AS kg,
       CASE WHEN sum(measured_dm) = sum(driven_dm) THEN round(sum(ul_mm_dm) / 1e10, 3) END AS litres
FROM area_day_segment LEFT JOIN material m USING (material_id)
GROUP BY 1, 2, 3, 4, 5;

GRANT SELECT ON area_segment, segment_day, area_day_segment, treatment_day, spread_day TO vinterkoll_api;
GRANT SELECT, INSERT, DELETE ON area_segment TO vinterkoll_register;
