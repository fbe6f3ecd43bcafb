-- What people are told about an application and the network, and who registered an application.

-- Logos, as they are served. The id is the first half of the SHA-256 in hexadecimal digits.
CREATE TABLE logos (
    id    TEXT PRIMARY KEY CHECK (length(id) = 32),
    image BYTEA NOT NULL
);

ALTER TABLE applications ADD COLUMN description TEXT;
ALTER TABLE applications ADD COLUMN website TEXT;
ALTER TABLE applications ADD COLUMN privacy_policy TEXT;
ALTER TABLE applications ADD COLUMN logo TEXT REFERENCES logos (id);
ALTER TABLE applications ADD COLUMN hosts TEXT NOT NULL DEFAULT ''; -- of the redirect URIs, a line each, folded
ALTER TABLE applications ADD COLUMN created_by BIGINT REFERENCES members (id) ON DELETE SET NULL;
UPDATE applications SET created_by = (SELECT a.member_id FROM audit a
    WHERE a.action = 'application_created' AND a.target = applications.client_id
    AND a.member_id IN (SELECT id FROM members) ORDER BY a.id LIMIT 1);
-- There is no index by last use: it would be written with the use, which is what the server is for, and read by one list.
CREATE INDEX applications_by_name ON applications (search COLLATE "C", id);

ALTER TABLE network ADD COLUMN logo TEXT REFERENCES logos (id);
ALTER TABLE network ADD COLUMN color TEXT; -- #rrggbb
ALTER TABLE network ADD COLUMN terms TEXT;
ALTER TABLE network ADD COLUMN privacy_policy TEXT;

CREATE INDEX applications_by_logo ON applications (logo);
CREATE INDEX applications_of_host ON applications (created_by);

-- What failed lately, by application.
CREATE INDEX activity_failures ON activity (coalesce(last_at, at), application_id) WHERE class <> 'success';

-- A client id that was brought from another server may have another length.
ALTER TABLE applications DROP CONSTRAINT applications_client_id_check;
ALTER TABLE applications ADD CONSTRAINT applications_client_id_check CHECK (length(client_id) BETWEEN 8 AND 128);
