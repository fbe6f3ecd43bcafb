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
