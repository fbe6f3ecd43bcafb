//! The audit trail. Each operation writes its entry in its own transaction; triggers refuse to change or delete one.

use latchkey_domain::{Actor, Timestamp};
use rusqlite::{Connection, params};

use super::rows;
use crate::audit::TEXT_LENGTH;
use crate::shared::{cut, searchable};
use crate::{AuditAction, StoreError};

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
