-- Limits on what one member or one application may leave behind, and what they need to be kept.

-- What a member has written through applications lately. It is counted here and not in posts and comments, since what was
-- deleted was written all the same, and what was imported was not written through an application.
CREATE TABLE content_written (
    member_id BIGINT PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    since     BIGINT NOT NULL, -- when the period began that is counted
    texts     BIGINT NOT NULL CHECK (texts >= 0),
    bytes     BIGINT NOT NULL CHECK (bytes >= 0)
);
