-- What TimescaleDB adds where it is: columnar chunks. Without the extension, nothing.
-- docs/timescaledb.md reckons the sizes and says how to choose others.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')
       OR current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
        RETURN;  -- builds under the Apache licence alone have hypertables, but none of this
    END IF;
    -- every statement that deletes or updates names devices and times, so that it opens these alone
    ALTER TABLE position SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id',
                              timescaledb.compress_orderby = 'time, seq, digest');
    ALTER TABLE flow SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id',
                          timescaledb.compress_orderby = 'time, seq, digest');
    ALTER TABLE snow SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id',
                          timescaledb.compress_orderby = 'time, seq, digest');
    ALTER TABLE stretch SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id',
                             timescaledb.compress_orderby = 'time, seq, piece');
    ALTER TABLE flow_window SET (timescaledb.compress, timescaledb.compress_segmentby = 'device_id',
                                 timescaledb.compress_orderby = 'time');
    -- positions: most late ones have come by then. The others: when the raw horizon has passed, nothing changes them any more.
    PERFORM add_compression_policy('position', interval '2 days');
    PERFORM add_compression_policy('flow', interval '35 days');
    PERFORM add_compression_policy('snow', interval '35 days');
    PERFORM add_compression_policy('stretch', interval '35 days');
    PERFORM add_compression_policy('flow_window', interval '35 days');
END $$;
