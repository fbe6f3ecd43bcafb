-- What people are told about an application and the network, and who registered an application.

-- Logos, as they are served. The id is the first half of the SHA-256 in hexadecimal digits.
CREATE TABLE logos (
    id    TEXT PRIMARY KEY CHECK (length(id) = 32),
    image BLOB NOT NULL
) STRICT;

ALTER TABLE applications ADD COLUMN description TEXT;
ALTER TABLE applications ADD COLUMN website TEXT;
ALTER TABLE applications ADD COLUMN privacy_policy TEXT;
ALTER TABLE applications ADD COLUMN logo TEXT REFERENCES logos (id);
ALTER TABLE applications ADD COLUMN created_by INTEGER REFERENCES members (id) ON DELETE SET NULL;
UPDATE applications SET created_by = (SELECT a.member_id FROM audit a
    WHERE a.action = 'application_created' AND a.target = applications.client_id
    AND a.member_id IN (SELECT id FROM members) ORDER BY a.id LIMIT 1);
CREATE INDEX applications_by_name ON applications (search, id);
CREATE INDEX applications_by_use ON applications (last_used_at, id);

ALTER TABLE network ADD COLUMN logo TEXT REFERENCES logos (id);
ALTER TABLE network ADD COLUMN color TEXT; -- #rrggbb
ALTER TABLE network ADD COLUMN terms TEXT;
ALTER TABLE network ADD COLUMN privacy_policy TEXT;

-- What failed lately, by application.
CREATE INDEX activity_failures ON activity (coalesce(last_at, at), application_id) WHERE class <> 'success';
