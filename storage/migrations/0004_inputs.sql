-- The versioned inputs of derivation (register, action names, networks): one number that every change raises.
CREATE TABLE input_version (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL
);
INSERT INTO input_version (version) VALUES (0);

GRANT SELECT ON input_version TO vinterkoll_ingest, vinterkoll_api;
