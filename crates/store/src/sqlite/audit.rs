//! The audit trail. Each operation writes its entry in its own transaction; triggers refuse to change or delete one.

use latchkey_domain::{Actor, Timestamp};
use rusqlite::{Connection, params};

use super::{migrations, rows};
use crate::audit::TEXT_LENGTH;
use crate::shared::{cut, searchable};
use crate::{AuditAction, StoreError};

/// The first schema that keeps an entry in the form in which it is searched, too.
const SEARCHED_SINCE: usize = 6;

/// Adds an entry to a database of any schema. The migration fills in what an earlier schema does not have.
pub(super) fn write_to_any(
    connection: &Connection,
    by: (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if migrations::version(connection)? >= SEARCHED_SINCE {
        return write(connection, by, action, target, detail);
    }
    let (by, at) = by;
    rows::execute(
        connection,
        "INSERT INTO audit (at, member_id, address, request_id, action, target, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            at.as_millis(),
            by.member.map(|id| id.0),
            by.address,
            by.request_id,
            action.id(),
            cut(target, TEXT_LENGTH),
            cut(detail, TEXT_LENGTH)
        ],
    )?;
    Ok(())
}

// Until its callers are moved.
/// Adds an entry, if its actor may (still) do what it is about.
pub(super) fn write(
    connection: &Connection,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if action.needs_host()
        && let Some(member) = by.member
    {
        let sql = "SELECT EXISTS (SELECT 1 FROM members WHERE id = ?1 AND role = 'host')";
        if rows::number(connection, sql, [member.0])? == 0 {
            return Err(StoreError::NotAHost);
        }
    }
    let (target, detail) = (cut(target, TEXT_LENGTH), cut(detail, TEXT_LENGTH));
    rows::execute(
        connection,
        "INSERT INTO audit (at, member_id, address, request_id, action, target, detail, search) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            at.as_millis(),
            by.member.map(|id| id.0),
            by.address,
            by.request_id,
            action.id(),
            target,
            detail,
            searchable(&[target, detail])
        ],
    )?;
    Ok(())
}
