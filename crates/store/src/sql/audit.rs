//! The audit trail. Each operation writes its entry in its own transaction.

use latchkey_domain::{Actor, Timestamp};

use super::{Statements, params, rows};
use crate::shared::{cut, searchable};
use crate::{AuditAction, StoreError};

/// The most characters of a target or a detail.
const TEXT_LENGTH: usize = 1_000;

/// Adds an entry, if its actor may (still) do what it is about. The actor's role cannot change until the transaction ends.
pub(crate) async fn write(
    db: &dyn Statements,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if action.needs_host()
        && let Some(member) = by.member
    {
        let sql = "SELECT id FROM members WHERE id = ?1 AND role = 'host' [[FOR SHARE|]]";
        let host = rows::first(db, sql, params![member.0], |columns| {
            columns.table("members").get::<i64>("id")
        })
        .await?;
        if host.is_none() {
            return Err(StoreError::NotAHost);
        }
    }
    let (target, detail) = (cut(target, TEXT_LENGTH), cut(detail, TEXT_LENGTH));
    rows::execute(
        db,
        "INSERT INTO audit (at, member_id, address, request_id, action, target, detail, search) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            at,
            by.member.map(|id| id.0),
            &by.address,
            &by.request_id,
            action.id(),
            target,
            detail,
            searchable(&[target, detail])
        ],
    )
    .await?;
    Ok(())
}
