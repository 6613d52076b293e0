-- Traffic by hour (UTC) and by Swedish civil day, as sums that can be added up further; from `flow_window`, which is kept as long.
-- Continuous aggregates with TimescaleDB, views of the same names and rows without: docs/timescaledb.md.

DO $$
DECLARE
    columnar boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
                        AND current_setting('timescaledb.license', true) IS NOT DISTINCT FROM 'timescale';
    made text := 'CREATE VIEW %I AS %s';
    -- numeric: exact, so that no order of the rows leaves a trace
    summed text := $sql$
        SELECT device_id, %s AS time,
               sum(vehicles::numeric) AS vehicles,
               sum(counted_s::numeric) AS counted_s,
               sum(covered_s::numeric) AS covered_s,
               sum(speed_kmh::numeric * vehicles::numeric) AS speed_kmh_vehicles,
               sum(CASE WHEN speed_kmh IS NOT NULL THEN vehicles::numeric END) AS speed_vehicles,
               sum(occupancy::numeric * covered_s::numeric) AS occupied_s,
               sum(CASE WHEN occupancy IS NOT NULL THEN covered_s::numeric END) AS occupancy_covered_s
        FROM flow_window GROUP BY 1, 2$sql$;
    hours text := $sql$date_trunc('hour', time, 'UTC')$sql$;
    days  text := $sql$date_trunc('day', time, 'Europe/Stockholm')$sql$;
BEGIN
    IF columnar THEN
        made := 'CREATE MATERIALIZED VIEW %I WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS %s WITH NO DATA';
        hours := $sql$time_bucket(interval '1 hour', time)$sql$;
        days := $sql$time_bucket(interval '1 day', time, 'Europe/Stockholm')$sql$;
    END IF;
    EXECUTE format(made, 'flow_hour', format(summed, hours));
    EXECUTE format(made, 'flow_day', format(summed, days));
    IF columnar THEN
        -- from the beginning: a row that comes late, behind what is aggregated already, stays unseen until a refresh covers it
        PERFORM add_continuous_aggregate_policy('flow_hour', start_offset => NULL, end_offset => interval '1 hour',
                                                schedule_interval => interval '15 minutes');
        PERFORM add_continuous_aggregate_policy('flow_day', start_offset => NULL, end_offset => interval '1 day',
                                                schedule_interval => interval '1 hour');
    END IF;
END $$;

GRANT SELECT ON flow_hour, flow_day TO vinterkoll_api;
