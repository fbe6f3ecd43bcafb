-- Providers that sign members in.

CREATE TABLE providers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    slug       TEXT NOT NULL UNIQUE,
    settings   TEXT NOT NULL,                  -- JSON
    sealed     BLOB,                           -- the client secret, with the server key
    logo       TEXT REFERENCES logos (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX providers_by_logo ON providers (logo);

-- The accounts there that members sign in with. Of each provider a member has one.
CREATE TABLE linked_accounts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    provider_id  INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    subject      TEXT NOT NULL,                -- what the provider knows it by
    member_id    INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    label        TEXT NOT NULL,                -- what the member knows it by
    linked_at    INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    UNIQUE (provider_id, subject),
    UNIQUE (member_id, provider_id)
) STRICT;

-- Sign-ins whose browser is at the provider.
CREATE TABLE provider_sign_ins (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    key         BLOB NOT NULL UNIQUE CHECK (length(key) = 32), -- SHA-256 of `state`
    provider_id INTEGER NOT NULL REFERENCES providers (id) ON DELETE CASCADE,
    content     TEXT NOT NULL,                 -- JSON
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_sign_ins_by_end ON provider_sign_ins (expires_at);

-- Whether members, but for hosts, sign in with providers alone.
ALTER TABLE network ADD COLUMN providers_only INTEGER NOT NULL DEFAULT 0 CHECK (providers_only IN (0, 1));
