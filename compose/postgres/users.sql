-- The log-in users of the ingest worker and the API, each a member of one group role of migration 0002.
-- For psql 15 or newer, as the database's owner or an administrator, after `vinterkoll migrate`; run it again to change
-- the passwords, which come from the environment so that they are in no list of processes:
--   DB_INGEST_PASSWORD=… DB_API_PASSWORD=… psql --no-psqlrc --dbname vinterkoll --file users.sql
-- DB_REGISTER_PASSWORD makes a third, who changes the register through the API.
\set ON_ERROR_STOP on
\set QUIET on
\getenv ingest_password DB_INGEST_PASSWORD
\getenv api_password DB_API_PASSWORD
SELECT :{?ingest_password} AND :{?api_password} AS given \gset
\if :given
\else
    DO $$ BEGIN RAISE EXCEPTION 'DB_INGEST_PASSWORD and DB_API_PASSWORD must be set'; END $$;
\endif

BEGIN;
SET LOCAL client_min_messages = warning; -- the second run has nothing to notice

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['vinterkoll_ingest_login', 'vinterkoll_api_login']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE vinterkoll_ingest_login LOGIN PASSWORD :'ingest_password';
ALTER ROLE vinterkoll_api_login LOGIN PASSWORD :'api_password';
GRANT vinterkoll_ingest TO vinterkoll_ingest_login;
GRANT vinterkoll_api TO vinterkoll_api_login;

-- Only these and the owner may connect; nobody else on this server, and neither may make temporary tables.
REVOKE CONNECT, TEMPORARY ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO vinterkoll_ingest, vinterkoll_api;

-- Only where its password is given: whoever changes the register through the API.
\getenv register_password DB_REGISTER_PASSWORD
\if :{?register_password}
    SELECT 'CREATE ROLE vinterkoll_register_login'
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vinterkoll_register_login')
    \gexec
    ALTER ROLE vinterkoll_register_login LOGIN PASSWORD :'register_password';
    GRANT vinterkoll_register TO vinterkoll_register_login;
    GRANT CONNECT ON DATABASE :"DBNAME" TO vinterkoll_register;
\endif

COMMIT;
