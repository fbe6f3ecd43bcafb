-- What programs that sign people in need.

-- Where an application may send people who signed out: a JSON list. And whether it learns the spaces of a member.
ALTER TABLE applications ADD COLUMN post_logout_redirect_uris TEXT;
ALTER TABLE applications ADD COLUMN spaces_in_groups INTEGER NOT NULL DEFAULT 0 CHECK (spaces_in_groups IN (0, 1));

-- How a member proved who they are, where that is known.
ALTER TABLE sessions ADD COLUMN proof TEXT;
ALTER TABLE grants ADD COLUMN proof TEXT;

ALTER TABLE members ADD COLUMN picture TEXT REFERENCES logos (id);
ALTER TABLE members ADD COLUMN profile_changed_at INTEGER; -- since the member joined, or this column is there
CREATE INDEX members_by_picture ON members (picture);

-- The names of members for programs. That of a member who was removed stays, so that nobody else gets it.
CREATE TABLE usernames (
    username  TEXT PRIMARY KEY,
    member_id INTEGER UNIQUE REFERENCES members (id) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;
