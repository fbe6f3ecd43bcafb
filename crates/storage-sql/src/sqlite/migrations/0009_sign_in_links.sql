-- Who has chosen how to sign in, links with which members do, and whom a host keeps out.

ALTER TABLE members ADD COLUMN can_sign_in INTEGER NOT NULL DEFAULT 1 CHECK (can_sign_in IN (0, 1));
-- An import gives all who have no password one hash that no password matches. Hashes of passwords differ by their salts.
UPDATE members SET can_sign_in = 0
    WHERE password_hash IN (SELECT password_hash FROM members GROUP BY password_hash HAVING count(*) > 1);
CREATE INDEX members_without_sign_in ON members (id) WHERE NOT can_sign_in;

-- Since when a host keeps the member out.
ALTER TABLE members ADD COLUMN suspended_at INTEGER;

CREATE TABLE sign_in_links (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    key        BLOB NOT NULL UNIQUE CHECK (length(key) = 32), -- SHA-256 of the link's token
    member_id  INTEGER NOT NULL UNIQUE REFERENCES members (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
