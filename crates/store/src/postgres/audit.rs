//! The audit trail. Each operation writes its entry in its own transaction.

use async_trait::async_trait;
use latchkey_domain::{Actor, MemberId, Timestamp};

use super::{PostgresStore, rows};
use crate::postgres::params::params;
use crate::postgres::rows::Statements;
use crate::{Audit, AuditAction, AuditEntry, StoreError};

/// Adds an entry.
pub(super) async fn write(
    db: &impl Statements,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    rows::execute(
        db,
        "INSERT INTO audit (at, member_id, address, request_id, action, target, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![
            at.as_millis(),
            by.member.map(|id| id.0),
            &by.address,
            &by.request_id,
            action.id(),
            target,
            detail
        ],
    ).await?;
    Ok(())
}

#[async_trait]
impl Audit for PostgresStore {
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        rows::all(
                &self.connections,
                "SELECT at, member_id, address, request_id, action, target, detail FROM audit ORDER BY id DESC LIMIT $1",
                params![limit],
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
            ).await
    }
}
