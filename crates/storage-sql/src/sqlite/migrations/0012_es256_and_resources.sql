-- How ID tokens are signed: RS256, or ES256 for applications that ask for it.
ALTER TABLE applications ADD COLUMN id_token_alg TEXT NOT NULL DEFAULT 'RS256';
ALTER TABLE signing_keys ADD COLUMN alg TEXT NOT NULL DEFAULT 'RS256'; -- each has keys of its own
