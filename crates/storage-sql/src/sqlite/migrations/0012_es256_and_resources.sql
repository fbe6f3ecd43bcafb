-- How ID tokens are signed: RS256, or ES256 for applications that ask for it.
ALTER TABLE applications ADD COLUMN id_token_alg TEXT NOT NULL DEFAULT 'RS256';
ALTER TABLE signing_keys ADD COLUMN alg TEXT NOT NULL DEFAULT 'RS256'; -- each has keys of its own

-- The resource that tokens were asked for, where they work alone (RFC 8707). Those before this column work everywhere.
ALTER TABLE grants ADD COLUMN resource TEXT;
