-- The audit trail can be added to and nothing else, whoever holds the connection.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT raise(ABORT, 'the audit trail can only be added to');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
    SELECT raise(ABORT, 'the audit trail can only be added to');
END;
-- REPLACE deletes without a trigger.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'the audit trail can only be added to');
END;

-- The page's filters: by action, by who.
CREATE INDEX audit_of_action ON audit (action, id);
CREATE INDEX audit_of_member ON audit (member_id, id);
