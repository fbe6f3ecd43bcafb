-- Who has chosen how to sign in, links with which members do, whom a host keeps out, mails that wait, second
-- factors and passkeys.

ALTER TABLE members ADD COLUMN can_sign_in INTEGER NOT NULL DEFAULT 1 CHECK (can_sign_in IN (0, 1));
-- An import gives all who have no password one hash that no password matches. Hashes of passwords differ by their salts.
UPDATE members SET can_sign_in = 0
    WHERE password_hash IN (SELECT password_hash FROM members GROUP BY password_hash HAVING count(*) > 1);
CREATE INDEX members_without_sign_in ON members (id) WHERE NOT can_sign_in;

-- Since when a host keeps the member out.
ALTER TABLE members ADD COLUMN suspended_at INTEGER;

-- Whether a mail to the address has reached the member.
ALTER TABLE members ADD COLUMN email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1));

CREATE TABLE sign_in_links (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        BLOB NOT NULL UNIQUE CHECK (length(key) = 32), -- SHA-256 of the link's token
    member_id  INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    purpose    TEXT NOT NULL,
    new_email  TEXT,              -- that it confirms
    UNIQUE (member_id, purpose)
) STRICT;

-- A mail is made when it is sent: its link is in no row.
CREATE TABLE mails (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id     INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    kind          TEXT NOT NULL,
    address       TEXT,              -- if not the member's email
    detail        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    next_at       INTEGER NOT NULL,           -- not before
    tries         INTEGER NOT NULL DEFAULT 0,
    claim         BLOB UNIQUE CHECK (length(claim) = 16), -- who sends it now
    claimed_until INTEGER,
    sent_at       INTEGER,
    failed_at     INTEGER,
    answer        TEXT NOT NULL DEFAULT ''   -- of the mail server
) STRICT;
CREATE INDEX mails_waiting ON mails (next_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX mails_of_member ON mails (member_id, created_at);
CREATE INDEX mails_failed ON mails (failed_at) WHERE failed_at IS NOT NULL;
CREATE INDEX mails_sent ON mails (sent_at) WHERE sent_at IS NOT NULL;

-- Whether the member has an authenticator app in use, and whether hosts need one.
ALTER TABLE members ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1));
ALTER TABLE network ADD COLUMN hosts_second_factor INTEGER NOT NULL DEFAULT 0 CHECK (hosts_second_factor IN (0, 1));

CREATE TABLE authenticators (
    member_id    INTEGER PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    sealed       BLOB NOT NULL,             -- the secret, with the server key
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,                  -- when the first code was given; not in use before
    last_step    INTEGER NOT NULL DEFAULT 0 -- of the newest code that was used: each works once
) STRICT;

CREATE TABLE recovery_codes (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    key       BLOB NOT NULL CHECK (length(key) = 32), -- SHA-256
    used_at   INTEGER,
    UNIQUE (member_id, key)
) STRICT;

-- Whether one of the ways in which the member signs in is a password.
ALTER TABLE members ADD COLUMN has_password INTEGER NOT NULL DEFAULT 1 CHECK (has_password IN (0, 1));
UPDATE members SET has_password = can_sign_in;

CREATE TABLE passkeys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id    INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    credential   BLOB NOT NULL UNIQUE, -- the id that the device gave it
    data         TEXT NOT NULL,        -- the public key and the counter, as JSON
    name         TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX passkeys_of_member ON passkeys (member_id, id);

-- A challenge works once.
CREATE TABLE used_ceremonies (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    key     BLOB NOT NULL UNIQUE CHECK (length(key) = 32), -- SHA-256
    used_at INTEGER NOT NULL
) STRICT;
