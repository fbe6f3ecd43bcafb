-- Limits on what one member or one application may leave behind, and what they need to be kept.

-- The networks that members signed in from, so that guesses of strangers do not delay a member at home.
CREATE TABLE sign_in_networks (
    network   TEXT PRIMARY KEY, -- a keyed hash of the member's email and the network
    member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    seen_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_networks_of_member ON sign_in_networks (member_id, seen_at);

-- Failed sign-ins of hosts since the last one with an audit entry.
CREATE TABLE failed_sign_ins (
    target   TEXT PRIMARY KEY,
    noted_at INTEGER NOT NULL,
    unnoted  INTEGER NOT NULL CHECK (unnoted >= 0)
) STRICT, WITHOUT ROWID;

-- Grants. `repeated_at`: when a pair of tokens was last given again because its answer was lost; like the columns that
-- change with each rotation it stands in no index. `trial`: made by a host in the API explorer.
ALTER TABLE grants ADD COLUMN repeated_at INTEGER;
ALTER TABLE grants ADD COLUMN trial INTEGER NOT NULL DEFAULT 0 CHECK (trial IN (0, 1));
DROP INDEX grants_of_application;
CREATE INDEX grants_of_application ON grants (application_id, member_id, redeemed_at, revoked_at, trial);
CREATE INDEX grants_unredeemed ON grants (application_id, code_expires_at)
    WHERE redeemed_at IS NULL AND revoked_at IS NULL;
CREATE INDEX grants_trials ON grants (member_id) WHERE trial = 1;

-- Activity. Equal entries are counted: `times`, and `last_at` from the second time on. Each class has a limit of its own.
ALTER TABLE activity ADD COLUMN times INTEGER NOT NULL DEFAULT 1 CHECK (times >= 1);
ALTER TABLE activity ADD COLUMN last_at INTEGER;
ALTER TABLE activity ADD COLUMN class TEXT NOT NULL DEFAULT 'success'
    CHECK (class IN ('success', 'failure', 'stranger', 'alarm'));
UPDATE activity SET class = CASE
    WHEN message LIKE 'the code was used before;%' OR message LIKE 'this refresh token was replaced by a newer one that%'
        THEN 'alarm'
    WHEN member_id IS NULL THEN 'stranger'
    ELSE 'failure' END
    WHERE succeeded = 0;
CREATE INDEX activity_of_class ON activity (application_id, class, id);

-- Text is searched and sorted in one form, which Latchkey makes: without case and accents (latchkey_searchable). What
-- was folded to lower case until now gets it, and so does what was not folded at all.
ALTER TABLE members ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the name and the email, a line each
ALTER TABLE audit ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the target and the detail, a line each
UPDATE applications SET search = latchkey_searchable(name, client_id);
DROP TRIGGER audit_is_not_changed;
UPDATE audit SET search = latchkey_searchable(target, detail);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'the audit trail can only be added to');
END;

-- The index of full-text search holds words that Latchkey took apart and folded (latchkey_tokens), with spaces between.
-- The tokenizer splits them there, and does nothing else to them.
DROP TRIGGER search_new_post;
DROP TRIGGER search_changed_post;
DROP TRIGGER search_new_comment;
DROP TRIGGER search_changed_comment;
DROP TRIGGER search_new_event;
DROP TRIGGER search_changed_event;
DROP TRIGGER search_new_space;
DROP TRIGGER search_changed_space;
DROP TRIGGER search_new_course;
DROP TRIGGER search_changed_course;
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    space UNINDEXED, -- whose readers may find it; NULL: everybody's, except that a course is found by who takes it
    tokenize = "ascii",
    prefix = '2 3'
);
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(4.0, 1.0)');
INSERT INTO search (rowid, title, body, space)
    SELECT id * 8 + 1, latchkey_tokens(title), latchkey_tokens(body_text), space_id FROM posts;
INSERT INTO search (rowid, title, body, space)
    SELECT c.id * 8 + 2, '', latchkey_tokens(c.body_text), p.space_id FROM comments c JOIN posts p ON p.id = c.post_id;
INSERT INTO search (rowid, title, body, space)
    SELECT id * 8 + 3, latchkey_tokens(title), latchkey_tokens(description_text), space_id FROM events;
INSERT INTO search (rowid, title, body, space)
    SELECT id * 8 + 4, latchkey_tokens(name), latchkey_tokens(description), id FROM spaces;
INSERT INTO search (rowid, title, body, space)
    SELECT id * 8 + 5, latchkey_tokens(title), latchkey_tokens(description), NULL FROM courses;

CREATE TRIGGER search_new_post AFTER INSERT ON posts BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 1, latchkey_tokens(new.title), latchkey_tokens(new.body_text), new.space_id);
END;
CREATE TRIGGER search_changed_post AFTER UPDATE OF title, body_text, space_id ON posts BEGIN
    UPDATE search SET title = latchkey_tokens(new.title), body = latchkey_tokens(new.body_text), space = new.space_id
        WHERE rowid = new.id * 8 + 1;
END;
CREATE TRIGGER search_new_comment AFTER INSERT ON comments BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 2, '', latchkey_tokens(new.body_text), (SELECT space_id FROM posts WHERE id = new.post_id));
END;
CREATE TRIGGER search_changed_comment AFTER UPDATE OF body_text ON comments BEGIN
    UPDATE search SET body = latchkey_tokens(new.body_text) WHERE rowid = new.id * 8 + 2;
END;
CREATE TRIGGER search_new_event AFTER INSERT ON events BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 3, latchkey_tokens(new.title), latchkey_tokens(new.description_text), new.space_id);
END;
CREATE TRIGGER search_changed_event AFTER UPDATE OF title, description_text, space_id ON events BEGIN
    UPDATE search SET title = latchkey_tokens(new.title), body = latchkey_tokens(new.description_text), space = new.space_id
        WHERE rowid = new.id * 8 + 3;
END;
CREATE TRIGGER search_new_space AFTER INSERT ON spaces BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 4, latchkey_tokens(new.name), latchkey_tokens(new.description), new.id);
END;
CREATE TRIGGER search_changed_space AFTER UPDATE OF name, description ON spaces BEGIN
    UPDATE search SET title = latchkey_tokens(new.name), body = latchkey_tokens(new.description)
        WHERE rowid = new.id * 8 + 4;
END;
CREATE TRIGGER search_new_course AFTER INSERT ON courses BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 5, latchkey_tokens(new.title), latchkey_tokens(new.description), NULL);
END;
CREATE TRIGGER search_changed_course AFTER UPDATE OF title, description ON courses BEGIN
    UPDATE search SET title = latchkey_tokens(new.title), body = latchkey_tokens(new.description)
        WHERE rowid = new.id * 8 + 5;
END;

-- What a member has written through applications lately. It is counted here and not in posts and comments, since what was
-- deleted was written all the same, and what was imported was not written through an application.
CREATE TABLE content_written (
    member_id INTEGER PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    since     INTEGER NOT NULL, -- when the period began that is counted
    texts     INTEGER NOT NULL CHECK (texts >= 0),
    bytes     INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT;
