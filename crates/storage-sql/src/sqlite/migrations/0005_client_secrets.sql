-- An application can have two secrets at once, so that an integration is moved from one to the other without an outage.
CREATE TABLE client_secrets (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    sealed         BLOB,
    created_at     INTEGER NOT NULL,
    first_used_at  INTEGER,
    last_used_at   INTEGER, -- to the minute
    retired_at     INTEGER,
    digest         BLOB CHECK (length(digest) = 32), -- SHA-256 of one that is retired, to recognise it
    CHECK ((sealed IS NULL) = (retired_at IS NOT NULL)),
    CHECK ((digest IS NULL) = (retired_at IS NULL)),
    CHECK ((first_used_at IS NULL) = (last_used_at IS NULL))
) STRICT;
CREATE INDEX client_secrets_of_application ON client_secrets (application_id, id);

-- When each was made and used was not kept until now.
INSERT INTO client_secrets (application_id, sealed, created_at)
    SELECT id, sealed_secret, created_at FROM applications WHERE sealed_secret IS NOT NULL ORDER BY id;
ALTER TABLE applications DROP COLUMN sealed_secret;
