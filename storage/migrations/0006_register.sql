-- The register with validity: contractors, areas, contracts, vehicles, sensors, and who changed what.

-- A key may have several rows, one after the other: each holds from valid_from up to, not including, valid_to.
-- What there is already has always been so. Overlaps are refused where the register is changed, under its lock.
ALTER TABLE vehicle DROP CONSTRAINT vehicle_contractor_fkey;
ALTER TABLE contractor
    ADD COLUMN valid_from timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    ADD CONSTRAINT valid_to_is_later CHECK (valid_from < valid_to),
    DROP CONSTRAINT contractor_pkey,
    ADD PRIMARY KEY (contractor, valid_from);
ALTER TABLE vehicle
    ADD COLUMN contract   text,
    ADD COLUMN valid_from timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    ADD CONSTRAINT valid_to_is_later CHECK (valid_from < valid_to),
    DROP CONSTRAINT vehicle_pkey,
    ADD PRIMARY KEY (contractor, vehicle, valid_from);
ALTER TABLE sensor
    ADD COLUMN period_s   double precision,  -- flow: of observations that do not say it
    ADD COLUMN owner      text,              -- who alone may send its data, as in topics; NULL: whoever may send at all
    ADD COLUMN valid_from timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    ADD CONSTRAINT valid_to_is_later CHECK (valid_from < valid_to),
    ADD CONSTRAINT period_s_is_at_most_an_hour CHECK (period_s > 0 AND period_s <= 3600),  -- longer ones are not aggregated
    ADD CONSTRAINT owner_is_a_topic_level CHECK (owner ~ '^[^[:space:]/+#]{1,64}$'),
    DROP CONSTRAINT sensor_pkey,
    ADD PRIMARY KEY (sensor, valid_from);

CREATE TABLE area (
    area       text NOT NULL CONSTRAINT area_is_a_short_word CHECK (area ~ '^[^[:space:]|]{1,64}$'),
    name       text NOT NULL,
    polygon    bytea NOT NULL,               -- WKB Polygon or MultiPolygon, WGS 84
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    CONSTRAINT valid_to_is_later CHECK (valid_from < valid_to),
    PRIMARY KEY (area, valid_from)
);

CREATE TABLE contract (
    contractor text NOT NULL,
    contract   text NOT NULL,
    name       text NOT NULL,
    areas      text[] NOT NULL DEFAULT '{}', -- where the contractor works under it
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to   timestamptz NOT NULL DEFAULT 'infinity',
    CONSTRAINT valid_to_is_later CHECK (valid_from < valid_to),
    PRIMARY KEY (contractor, contract, valid_from)
);

-- Who, when, what. A trigger writes it with the owner's rights: no role may, and no way into the register passes it by.
CREATE TABLE register_change (
    change_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    changed_at timestamptz NOT NULL DEFAULT now(),
    author     text NOT NULL,                -- as the command or the API names it, else the database user
    login      text NOT NULL,                -- the database user
    table_name text NOT NULL,
    operation  text NOT NULL CHECK (operation IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')),
    old        jsonb,
    new        jsonb
);

CREATE FUNCTION note_register_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN
        RETURN NULL;
    END IF;
    INSERT INTO register_change (author, login, table_name, operation, old, new)
    VALUES (coalesce(nullif(current_setting('vinterkoll.author', true), ''), session_user), session_user,
            TG_TABLE_NAME, TG_OP,
            CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN to_jsonb(OLD) END,
            CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN to_jsonb(NEW) END);
    RETURN NULL;
END $$;

DO $$
DECLARE changed text;
BEGIN
    FOREACH changed IN ARRAY ARRAY['contractor', 'area', 'contract', 'vehicle', 'sensor'] LOOP
        EXECUTE format('CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON %I
                        FOR EACH ROW EXECUTE FUNCTION note_register_change()', changed);
        EXECUTE format('CREATE TRIGGER emptying_noted AFTER TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION note_register_change()', changed);
    END LOOP;
END $$;

-- The mounting height, place and name are those of the time of the reading.
CREATE OR REPLACE VIEW snow_depth AS
SELECT DISTINCT ON (o.device_id, o.time, o.seq)
       d.name AS sensor, o.device_id, o.time, o.seq,
       coalesce(o.depth_m, s.mounting_height_m - o.distance_m) AS depth_m,
       coalesce(s.lon, o.lon) AS lon, coalesce(s.lat, o.lat) AS lat,
       coalesce(s.name, d.name) AS name, s.sensor IS NOT NULL AS registered, o.battery_v
FROM snow o
JOIN device d USING (device_id)
LEFT JOIN sensor s ON s.sensor = d.name AND s.kind = 'snow' AND s.valid_from <= o.time AND o.time < s.valid_to
ORDER BY o.device_id, o.time, o.seq, o.version DESC NULLS LAST, o.digest DESC;

-- A key of the scope `register` reads and changes the whole register.
ALTER TABLE api_key
    DROP CONSTRAINT api_key_scope_check,
    ADD CONSTRAINT api_key_scope_check CHECK (scope IN ('ingest', 'read', 'register'));

-- Whoever changes the register by the API derives anew what that affects, and does nothing else.
DO $$
BEGIN
    CREATE ROLE vinterkoll_register NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;

GRANT SELECT ON area, contract, register_change TO vinterkoll_ingest, vinterkoll_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON contractor, area, contract, vehicle, sensor TO vinterkoll_register;
GRANT SELECT ON action_name, device, position, flow, network, segment, stretch, treatment, flow_window, register_change, input_version
    TO vinterkoll_register;
GRANT INSERT, UPDATE, DELETE ON stretch, treatment, flow_window TO vinterkoll_register;
GRANT UPDATE (version) ON input_version TO vinterkoll_register;
GRANT UPDATE (network_id) ON segment TO vinterkoll_register;  -- for row locks
