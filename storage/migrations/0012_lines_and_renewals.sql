-- Lines of one instant, and what is left to be derived anew.

-- NULL: of no line. Every vertex of a line has its digest; `seq` is the vertex's index.
ALTER TABLE position ADD COLUMN line bigint;
GRANT SELECT (line) ON position TO vinterkoll_api;

-- What is left to be derived anew is kept by device: it goes one by one, and a break loses no more than one.
ALTER TABLE rederivation ADD COLUMN device_id integer;
INSERT INTO rederivation (device_id, from_time, until_time, due_since)
SELECT d.device_id, r.from_time, r.until_time, r.due_since
FROM rederivation r CROSS JOIN device d WHERE d.kind = 'position';
DELETE FROM rederivation WHERE device_id IS NULL;
ALTER TABLE rederivation ALTER COLUMN device_id SET NOT NULL;
GRANT SELECT ON rederivation TO vinterkoll_api;

-- Which version of the code's rules the stored derived rows follow from (app/derivation.py); 0: nobody knows.
ALTER TABLE input_version ADD COLUMN derivation integer NOT NULL DEFAULT 0;
