//! The audit trail. Each operation writes its entry in its own transaction.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberId, MemberName, Timestamp};

use super::params::params;
use super::rows::{Columns, Statements};
use super::watch::named;
use super::{PostgresStore, rows};
use crate::shared::{cut, searchable, searched};
use crate::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho, StoreError};

/// The most failed sign-ins of one target that are kept of an hour. The trail is kept for good, and anybody can fail.
const MOST_FAILURES_AN_HOUR: i64 = 20;

/// The most characters of a target or a detail.
const TEXT_LENGTH: usize = 1_000;

/// Adds an entry.
pub(super) async fn write(
    db: &impl Statements,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
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
            let hour_ago = entry.at.minus(Duration::from_secs(3_600));
            let lately = rows::number(
                &named!(self),
                "SELECT count(*) FROM (SELECT at, target FROM audit WHERE action = $1 ORDER BY id DESC LIMIT 1000) AS lately \
                 WHERE target = $2 AND at > $3",
                params![entry.action.id(), &entry.target, hour_ago],
            )
            .await?;
            // Several nodes may count at once and keep a few more; the point is that it is bounded.
            if lately >= MOST_FAILURES_AN_HOUR {
                return Ok(());
            }
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
