-- The time tells when housekeeping was last done with all that was due. That the horizon rose does not tell: it is raised before the
-- rest is deleted, and stands still for some days after more of them were asked for.
ALTER TABLE raw_horizon RENAME COLUMN raised_at TO kept_house_at;
