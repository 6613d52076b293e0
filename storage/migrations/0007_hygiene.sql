-- Fixes that cannot be believed, the thresholds they are judged by, and one tally of all that was not as it should be.

-- Derived: the flagged fixes alone.
CREATE TABLE fix_flag (
    device_id integer NOT NULL,
    time      timestamptz NOT NULL,
    seq       bigint NOT NULL,
    flags     smallint NOT NULL CHECK (flags > 0),  -- mask of processing.hygiene
    PRIMARY KEY (device_id, time, seq)
);

-- A versioned input of derivation: here and not in a worker's settings, so that all workers have the same.
CREATE TABLE threshold (
    name  text PRIMARY KEY,
    value double precision NOT NULL CHECK (value > 0 AND value < 'Infinity')
);
INSERT INTO threshold (name, value) VALUES
    ('accuracy_max_m', 50), ('hdop_max', 10), ('frozen_speed_min_kmh', 10), ('jump_min_m', 50), ('speed_max_kmh', 140);

-- Counts since the first start. Senders may invent names: those that the register does not know share one row, ''.
CREATE TABLE tally (
    supplier text NOT NULL,               -- contractor, or ''
    what     text NOT NULL CHECK (what IN ('reject', 'flag')),
    name     text NOT NULL,               -- reason code or flag
    count    bigint NOT NULL,
    PRIMARY KEY (supplier, what, name)
);

GRANT SELECT ON fix_flag, threshold, tally TO vinterkoll_ingest, vinterkoll_api;
GRANT SELECT ON threshold TO vinterkoll_register;
GRANT INSERT, DELETE ON fix_flag TO vinterkoll_ingest;
GRANT SELECT, INSERT, DELETE ON fix_flag TO vinterkoll_register;  -- it derives anew what it affects
GRANT INSERT, UPDATE ON tally TO vinterkoll_ingest;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM create_hypertable('fix_flag', 'time', chunk_time_interval => interval '7 days', create_default_indexes => false);
    END IF;
END $$;
