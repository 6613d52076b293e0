-- Whoever changes the register, by hand too, raises the version of the inputs, so that workers read it again.

CREATE FUNCTION raise_input_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- once a transaction: a register of 50,000 rows is as many statements
    IF current_setting('vinterkoll.inputs_raised_in', true) IS DISTINCT FROM pg_current_xact_id()::text THEN
        UPDATE input_version SET version = version + 1;
        PERFORM set_config('vinterkoll.inputs_raised_in', pg_current_xact_id()::text, true);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE changed text;
BEGIN
    FOREACH changed IN ARRAY ARRAY['contractor', 'area', 'contract', 'vehicle', 'sensor'] LOOP
        EXECUTE format('CREATE TRIGGER version_raised AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION raise_input_version()', changed);
    END LOOP;
END $$;

-- The workers read none of them.
REVOKE SELECT ON area, contract, register_change FROM vinterkoll_ingest;
