-- Limits on what one member or one application may leave behind, and what they need to be kept.

-- The networks that members signed in from, so that guesses of strangers do not delay a member at home.
CREATE TABLE sign_in_networks (
    network   TEXT PRIMARY KEY, -- a keyed hash of the member's email and the network
    member_id BIGINT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    seen_at   BIGINT NOT NULL
);
CREATE INDEX sign_in_networks_of_member ON sign_in_networks (member_id, seen_at);

-- Failed sign-ins of hosts since the last one with an audit entry.
CREATE TABLE failed_sign_ins (
    target   TEXT PRIMARY KEY,
    noted_at BIGINT NOT NULL,
    unnoted  BIGINT NOT NULL CHECK (unnoted >= 0)
);

-- Grants. `repeated_at`: when a pair of tokens was last given again because its answer was lost; like the columns that
-- change with each rotation it stands in no index. `trial`: made by a host in the API explorer.
ALTER TABLE grants ADD COLUMN repeated_at BIGINT;
ALTER TABLE grants ADD COLUMN trial BOOLEAN NOT NULL DEFAULT false;
DROP INDEX grants_of_application;
CREATE INDEX grants_of_application ON grants (application_id, member_id, redeemed_at, revoked_at, trial);
CREATE INDEX grants_unredeemed ON grants (application_id, code_expires_at)
    WHERE redeemed_at IS NULL AND revoked_at IS NULL;
CREATE INDEX grants_trials ON grants (member_id) WHERE trial;

-- Activity. Equal entries are counted: `times`, and `last_at` from the second time on. Each class has a limit of its own.
ALTER TABLE activity ADD COLUMN times BIGINT NOT NULL DEFAULT 1 CHECK (times >= 1);
ALTER TABLE activity ADD COLUMN last_at BIGINT;
ALTER TABLE activity ADD COLUMN class TEXT NOT NULL DEFAULT 'success'
    CHECK (class IN ('success', 'failure', 'stranger', 'alarm'));
UPDATE activity SET class = CASE
    WHEN message LIKE 'the code was used before;%' OR message LIKE 'this refresh token was replaced by a newer one that%'
        THEN 'alarm'
    WHEN member_id IS NULL THEN 'stranger'
    ELSE 'failure' END
    WHERE NOT succeeded;
CREATE INDEX activity_of_class ON activity (application_id, class, id);

-- Text is searched and sorted in one form, which Latchkey makes: without case and accents. What is there already gets it
-- from `folding.rs`.
ALTER TABLE members ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the name and the email, a line each
ALTER TABLE audit ADD COLUMN search TEXT NOT NULL DEFAULT ''; -- the target and the detail, a line each

-- What a member has written through applications lately. It is counted here and not in posts and comments, since what was
-- deleted was written all the same, and what was imported was not written through an application.
CREATE TABLE content_written (
    member_id BIGINT PRIMARY KEY REFERENCES members (id) ON DELETE CASCADE,
    since     BIGINT NOT NULL, -- when the period began that is counted
    texts     BIGINT NOT NULL CHECK (texts >= 0),
    bytes     BIGINT NOT NULL CHECK (bytes >= 0)
);
