-- The audit trail can be added to and nothing else, whoever holds the connection. PL/pgSQL is part of PostgreSQL.
CREATE FUNCTION latchkey_audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail can only be added to';
END
$$;
-- Of a statement, not of its rows: TRUNCATE has none.
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION latchkey_audit_only_grows();
