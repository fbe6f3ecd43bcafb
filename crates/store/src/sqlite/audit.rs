//! The audit trail. Each operation writes its entry in its own transaction; triggers refuse to change or delete one.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberId, MemberName, Timestamp, limits};
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::rows::Columns;
use super::{SqliteStore, migrations, rows};
use crate::shared::{cut, failed_sign_in_detail, searchable, searched};
use crate::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho, StoreError};

/// The most characters of a target or a detail.
const TEXT_LENGTH: usize = 1_000;

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

fn note(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    if entry.action == AuditAction::SignInFailed {
        return note_failure(connection, entry);
    }
    write(
        connection,
        (&entry.actor, entry.at),
        entry.action,
        &entry.target,
        &entry.detail,
    )
}

/// Counts a failed sign-in, and adds its entry if the last of the same target is old enough.
fn note_failure(connection: &Connection, entry: &AuditEntry) -> Result<(), StoreError> {
    let (target, at) = (cut(&entry.target, TEXT_LENGTH), entry.at.as_millis());
    let noted_before = entry
        .at
        .minus(Duration::from_secs(limits::FAILED_SIGN_IN_ENTRY_SECONDS))
        .as_millis();
    // A time in the future is one from before the clock was set back.
    let counted = rows::execute(
        connection,
        "UPDATE failed_sign_ins SET unnoted = unnoted + 1 WHERE target = ?1 AND noted_at > ?2 AND noted_at <= ?3",
        params![target, noted_before, at],
    )?;
    if counted > 0 {
        return Ok(());
    }
    let unnoted = rows::first(
        connection,
        "SELECT unnoted FROM failed_sign_ins WHERE target = ?1",
        [target],
        |columns| columns.table("failed_sign_ins").get::<i64>("unnoted"),
    )?;
    rows::execute(
        connection,
        "INSERT INTO failed_sign_ins (target, noted_at, unnoted) VALUES (?1, ?2, 0) \
         ON CONFLICT (target) DO UPDATE SET noted_at = excluded.noted_at, unnoted = 0",
        params![target, at],
    )?;
    write(
        connection,
        (&entry.actor, entry.at),
        entry.action,
        target,
        &failed_sign_in_detail(unnoted.unwrap_or(0)),
    )
}

fn read(columns: &mut Columns<'_, '_>) -> Result<AuditEntry, StoreError> {
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

fn read_record(columns: &mut Columns<'_, '_>) -> Result<AuditRecord, StoreError> {
    let entry = read(columns)?;
    let id = columns.get("id")?;
    let application = columns.table("applications").get("name")?;
    let member = if columns.table("members").get::<Option<i64>>("id")?.is_some() {
        Some((
            columns.parsed("name", MemberName::parse)?,
            columns.parsed("email", Email::stored)?,
        ))
    } else {
        None
    };
    Ok(AuditRecord {
        id,
        entry,
        member,
        application,
    })
}

/// A statement that grows: its conditions, and the values that they compare with. What was typed is always a value.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition, in which `$` stands for `value`.
    fn add(&mut self, condition: &str, value: impl Into<Value>) {
        self.values.push(value.into());
        let number = format!("?{}", self.values.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('$', &number));
    }
}

fn conditions(filter: AuditFilter, before: i64) -> Conditions {
    let mut all = Conditions {
        sql: "u.id < ?1".to_owned(),
        values: vec![before.into()],
    };
    match filter.who {
        None => {}
        Some(AuditWho::Operator) => all.sql.push_str(" AND u.member_id IS NULL AND u.address IS NULL"),
        Some(AuditWho::Member(words)) => all.add(
            "u.member_id IN (SELECT id FROM members WHERE instr(search, $) > 0)",
            searched(&words),
        ),
    }
    if let Some(action) = filter.action {
        all.add("u.action = $", action.id().to_owned());
    }
    if let Some(words) = filter.target {
        all.add(
            "(instr(u.search, $) > 0 OR u.target IN (SELECT client_id FROM applications WHERE instr(search, $) > 0))",
            searched(&words),
        );
    }
    if let Some(from) = filter.from {
        all.add("u.at >= $", from.as_millis());
    }
    if let Some(until) = filter.until {
        all.add("u.at < $", until.as_millis());
    }
    all
}

fn page(
    connection: &Connection,
    filter: AuditFilter,
    before: i64,
    limit: u32,
) -> Result<Vec<AuditRecord>, StoreError> {
    let Conditions { sql, mut values } = conditions(filter, before);
    values.push(i64::from(limit).into());
    let sql = format!(
        "SELECT u.at, u.member_id, u.address, u.request_id, u.action, u.target, u.detail, u.id, a.name, m.id, m.name, m.email \
         FROM audit u LEFT JOIN members m ON m.id = u.member_id LEFT JOIN applications a ON a.client_id = u.target \
         WHERE {sql} ORDER BY u.id DESC LIMIT ?{}",
        values.len()
    );
    rows::all(connection, &sql, params_from_iter(values), read_record)
}

#[async_trait]
impl Audit for SqliteStore {
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.scan(move |connection| {
            rows::all(
                connection,
                "SELECT at, member_id, address, request_id, action, target, detail FROM audit ORDER BY id DESC LIMIT ?1",
                [limit],
                read,
            )
        })
        .await
    }

    async fn audit_page(
        &self,
        filter: AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        self.scan(move |connection| page(connection, filter, before.unwrap_or(i64::MAX), limit))
            .await
    }

    async fn note(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(move |connection| note(connection, &entry)).await
    }
}
