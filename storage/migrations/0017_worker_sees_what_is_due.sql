-- `vinterkoll doctor` runs with the worker's user, and tells whether stored days wait to be derived anew.
GRANT SELECT ON rederivation TO vinterkoll_ingest;
