-- What members read and write. Content outlives its author: who is removed leaves posts and comments without a name.
-- Numbers are AUTOINCREMENT, as in the first schema.

ALTER TABLE members ADD COLUMN last_active_at INTEGER NOT NULL DEFAULT 0; -- 0: never; to the minute
ALTER TABLE members ADD COLUMN avatar_url TEXT;
UPDATE members SET last_active_at =
    coalesce((SELECT max(s.last_seen_at) FROM sessions s WHERE s.member_id = members.id), 0);
-- The orders of the roster.
CREATE INDEX members_by_joining ON members (joined_at, id);
CREATE INDEX members_by_visit ON members (last_active_at, id);

CREATE TABLE spaces (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    visibility  TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX spaces_by_age ON spaces (created_at, id);

CREATE TABLE space_members (
    space_id  INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (space_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spaces_of_member ON space_members (member_id);

CREATE TABLE events (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id         INTEGER REFERENCES spaces (id) ON DELETE CASCADE, -- NULL: for the whole network
    organizer_id     INTEGER REFERENCES members (id) ON DELETE SET NULL,
    title            TEXT NOT NULL,
    description      TEXT NOT NULL, -- sanitized HTML
    description_text TEXT NOT NULL, -- the words of it
    location         TEXT,
    starts_at        INTEGER NOT NULL,
    ends_at          INTEGER NOT NULL CHECK (ends_at >= starts_at),
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_start ON events (starts_at, id);
CREATE INDEX events_of_space ON events (space_id, starts_at, id);
CREATE INDEX events_of_organizer ON events (organizer_id);

CREATE TABLE membership_plans (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    currency    TEXT NOT NULL CHECK (length(currency) = 3),
    billing     TEXT NOT NULL CHECK (billing IN ('once', 'month', 'year')),
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX membership_plans_by_age ON membership_plans (created_at, id);

CREATE TABLE posts (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id   INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    author_id  INTEGER REFERENCES members (id) ON DELETE SET NULL,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL, -- sanitized HTML
    body_text  TEXT NOT NULL, -- the words of it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX posts_by_age ON posts (created_at, id);
CREATE INDEX posts_of_space ON posts (space_id, created_at, id);
CREATE INDEX posts_of_author ON posts (author_id, created_at, id);

CREATE TABLE comments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    post_id    INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    author_id  INTEGER REFERENCES members (id) ON DELETE SET NULL,
    body       TEXT NOT NULL, -- sanitized HTML
    body_text  TEXT NOT NULL, -- the words of it
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX comments_of_post ON comments (post_id, created_at, id);
CREATE INDEX comments_of_author ON comments (author_id);

CREATE TABLE courses (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    slug        TEXT NOT NULL UNIQUE,
    title       TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE lessons (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    position  INTEGER NOT NULL CHECK (position >= 1),
    title     TEXT NOT NULL,
    body      TEXT NOT NULL, -- sanitized HTML
    body_text TEXT NOT NULL, -- the words of it
    minutes   INTEGER NOT NULL CHECK (minutes >= 0),
    UNIQUE (course_id, position)
) STRICT;

CREATE TABLE enrolments (
    member_id   INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    course_id   INTEGER NOT NULL REFERENCES courses (id) ON DELETE CASCADE,
    enrolled_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, course_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX enrolments_by_age ON enrolments (member_id, enrolled_at, course_id);
CREATE INDEX enrolments_of_course ON enrolments (course_id);

CREATE TABLE completions (
    member_id    INTEGER NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    lesson_id    INTEGER NOT NULL REFERENCES lessons (id) ON DELETE CASCADE,
    completed_at INTEGER NOT NULL,
    PRIMARY KEY (member_id, lesson_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX completions_of_lesson ON completions (lesson_id);

-- Full-text search over all of the above, kept in step by triggers. The number of a row is that of the item times 8,
-- plus 1 for a post, 2 for a comment, 3 for an event, 4 for a space, 5 for a course.
CREATE VIRTUAL TABLE search USING fts5 (
    title,
    body,
    space UNINDEXED, -- whose readers may find it; NULL: everybody's, except that a course is found by who takes it
    tokenize = "unicode61 remove_diacritics 2",
    prefix = '2 3'
);
-- A word in a title counts four times one in a body.
INSERT INTO search (search, rank) VALUES ('rank', 'bm25(4.0, 1.0)');

CREATE TRIGGER search_new_post AFTER INSERT ON posts BEGIN
    INSERT INTO search (rowid, title, body, space) VALUES (new.id * 8 + 1, new.title, new.body_text, new.space_id);
END;
CREATE TRIGGER search_changed_post AFTER UPDATE OF title, body_text, space_id ON posts BEGIN
    UPDATE search SET title = new.title, body = new.body_text, space = new.space_id WHERE rowid = new.id * 8 + 1;
END;
CREATE TRIGGER search_gone_post AFTER DELETE ON posts BEGIN
    DELETE FROM search WHERE rowid = old.id * 8 + 1;
END;

CREATE TRIGGER search_new_comment AFTER INSERT ON comments BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 2, '', new.body_text, (SELECT space_id FROM posts WHERE id = new.post_id));
END;
CREATE TRIGGER search_changed_comment AFTER UPDATE OF body_text ON comments BEGIN
    UPDATE search SET body = new.body_text WHERE rowid = new.id * 8 + 2;
END;
CREATE TRIGGER search_gone_comment AFTER DELETE ON comments BEGIN
    DELETE FROM search WHERE rowid = old.id * 8 + 2;
END;

CREATE TRIGGER search_new_event AFTER INSERT ON events BEGIN
    INSERT INTO search (rowid, title, body, space)
        VALUES (new.id * 8 + 3, new.title, new.description_text, new.space_id);
END;
CREATE TRIGGER search_changed_event AFTER UPDATE OF title, description_text, space_id ON events BEGIN
    UPDATE search SET title = new.title, body = new.description_text, space = new.space_id WHERE rowid = new.id * 8 + 3;
END;
CREATE TRIGGER search_gone_event AFTER DELETE ON events BEGIN
    DELETE FROM search WHERE rowid = old.id * 8 + 3;
END;

CREATE TRIGGER search_new_space AFTER INSERT ON spaces BEGIN
    INSERT INTO search (rowid, title, body, space) VALUES (new.id * 8 + 4, new.name, new.description, new.id);
END;
CREATE TRIGGER search_changed_space AFTER UPDATE OF name, description ON spaces BEGIN
    UPDATE search SET title = new.name, body = new.description WHERE rowid = new.id * 8 + 4;
END;
CREATE TRIGGER search_gone_space AFTER DELETE ON spaces BEGIN
    DELETE FROM search WHERE rowid = old.id * 8 + 4;
END;

CREATE TRIGGER search_new_course AFTER INSERT ON courses BEGIN
    INSERT INTO search (rowid, title, body, space) VALUES (new.id * 8 + 5, new.title, new.description, NULL);
END;
CREATE TRIGGER search_changed_course AFTER UPDATE OF title, description ON courses BEGIN
    UPDATE search SET title = new.title, body = new.description WHERE rowid = new.id * 8 + 5;
END;
CREATE TRIGGER search_gone_course AFTER DELETE ON courses BEGIN
    DELETE FROM search WHERE rowid = old.id * 8 + 5;
END;
