-- API keys, and rejects that were turned into rows after all.

-- A key is 256 random bits, so its plain SHA-256 cannot be turned back: no password hash is needed.
CREATE TABLE api_key (
    key_id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner        text NOT NULL CHECK (owner ~ '^[^[:space:]/+#]{1,64}$'),  -- contractor or provider, as in topics
    scope        text NOT NULL CHECK (scope IN ('ingest', 'read')),
    hash         bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_on date,                    -- a day, so that not every request writes
    revoked_at   timestamptz
);

ALTER TABLE reject ADD COLUMN replayed_at timestamptz;  -- its item is stored now
CREATE INDEX reject_message_owner ON reject_message (owner, message_id);

-- The database's owner makes keys. Whoever looks them up may note the day, and nothing else.
GRANT SELECT (key_id, owner, scope, hash, last_used_on, revoked_at), UPDATE (last_used_on)
    ON api_key TO vinterkoll_api;

-- A contractor is shown its own rejects, through its key; the bytes stay where they are.
GRANT SELECT (reject_id, message_id, item, field, detail, replayed_at) ON reject TO vinterkoll_api;
GRANT SELECT (message_id, received_at, source, topic, format, owner) ON reject_message TO vinterkoll_api;
GRANT UPDATE (replayed_at) ON reject TO vinterkoll_ingest;
