-- Least privilege: log-in users are made by the administrator and granted one of these group roles.
-- Roles belong to the whole server, so another database may have made them already.
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['vinterkoll_ingest', 'vinterkoll_api'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END $$;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO vinterkoll_ingest, vinterkoll_api;
REVOKE ALL ON reject, reject_message, position FROM vinterkoll_api;
GRANT SELECT (device_id, time, seq, digest, version, lon, lat, speed_kmh, heading_deg, actions,
              plough_known, plough_down, spread_g_per_m2, spread_ml_per_m2) ON position TO vinterkoll_api;
GRANT SELECT (received_at, code) ON reject TO vinterkoll_api;
GRANT INSERT ON position, flow, snow, reject, reject_message TO vinterkoll_ingest;
GRANT INSERT, UPDATE ON ingest_status TO vinterkoll_ingest;
GRANT INSERT ON device TO vinterkoll_ingest;
GRANT INSERT, UPDATE, DELETE ON stretch, treatment, flow_window TO vinterkoll_ingest;
-- For row locks: SELECT … FOR NO KEY UPDATE asks for the right to update some column.
GRANT UPDATE (kind) ON device TO vinterkoll_ingest;
GRANT UPDATE (network_id) ON segment TO vinterkoll_ingest;
