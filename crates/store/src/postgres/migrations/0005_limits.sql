-- Limits on what one member or one application may leave behind, and what they need to be kept.

-- Text is searched and sorted in one form, which Latchkey makes: without case and accents. What is there already gets it
-- from `folding.rs`.
ALTER TABLE members ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the name and the email, a line each
ALTER TABLE audit ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the target and the detail, a line each
