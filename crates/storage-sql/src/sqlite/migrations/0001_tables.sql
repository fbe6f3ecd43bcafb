-- The first schema. Times are milliseconds since 1970-01-01 00:00 UTC. Numbers that people or tokens may still hold
-- after their row is gone are AUTOINCREMENT, so that they never name another row.

-- What the database knows about itself: key_fingerprint, setup_salt, demo, written_by.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: an instance serves one network.
CREATE TABLE network (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,
    slug     TEXT NOT NULL,
    plan     TEXT NOT NULL CHECK (plan IN ('launch', 'scale', 'growth', 'pro')),
    only_row INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (only_row = 1)
) STRICT;

CREATE TABLE members (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    name_folded   TEXT NOT NULL, -- in lower case as Unicode has it, which SQLite's own functions do not know
    role          TEXT NOT NULL CHECK (role IN ('host', 'moderator', 'member')),
    password_hash TEXT NOT NULL,
    joined_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX members_by_name ON members (name_folded, id);
CREATE INDEX members_hosts ON members (role) WHERE role = 'host';

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    key          BLOB NOT NULL UNIQUE CHECK (length(key) = 32), -- SHA-256 of the cookie's value
    member_id    INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    address      TEXT,
    user_agent   TEXT
) STRICT;
CREATE INDEX sessions_of_member ON sessions (member_id);

CREATE TABLE applications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id     TEXT NOT NULL UNIQUE CHECK (length(client_id) = 43),
    name          TEXT NOT NULL,
    redirect_uris TEXT NOT NULL CHECK (json_valid(redirect_uris)), -- an array of strings, in order
    scopes        TEXT NOT NULL,                                   -- ids with a space between
    confidential  INTEGER NOT NULL CHECK (confidential IN (0, 1)),
    skip_consent  INTEGER NOT NULL CHECK (skip_consent IN (0, 1)),
    sealed_secret BLOB CHECK ((sealed_secret IS NOT NULL) = confidential),
    paused_at     INTEGER,
    created_at    INTEGER NOT NULL,
    last_used_at  INTEGER, -- to the minute, so that refreshing tokens seldom writes this row
    revision      INTEGER NOT NULL DEFAULT 1,
    search        TEXT NOT NULL -- the name, a line feed and the client id, in lower case as Unicode has it
) STRICT;
-- The order of the list. `search` stands in it so that a search reads this index alone.
CREATE INDEX applications_by_age ON applications (created_at, id, search);

CREATE TABLE grants (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id         INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    member_id              INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    scopes                 TEXT NOT NULL,
    requested_redirect_uri TEXT,          -- as the request had it; the token request must repeat it
    redirect_uri           TEXT NOT NULL, -- the registered one that it matched
    code_challenge         TEXT,
    salt                   BLOB NOT NULL CHECK (length(salt) = 16),
    created_at             INTEGER NOT NULL,
    code_expires_at        INTEGER NOT NULL,
    -- These change with each rotation, and stand in no index: a rotation writes one row of one table.
    generation             INTEGER NOT NULL DEFAULT 0 CHECK (generation >= 0),
    issued_at              INTEGER NOT NULL,
    generation_used_at     INTEGER,
    last_used_at           INTEGER,
    -- These change twice in a grant's life.
    redeemed_at            INTEGER CHECK ((redeemed_at IS NULL) = (generation = 0)),
    revoked_at             INTEGER,
    revoked_because        TEXT CHECK ((revoked_because IS NULL) = (revoked_at IS NULL))
) STRICT;
-- Counts who is connected without reading a row; `redeemed and not revoked` is what makes a grant alive.
CREATE INDEX grants_of_application ON grants (application_id, member_id, redeemed_at, revoked_at);
CREATE INDEX grants_of_member ON grants (member_id, application_id);

CREATE TABLE consents (
    member_id      INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    scopes         TEXT NOT NULL,
    granted_at     INTEGER NOT NULL, -- the first time
    PRIMARY KEY (member_id, application_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consents_of_application ON consents (application_id);

-- `member_id` here and in `audit` is no foreign key: what happened stays true when the member is gone.
CREATE TABLE activity (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    at             INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    succeeded      INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    message        TEXT NOT NULL,
    redirect_uri   TEXT,
    member_id      INTEGER,
    address        TEXT,
    request_id     TEXT
) STRICT;
CREATE INDEX activity_of_application ON activity (application_id, id);

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    member_id  INTEGER, -- NULL: the operator, at the command line
    address    TEXT,
    request_id TEXT,
    action     TEXT NOT NULL,
    target     TEXT NOT NULL,
    detail     TEXT NOT NULL
) STRICT;
