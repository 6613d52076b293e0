-- Versions of the street network. A segment row is never changed, so its id says the same in every version that has it.

ALTER TABLE network ADD COLUMN valid_from timestamptz NOT NULL DEFAULT 'epoch';  -- epoch: as long as anybody remembers
ALTER TABLE network DROP CONSTRAINT network_digest_key;  -- a version may come back after another
COMMENT ON COLUMN network.digest IS 'of what the version holds';
CREATE INDEX network_valid ON network (valid_from, network_id);

ALTER TABLE segment ADD COLUMN one_way smallint NOT NULL DEFAULT 0
    CHECK (one_way IN (1, -1, 0));  -- along the geometry, against it, or both ways
COMMENT ON COLUMN segment.network_id IS 'the version that brought it';

CREATE TABLE network_segment (
    network_id integer NOT NULL REFERENCES network,
    segment_id bigint NOT NULL REFERENCES segment,
    PRIMARY KEY (network_id, segment_id)
);
INSERT INTO network_segment (network_id, segment_id) SELECT network_id, segment_id FROM segment;

-- Of two versions from the same instant on, the one imported later counts; the other is never valid.
CREATE VIEW network_validity AS
SELECT network_id, name, generated, digest, valid_from,
       lead(valid_from) OVER (ORDER BY valid_from, network_id) AS valid_until
FROM network;

-- Time whose derived rows still follow from earlier inputs. A row goes when all of it has been derived anew.
CREATE TABLE rederivation (
    rederivation_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    from_time       timestamptz NOT NULL,
    until_time      timestamptz,          -- NULL: open
    due_since       timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON network_segment TO vinterkoll_ingest, vinterkoll_register, vinterkoll_api;
