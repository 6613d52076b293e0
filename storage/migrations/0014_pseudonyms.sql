-- Stretches and treatments name a vehicle by a pseudonym of one month. Where its name is forgotten, the rows stay as they are.

ALTER TABLE device
    DROP CONSTRAINT device_kind_check,
    ADD CONSTRAINT device_kind_check CHECK (kind IN ('position', 'flow', 'snow', 'stretch')),
    ALTER COLUMN name DROP NOT NULL,
    ADD CONSTRAINT name_of_a_pseudonym_alone_is_forgotten CHECK (name IS NOT NULL OR kind = 'stretch');
COMMENT ON COLUMN device.part IS 'of a sensor: lane, direction, class; of a stretch: its month in UTC, as 2026-01';

INSERT INTO device (kind, owner, name, part)
SELECT DISTINCT 'stretch', d.owner, d.name, to_char(s.time AT TIME ZONE 'UTC', 'YYYY-MM')
FROM stretch s JOIN device d USING (device_id);

UPDATE stretch s SET device_id = p.device_id
FROM device d, device p
WHERE d.device_id = s.device_id AND (p.kind, p.owner, p.name) = ('stretch', d.owner, d.name)
      AND p.part = to_char(s.time AT TIME ZONE 'UTC', 'YYYY-MM');

UPDATE treatment t SET device_id = p.device_id
FROM device d, device p
WHERE d.device_id = t.device_id AND (p.kind, p.owner, p.name) = ('stretch', d.owner, d.name)
      AND p.part = to_char(t.time AT TIME ZONE 'UTC', 'YYYY-MM');

UPDATE treatment t SET device_ids = ARRAY(
    SELECT DISTINCT s.device_id FROM stretch s
    WHERE s.segment_id = t.segment_id AND (t.direction = 0 OR s.direction = t.direction)
          AND s.actions & (1::bigint << t.action) <> 0 AND s.time BETWEEN t.first_time AND t.time
    ORDER BY s.device_id
);

GRANT INSERT ON device TO vinterkoll_register;  -- it derives anew, and so may be the first to need one
