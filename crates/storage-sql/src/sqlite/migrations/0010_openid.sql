-- OpenID Connect.

-- What ID tokens say of the sign-in, for grants that have any.
ALTER TABLE grants ADD COLUMN signed_in_at INTEGER;
ALTER TABLE grants ADD COLUMN nonce TEXT;

-- The keys that sign ID tokens, oldest first.
CREATE TABLE signing_keys (
    id         INTEGER PRIMARY KEY, -- one after the other: of two servers that make the next, one does
    sealed     BLOB NOT NULL,       -- the private key (PKCS#8, base64), with the server key
    made_under TEXT NOT NULL,       -- the fingerprint of the server key at that time: a rotation makes the next due
    signs_from INTEGER NOT NULL,    -- until then it is only published
    created_at INTEGER NOT NULL
) STRICT;
