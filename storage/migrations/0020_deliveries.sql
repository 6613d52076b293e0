-- Who delivers, how late, and whether each worker has its source: for /metrics (docs/metrics.md).

-- Counts since the first start, of accepted observations: known ones that come again count too, as their rejects do.
-- Each worker has rows of its own, so that none waits for another. Senders that the register does not know share ''.
CREATE TABLE delivery (
    worker   text NOT NULL,
    supplier text NOT NULL,               -- contractor, or ''
    kind     text NOT NULL CHECK (kind IN ('position', 'flow', 'snow')),
    within_s double precision NOT NULL,   -- the class of delay from event to receipt: at most so long, and above the class before
    count    bigint NOT NULL,
    delay_ms bigint NOT NULL,             -- the sum of their delays; a clock that is ahead counts as none
    PRIMARY KEY (worker, supplier, kind, within_s)
);

ALTER TABLE ingest_status ADD COLUMN connected boolean;  -- to its broker, at the last heartbeat; NULL: it has none

GRANT SELECT, INSERT, UPDATE ON delivery TO vinterkoll_ingest;
GRANT SELECT ON delivery TO vinterkoll_api;
