-- Raw observations (grow-only), what is derived from them, the register, the street network, rejects.
-- Valid on PostgreSQL 15-18, with or without TimescaleDB.

-- One row a series. A transaction locks the rows of its batch, in id order, before it reads neighbours.
CREATE TABLE device (
    device_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('position', 'flow', 'snow')),
    owner      text NOT NULL,
    name       text NOT NULL,
    part       text NOT NULL,
    first_seen timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, owner, name, part)
);

-- Raw -------------------------------------------------------------------------------------------------------------
CREATE TABLE position (
    device_id        integer NOT NULL,
    time             timestamptz NOT NULL,
    seq              bigint NOT NULL,
    digest           bigint NOT NULL,
    version          timestamptz,
    received_at      timestamptz NOT NULL,
    lon              double precision NOT NULL,
    lat              double precision NOT NULL,
    speed_kmh        real,
    heading_deg      real,
    accuracy_m       real,
    hdop             real,
    actions          bigint NOT NULL,
    unknown_actions  text,
    plough_known     smallint NOT NULL,
    plough_down      smallint NOT NULL,
    spread_material  text,
    spread_g_per_m2  real,
    spread_ml_per_m2 real,
    spread_width_m   real,
    spread_symmetry  text,
    area             text,
    contract         text,
    event            text,
    odometer_m       double precision,
    PRIMARY KEY (device_id, time, seq, digest)
);

CREATE TABLE flow (
    device_id        integer NOT NULL,
    time             timestamptz NOT NULL,  -- start of the observation period
    seq              bigint NOT NULL,
    digest           bigint NOT NULL,
    version          timestamptz,
    received_at      timestamptz NOT NULL,
    period_s         double precision,
    intensity        real,
    occupancy        real,
    speed_kmh        real,
    vehicle_length_m real,
    gap_m            real,
    headway_s        real,
    congested        smallint NOT NULL,
    reversed_lane    smallint NOT NULL,
    lon              double precision,
    lat              double precision,
    road_segment     text,
    PRIMARY KEY (device_id, time, seq, digest)
);

CREATE TABLE snow (
    device_id   integer NOT NULL,
    time        timestamptz NOT NULL,
    seq         bigint NOT NULL,
    digest      bigint NOT NULL,
    version     timestamptz,
    received_at timestamptz NOT NULL,
    distance_m  real,
    depth_m     real,
    battery_v   real,
    lon         double precision,
    lat         double precision,
    PRIMARY KEY (device_id, time, seq, digest)
);

-- Street network --------------------------------------------------------------------------------------------------
CREATE TABLE network (
    network_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL,
    generated  boolean NOT NULL,          -- made up, and said so wherever it is shown
    digest     text NOT NULL UNIQUE,      -- of the file it was loaded from
    loaded_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE segment (
    segment_id      bigint PRIMARY KEY,
    network_id      integer NOT NULL REFERENCES network,
    name            text NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('carriageway', 'gc', 'area')),
    winter_class    smallint NOT NULL CHECK (winter_class BETWEEN 1 AND 5),
    passes_required smallint NOT NULL CHECK (passes_required IN (1, 2)),
    length_m        double precision NOT NULL CHECK (length_m > 0),
    start_node      bigint NOT NULL,
    end_node        bigint NOT NULL,
    geometry        bytea NOT NULL,       -- WKB LineString, WGS 84
    extent          box NOT NULL          -- lon/lat
);
CREATE INDEX segment_extent ON segment USING gist (extent);

-- Derived ---------------------------------------------------------------------------------------------------------
-- What one step, from a vehicle's fix at (time, seq) to its next at until_time, did to one segment.
CREATE TABLE stretch (
    device_id  integer NOT NULL,
    time       timestamptz NOT NULL,
    seq        bigint NOT NULL,
    piece      smallint NOT NULL,         -- 0, 1, 2 … along the step
    until_time timestamptz NOT NULL,
    segment_id bigint NOT NULL,
    direction  smallint NOT NULL CHECK (direction IN (1, -1)),  -- as driven, against the segment's geometry
    from_dm    integer NOT NULL,          -- along the segment from its start, decimetres, from_dm < to_dm
    to_dm      integer NOT NULL,
    actions    bigint NOT NULL,           -- mask of what was really done: implement down or spreader on
    PRIMARY KEY (device_id, time, seq, piece)
);
CREATE INDEX stretch_segment ON stretch (segment_id, time DESC);

-- The latest treatment of a segment, direction and action: the public answer, one row.
CREATE TABLE treatment (
    segment_id bigint NOT NULL,
    direction  smallint NOT NULL CHECK (direction IN (1, -1, 0)),  -- 0: one pass clears both
    action     smallint NOT NULL,         -- bit number in processing.actions
    time       timestamptz NOT NULL,      -- start of the latest step
    share      real NOT NULL,             -- of the segment's length, 0-1, within the two hours before `time`
    device_id  integer NOT NULL,
    PRIMARY KEY (segment_id, direction, action)
);
CREATE INDEX treatment_time ON treatment (time);

