//! The audit trail. Each operation writes its entry in its own transaction.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberId, MemberName, Timestamp, limits};

use super::params::params;
use super::rows::{Columns, Statements};
use super::transaction::{Transaction, transact};
use super::watch::named;
use super::{PostgresStore, rows};
use crate::shared::{cut, failed_sign_in_detail, searchable, searched};
use crate::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho, StoreError};

/// The most characters of a target or a detail.
const TEXT_LENGTH: usize = 1_000;

/// Adds an entry, if its actor may (still) do what it is about. The actor's role cannot change until the transaction ends.
pub(super) async fn write(
    db: &impl Statements,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if action.needs_host()
        && let Some(member) = by.member
    {
        let sql = "SELECT id FROM members WHERE id = $1 AND role = 'host' FOR SHARE";
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
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            at.as_millis(),
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

/// Counts a failed sign-in, and adds its entry if the last of the same target is old enough.
async fn note_failure(tx: &Transaction, entry: &AuditEntry) -> Result<(), StoreError> {
    let (target, at) = (cut(&entry.target, TEXT_LENGTH), entry.at.as_millis());
    // The row is made if it is missing, so that there is something to lock.
    let sql =
        "INSERT INTO failed_sign_ins (target, noted_at, unnoted) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
    let is_first = rows::execute(tx, sql, params![target, at]).await? > 0;
    let noted_before = entry
        .at
        .minus(Duration::from_secs(limits::FAILED_SIGN_IN_ENTRY_SECONDS))
        .as_millis();
    // A time in the future is one from before the clock was set back.
    let counted = rows::execute(
        tx,
        "UPDATE failed_sign_ins SET unnoted = unnoted + 1 WHERE target = $1 AND noted_at > $2 AND noted_at <= $3 AND NOT $4",
        params![target, noted_before, at, is_first],
    )
    .await?;
    if counted > 0 {
        return Ok(());
    }
    let sql = "SELECT unnoted FROM failed_sign_ins WHERE target = $1 FOR UPDATE";
    let unnoted = rows::first(tx, sql, params![target], |columns| {
        columns.table("failed_sign_ins").get::<i64>("unnoted")
    })
    .await?;
    let sql = "UPDATE failed_sign_ins SET noted_at = $2, unnoted = 0 WHERE target = $1";
    rows::execute(tx, sql, params![target, at]).await?;
    write(
        tx,
        (&entry.actor, entry.at),
        entry.action,
        target,
        &failed_sign_in_detail(unnoted.unwrap_or(0)),
    )
    .await
}

fn read(columns: &mut Columns<'_>) -> Result<AuditEntry, StoreError> {
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
}

fn read_record(columns: &mut Columns<'_>) -> Result<AuditRecord, StoreError> {
    let entry = read(columns)?;
    let id = columns.get("id")?;
    let application = columns.table("applications").get("name")?;
    let name = columns.table("members").get::<Option<String>>("name")?;
    let email = columns.get::<Option<String>>("email")?;
    let damaged = |column: &str, error: &dyn std::fmt::Display| {
        StoreError::Damaged(format!("members.{column}: {error}"))
    };
    let member = match (name, email) {
        (Some(name), Some(email)) => Some((
            MemberName::parse(&name).map_err(|error| damaged("name", &error))?,
            Email::stored(&email).map_err(|error| damaged("email", &error))?,
        )),
        _ => None,
    };
    Ok(AuditRecord {
        id,
        entry,
        member,
        application,
    })
}

/// The filters that are not set are `NULL`, and pass everything.
const PAGE: &str = "SELECT u.at, u.member_id, u.address, u.request_id, u.action, u.target, u.detail, u.id, a.name, m.name, m.email \
    FROM audit u LEFT JOIN members m ON m.id = u.member_id LEFT JOIN applications a ON a.client_id = u.target \
    WHERE u.id < $1 AND (NOT $2 OR (u.member_id IS NULL AND u.address IS NULL)) \
    AND ($3::text IS NULL OR u.member_id IN \
    (SELECT id FROM members WHERE strpos(search, $3) > 0)) \
    AND ($4::text IS NULL OR u.action = $4) \
    AND ($5::text IS NULL OR strpos(u.search, $5) > 0 OR u.target IN \
    (SELECT client_id FROM applications WHERE strpos(search, $5) > 0)) \
    AND u.at >= $6 AND u.at < $7 ORDER BY u.id DESC LIMIT $8";

#[async_trait]
impl Audit for PostgresStore {
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        rows::all(
            &named!(self),
            "SELECT at, member_id, address, request_id, action, target, detail FROM audit ORDER BY id DESC LIMIT $1",
            params![limit],
            read,
        )
        .await
    }

    async fn audit_page(
        &self,
        filter: AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let by_operator = filter.who == Some(AuditWho::Operator);
        let who = match &filter.who {
            Some(AuditWho::Member(words)) => Some(searched(words)),
            _ => None,
        };
        let action = filter.action.map(|action| action.id().to_owned());
        let target = filter.target.as_deref().map(searched);
        rows::all(
            &named!(self),
            PAGE,
            params![
                before.unwrap_or(i64::MAX),
                by_operator,
                &who,
                &action,
                &target,
                filter.from.map_or(i64::MIN, Timestamp::as_millis),
                filter.until.map_or(i64::MAX, Timestamp::as_millis),
                limit
            ],
            read_record,
        )
        .await
    }

    async fn note(&self, entry: AuditEntry) -> Result<(), StoreError> {
        if entry.action == AuditAction::SignInFailed {
            return transact!(self, RowLocked, |tx| note_failure(tx, &entry));
        }
        write(
            &named!(self),
            (&entry.actor, entry.at),
            entry.action,
            &entry.target,
            &entry.detail,
        )
        .await
    }
}
