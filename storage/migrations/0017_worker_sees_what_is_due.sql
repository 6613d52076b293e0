-- `vinterkoll doctor` runs with the worker's user, and tells whether stored days wait to be derived anew, and how many holds there are.
GRANT SELECT ON rederivation TO vinterkoll_ingest;
GRANT SELECT (ended_at) ON hold TO vinterkoll_ingest;
