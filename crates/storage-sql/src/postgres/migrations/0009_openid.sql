-- OpenID Connect.

-- What ID tokens say of the sign-in, for grants that have any.
ALTER TABLE grants ADD COLUMN signed_in_at BIGINT;
ALTER TABLE grants ADD COLUMN nonce TEXT;

-- The keys that sign ID tokens, oldest first.
CREATE TABLE signing_keys (
    id         BIGINT PRIMARY KEY, -- one after the other: of two servers that make the next, one does
    sealed     BYTEA NOT NULL,     -- the private key (PKCS#8, base64), with the server key
    made_under TEXT NOT NULL,      -- the fingerprint of the server key at that time: a rotation makes the next due
    signs_from BIGINT NOT NULL,    -- until then it is only published
    created_at BIGINT NOT NULL
);
