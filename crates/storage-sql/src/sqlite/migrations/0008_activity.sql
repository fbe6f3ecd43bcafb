-- Activity. An entry may belong to no application: `client_id` is then what the request sent. `area` is what an entry is
-- about, `reason` why it failed, `scopes` what was missing, and `unkept` how many more like it were not kept.
-- Only a new table can have an `application_id` that may be empty.
ALTER TABLE activity RENAME TO activity_before;
CREATE TABLE activity (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    application_id INTEGER REFERENCES applications (id) ON DELETE CASCADE,
    at             INTEGER NOT NULL,
    kind           TEXT NOT NULL,
    succeeded      INTEGER NOT NULL CHECK (succeeded IN (0, 1)),
    message        TEXT NOT NULL,
    redirect_uri   TEXT,
    member_id      INTEGER,
    address        TEXT,
    request_id     TEXT,
    times          INTEGER NOT NULL DEFAULT 1 CHECK (times >= 1),
    last_at        INTEGER,
    class          TEXT NOT NULL DEFAULT 'success' CHECK (class IN ('success', 'failure', 'stranger', 'alarm')),
    area           TEXT NOT NULL DEFAULT 'tokens' CHECK (area IN ('authorizations', 'tokens', 'api')),
    client_id      TEXT,
    reason         TEXT,
    scopes         TEXT,
    unkept         INTEGER NOT NULL DEFAULT 0 CHECK (unkept >= 0)
) STRICT;
INSERT INTO activity (id, application_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id,
    times, last_at, class, area)
    SELECT id, application_id, at, kind, succeeded, message, redirect_uri, member_id, address, request_id, times, last_at,
    class, CASE kind WHEN 'authorization' THEN 'authorizations' ELSE 'tokens' END FROM activity_before ORDER BY id;
DELETE FROM sqlite_sequence WHERE name = 'activity';
INSERT INTO sqlite_sequence (name, seq) SELECT 'activity', seq FROM sqlite_sequence WHERE name = 'activity_before';
DROP TABLE activity_before;
CREATE INDEX activity_of_application ON activity (application_id, id);
CREATE INDEX activity_of_class ON activity (application_id, class, id);
CREATE INDEX activity_failures ON activity (coalesce(last_at, at), application_id) WHERE class <> 'success';
CREATE INDEX activity_of_area ON activity (area, id);
-- What the list says of each of its applications.
CREATE INDEX activity_failures_of_application ON activity (application_id, coalesce(last_at, at)) WHERE class <> 'success';
-- Failures alone: a success is written with many requests, and the newest are found without an index.
CREATE INDEX activity_failed ON activity (id) WHERE succeeded = 0;
CREATE INDEX activity_of_request ON activity (request_id) WHERE succeeded = 0;

-- The request ids of failures that were counted as one, without the last one's. `number`: which of the equal ones it was.
CREATE TABLE activity_requests (
    activity_id INTEGER NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    request_id  TEXT NOT NULL,
    PRIMARY KEY (activity_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_requests_by_id ON activity_requests (request_id);

-- Whether a client id was that of an application that is deleted now.
CREATE INDEX audit_of_deleted ON audit (target) WHERE action = 'application_deleted';
