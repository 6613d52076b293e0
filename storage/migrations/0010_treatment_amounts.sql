-- First time, amounts and vehicles of a treatment; the spreader's setting of each stretch (docs/adr/0011).

CREATE TABLE material (
    material_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE       -- as sent
);
INSERT INTO material (name)
SELECT DISTINCT spread_material FROM position WHERE spread_material IS NOT NULL ORDER BY 1;

-- Whole thousandths of the units sent, so that sums are the same bits in any order. NULL: nobody knows, or nothing is spread.
ALTER TABLE stretch
    ADD COLUMN material_id integer,
    ADD COLUMN mg_per_m2   integer,
    ADD COLUMN ul_per_m2   integer,
    ADD COLUMN width_mm    integer;

ALTER TABLE treatment
    ADD COLUMN first_time timestamptz,     -- start of the first step of those that count for `share`
    ADD COLUMN device_ids integer[],       -- whose they are, by id; device_id is the latest step's
    ADD COLUMN spread     jsonb;           -- one object a material; NULL: the action spreads nothing
COMMENT ON COLUMN treatment.spread IS 'material, kg, litres, g_per_m2, ml_per_m2, width_m; null where nobody knows';

-- What the stored stretches say, which know no amounts. `vinterkoll rederive` finds them for what raw rows are left of.
UPDATE treatment t
SET (first_time, device_ids) = (
        SELECT coalesce(min(s.time), t.time), coalesce(array_agg(DISTINCT s.device_id), ARRAY[t.device_id])
        FROM stretch s
        WHERE s.segment_id = t.segment_id AND (t.direction = 0 OR s.direction = t.direction)
          AND s.actions & (1::bigint << t.action) <> 0
          AND s.time <= t.time AND s.time > t.time - interval '7200 seconds'
    ),
    spread = CASE WHEN t.action IN (6, 7, 8, 9, 10, 13) THEN
        '[{"material": null, "kg": null, "litres": null, "g_per_m2": null, "ml_per_m2": null, "width_m": null}]'::jsonb
    END;
ALTER TABLE treatment
    ALTER COLUMN first_time SET NOT NULL,
    ALTER COLUMN device_ids SET NOT NULL;
INSERT INTO rederivation (from_time)
SELECT 'epoch' WHERE EXISTS (SELECT FROM treatment WHERE spread IS NOT NULL);

GRANT SELECT, INSERT ON material TO vinterkoll_ingest;
GRANT SELECT ON material TO vinterkoll_register;  -- it derives anew what it affects
