-- The raw horizon, and holds that keep positions behind it as evidence (docs/adr/0014).

-- Observations before it are not accepted any more, and nothing is derived anew from before it. It only ever rises.
CREATE TABLE raw_horizon (
    one       boolean PRIMARY KEY DEFAULT true CHECK (one),
    time      timestamptz NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO raw_horizon (time) VALUES ('epoch');

-- Whose positions are kept when their day is dropped. A hold that has ended stays as a row: who asked for it, and why.
CREATE TABLE hold (
    hold_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contractor text NOT NULL,
    contract   text NOT NULL,
    event      text,                      -- NULL: all of the contract
    from_time  timestamptz NOT NULL DEFAULT '-infinity',
    until_time timestamptz NOT NULL DEFAULT 'infinity',
    reason     text NOT NULL CHECK (reason <> ''),
    added_at   timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    CONSTRAINT until_time_is_later CHECK (from_time < until_time)
);
CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON hold FOR EACH ROW EXECUTE FUNCTION note_register_change();
CREATE TRIGGER emptying_noted AFTER TRUNCATE ON hold FOR EACH STATEMENT EXECUTE FUNCTION note_register_change();

-- Positions under a hold, with the names of then. As JSON, so that it needs no change when `position` does.
CREATE TABLE evidence (
    hold_id     integer NOT NULL REFERENCES hold,
    contractor  text NOT NULL,
    vehicle     text NOT NULL,
    device_id   integer NOT NULL,
    time        timestamptz NOT NULL,
    seq         bigint NOT NULL,
    digest      bigint NOT NULL,
    observation jsonb NOT NULL,
    PRIMARY KEY (hold_id, device_id, time, seq, digest)
);

GRANT SELECT ON raw_horizon TO vinterkoll_ingest, vinterkoll_register, vinterkoll_api;

-- Flags go with their positions, so they are cut into the same days. What is there keeps its chunks.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM set_chunk_time_interval('fix_flag', interval '1 day');
    END IF;
END $$;