CREATE TABLE flow_window (
    device_id   integer NOT NULL,
    time        timestamptz NOT NULL,     -- start of the window, five minutes, aligned to the hour
    vehicles    double precision,         -- sum; NULL where nobody counted
    speed_kmh   double precision,         -- mean, weighted by vehicle count
    occupancy   double precision,         -- mean, weighted by time
    covered_s   double precision NOT NULL,-- seconds of the window that were observed at all
    counted_s   double precision NOT NULL,-- seconds of the observations that counted: the flow is vehicles / counted_s
    PRIMARY KEY (device_id, time)
);
CREATE INDEX flow_window_time ON flow_window (time);

-- Register --------------------------------------------------------------------------------------------------------
CREATE TABLE contractor (
    contractor text PRIMARY KEY,          -- as in the topic mip/v1/{contractor}/…
    name       text NOT NULL
);

CREATE TABLE vehicle (
    contractor text NOT NULL REFERENCES contractor,
    vehicle    text NOT NULL,
    name       text NOT NULL,
    kinds      text[] NOT NULL DEFAULT '{carriageway}',  -- which kinds of segment it treats
    PRIMARY KEY (contractor, vehicle),
    CHECK (kinds <@ ARRAY['carriageway', 'gc', 'area'] AND cardinality(kinds) > 0)
);

CREATE TABLE sensor (
    sensor            text PRIMARY KEY,   -- the entity's URN, or the DevEUI in lower case
    kind              text NOT NULL CHECK (kind IN ('flow', 'snow')),
    name              text NOT NULL,
    lon               double precision NOT NULL,
    lat               double precision NOT NULL,
    mounting_height_m double precision,   -- snow: depth = mounting height - measured distance
    CHECK (lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90),
    CHECK (mounting_height_m > 0 AND mounting_height_m < 100),
    CHECK (kind = 'flow' OR mounting_height_m IS NOT NULL)
);

-- What was not accepted, and why ----------------------------------------------------------------------------------
-- A message's bytes are kept once, however many of its items were rejected.
CREATE TABLE reject_message (
    message_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    received_at timestamptz NOT NULL,
    source      text NOT NULL,
    topic       text NOT NULL,
    format      text NOT NULL,
    owner       text NOT NULL,            -- the contractor or provider the topic names
    payload     bytea NOT NULL            -- as it came, but for the operator's name
);

CREATE TABLE reject (
    reject_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  bigint NOT NULL REFERENCES reject_message ON DELETE CASCADE,
    received_at timestamptz NOT NULL,
    item        integer NOT NULL,         -- -1: the message as a whole
    code        text NOT NULL,
    field       text NOT NULL,
    detail      text NOT NULL
);
CREATE INDEX reject_received ON reject (received_at);
CREATE INDEX reject_of_message ON reject (message_id);

-- The ingest workers' own account, read by /health/ready and /metrics.
CREATE TABLE ingest_status (
    worker           text PRIMARY KEY,
    updated_at       timestamptz NOT NULL,
    last_received_at timestamptz,         -- receive time of the newest stored message
    last_event_at    timestamptz,         -- its event time
    lag_s            double precision,    -- from receipt to commit, worst of the last batch
    messages         bigint NOT NULL,
    rows             bigint NOT NULL,
    duplicates       bigint NOT NULL,
    rejects          bigint NOT NULL
);

-- Snow depth in metres: given directly, or mounting height minus distance. A view, so a changed height changes it.
CREATE VIEW snow_depth AS
SELECT DISTINCT ON (o.device_id, o.time, o.seq)
       d.name AS sensor, o.device_id, o.time, o.seq,
       coalesce(o.depth_m, s.mounting_height_m - o.distance_m) AS depth_m,
       coalesce(s.lon, o.lon) AS lon, coalesce(s.lat, o.lat) AS lat,
       coalesce(s.name, d.name) AS name, s.sensor IS NOT NULL AS registered, o.battery_v
FROM snow o
JOIN device d USING (device_id)
LEFT JOIN sensor s ON s.sensor = d.name AND s.kind = 'snow'
ORDER BY o.device_id, o.time, o.seq, o.version DESC NULLS LAST, o.digest DESC;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM create_hypertable('position', 'time', chunk_time_interval => interval '1 day', create_default_indexes => false);
        PERFORM create_hypertable('flow', 'time', chunk_time_interval => interval '7 days', create_default_indexes => false);
        PERFORM create_hypertable('snow', 'time', chunk_time_interval => interval '30 days', create_default_indexes => false);
        PERFORM create_hypertable('stretch', 'time', chunk_time_interval => interval '7 days', create_default_indexes => false);
        PERFORM create_hypertable('flow_window', 'time', chunk_time_interval => interval '30 days', create_default_indexes => false);
    END IF;
END $$;
