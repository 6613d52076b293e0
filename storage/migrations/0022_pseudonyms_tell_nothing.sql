-- When a vehicle's first fix of a month came told, together with consecutive ids, which pseudonym is whose, for ever.
-- From here on pseudonyms have random ids below 0 (storage/pseudonyms.py).
ALTER TABLE device DROP COLUMN first_seen;
