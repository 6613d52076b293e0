-- What a contractor's unknown names of actions mean: an input of derivation (docs/adr/0006). Raw rows keep the names.
CREATE TABLE action_name (
    contractor text NOT NULL CHECK (length(contractor) BETWEEN 1 AND 64),
    text       text NOT NULL CHECK (length(text) BETWEEN 1 AND 200),
    meaning    bigint NOT NULL CHECK (meaning >= 0),  -- mask of actions; 0: nothing
    PRIMARY KEY (contractor, text)
);

-- Few rows have unknown names: who counts or names them reads these alone.
CREATE INDEX position_unknown_actions ON position (time, device_id) WHERE unknown_actions IS NOT NULL;

GRANT SELECT ON action_name TO vinterkoll_ingest, vinterkoll_api;
GRANT SELECT (unknown_actions) ON position TO vinterkoll_api;
