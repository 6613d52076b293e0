-- Where each consumer group goes on in Kafka: moved in the transaction of the rows, and only from where the worker began.
CREATE TABLE kafka_offset (
    group_id    text NOT NULL,
    topic       text NOT NULL,
    partition   integer NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),  -- every record before it is stored or rejected
    lag         bigint CHECK (lag >= 0),                   -- offsets from there to the partition's end at lag_at
    lag_at      timestamptz,                               -- when a worker looked last; NULL: not yet
    PRIMARY KEY (group_id, topic, partition),
    CHECK ((lag IS NULL) = (lag_at IS NULL))
);

GRANT SELECT, INSERT, UPDATE ON kafka_offset TO vinterkoll_ingest;
GRANT SELECT ON kafka_offset TO vinterkoll_api;
