//! The audit trail. Each operation writes its entry in its own transaction.

use async_trait::async_trait;
use latchkey_domain::{Actor, MemberId, Timestamp};
use rusqlite::{Connection, params};

use super::{SqliteStore, rows};
use crate::{Audit, AuditAction, AuditEntry, StoreError};

/// Adds an entry.
pub(super) fn write(
    connection: &Connection,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "INSERT INTO audit (at, member_id, address, request_id, action, target, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            at.as_millis(),
            by.member.map(|id| id.0),
            by.address,
            by.request_id,
            action.id(),
            target,
            detail
        ],
    )?;
    Ok(())
}

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.scan(move |connection| {
            rows::all(
                connection,
                "SELECT at, member_id, address, request_id, action, target, detail FROM audit ORDER BY id DESC LIMIT ?1",
                [limit],
                |columns| {
                    columns.table("audit");
                    Ok(AuditEntry {
                        at: columns.time("at")?,
                        actor: Actor {
                            member: columns.get::<Option<i64>>("member_id")?.map(MemberId),
                            address: columns.get("address")?,
                            request_id: columns.get("request_id")?,
                        },
                        action: columns.one_of("action", AuditAction::ALL, AuditAction::id)?,
                        target: columns.get("target")?,
                        detail: columns.get("detail")?,
                    })
                },
            )
        })
        .await
    }
}
