-- Lines of one instant, and what is left to be derived anew.

-- NULL: of no line. Every vertex of a line has its digest; `seq` is the vertex's index.
ALTER TABLE position ADD COLUMN line bigint;
GRANT SELECT (line) ON position TO vinterkoll_api;
