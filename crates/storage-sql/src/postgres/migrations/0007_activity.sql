-- Activity. An entry may belong to no application: `client_id` is then what the request sent. `area` is what an entry is
-- about, `reason` why it failed, `scopes` what was missing, and `unkept` how many more like it were not kept.
ALTER TABLE activity ALTER COLUMN application_id DROP NOT NULL;
ALTER TABLE activity ADD COLUMN area TEXT NOT NULL DEFAULT 'tokens' CHECK (area IN ('authorizations', 'tokens', 'api'));
ALTER TABLE activity ADD COLUMN client_id TEXT;
ALTER TABLE activity ADD COLUMN reason TEXT;
ALTER TABLE activity ADD COLUMN scopes TEXT;
ALTER TABLE activity ADD COLUMN unkept BIGINT NOT NULL DEFAULT 0 CHECK (unkept >= 0);
UPDATE activity SET area = 'authorizations' WHERE kind = 'authorization';
CREATE INDEX activity_of_area ON activity (area, id);
-- What the list says of each of its applications.
CREATE INDEX activity_failures_of_application ON activity (application_id, coalesce(last_at, at)) WHERE class <> 'success';
-- Failures alone: a success is written with many requests, and the newest are found without an index.
CREATE INDEX activity_failed ON activity (id) WHERE NOT succeeded;
CREATE INDEX activity_of_request ON activity (request_id) WHERE NOT succeeded;

-- The request ids of failures that were counted as one, without the last one's. `number`: which of the equal ones it was.
CREATE TABLE activity_requests (
    activity_id BIGINT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    request_id  TEXT NOT NULL,
    PRIMARY KEY (activity_id, number)
);
CREATE INDEX activity_requests_by_id ON activity_requests (request_id);

-- Whether a client id was that of an application that is deleted now.
CREATE INDEX audit_of_deleted ON audit (target) WHERE action = 'application_deleted';
