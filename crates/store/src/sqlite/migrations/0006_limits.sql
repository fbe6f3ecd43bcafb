-- Limits on what one member or one application may leave behind, and what they need to be kept.

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
