-- The filters of the audit trail: by action, by who.
CREATE INDEX audit_of_action ON audit (action, id);
CREATE INDEX audit_of_member ON audit (member_id, id);
