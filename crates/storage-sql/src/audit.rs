//! The audit trail. Each operation writes its entry in its own transaction; the database refuses to change or delete one.

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberId, MemberName, Timestamp};

use crate::Isolation::{RowLocked, Statement};
use crate::{Columns, Database, Param, SqlStore, Statements, params, rows};
use latchkey_storage::audit::{FailedSignIns, TEXT_LENGTH};
use latchkey_storage::shared::{cut, searchable, searched};
use latchkey_storage::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho, StoreError};

/// Adds an entry, if its actor may (still) do what it is about. The actor's role cannot change until the transaction ends.
pub(crate) async fn write_if_allowed(
    db: &dyn Statements,
    (by, at): (&Actor, Timestamp),
    action: AuditAction,
    target: &str,
    detail: &str,
) -> Result<(), StoreError> {
    if action.needs_host()
        && let Some(member) = by.member
    {
        let sql =
            "SELECT id FROM members WHERE id = ?1 AND role = 'host' AND suspended_at IS NULL [[FOR SHARE|]]";
        let host = rows::first(db, sql, params![member.0], |columns| {
            columns.table("members").get::<i64>("id")
        })
        .await?;
        if host.is_none() {
            return Err(StoreError::NotAHost);
        }
    }
    let (target, detail) = (cut(target, TEXT_LENGTH), cut(detail, TEXT_LENGTH));
    db.execute(
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

/// When the last entry about this was made.
pub(crate) async fn last(db: &dyn Statements, action: AuditAction) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT at FROM audit WHERE action = ?1 ORDER BY id DESC LIMIT 1";
    rows::first(db, sql, params![action.id()], |columns| {
        columns.table("audit").time("at")
    })
    .await
}

async fn note(db: &dyn Statements, entry: &AuditEntry) -> Result<(), StoreError> {
    let AuditEntry {
        at,
        actor,
        action,
        target,
        detail,
    } = entry;
    if *action != AuditAction::SignInFailed {
        return write_if_allowed(db, (actor, *at), *action, target, detail).await;
    }
    match count_failure(db, cut(target, TEXT_LENGTH), *at).await? {
        Some(detail) => write_if_allowed(db, (actor, *at), *action, target, &detail).await,
        None => Ok(()),
    }
}

/// Counts a failed sign-in; the detail of its entry, if it gets one.
async fn count_failure(
    db: &dyn Statements,
    target: &str,
    at: Timestamp,
) -> Result<Option<String>, StoreError> {
    // The row is made if it is missing, so that there is something to lock.
    let sql =
        "INSERT INTO failed_sign_ins (target, noted_at, unnoted) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING";
    if db.execute(sql, params![target, at]).await? > 0 {
        return Ok(Some(String::new()));
    }
    let sql = "SELECT noted_at, unnoted FROM failed_sign_ins WHERE target = ?1 [[FOR UPDATE|]]";
    let before = rows::first(db, sql, params![target], |columns| {
        columns.table("failed_sign_ins");
        Ok(FailedSignIns {
            noted_at: columns.time("noted_at")?,
            unnoted: columns.get("unnoted")?,
        })
    })
    .await?;
    let Some(before) = before else {
        return Ok(Some(String::new()));
    };
    let (after, detail) = before.and_one(at);
    let sql = "UPDATE failed_sign_ins SET noted_at = ?2, unnoted = ?3 WHERE target = ?1";
    db.execute(sql, params![target, after.noted_at, after.unnoted])
        .await?;
    Ok(detail)
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
        action: columns.parsed("action", str::parse::<AuditAction>)?,
        target: columns.get("target")?,
        detail: columns.get("detail")?,
    })
}

fn read_record(columns: &mut Columns<'_>) -> Result<AuditRecord, StoreError> {
    let entry = read(columns)?;
    let id = columns.get("id")?;
    let application = columns.table("applications").get("name")?;
    let member = if columns.table("members").is_there("name")? {
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
    params: Vec<Param<'static>>,
}

impl Conditions {
    /// Adds a condition, in which `$` stands for `value`.
    fn add(&mut self, condition: &str, value: impl Into<Param<'static>>) {
        self.params.push(value.into());
        let number = format!("?{}", self.params.len());
        self.sql.push_str(" AND ");
        self.sql.push_str(&condition.replace('$', &number));
    }
}

fn conditions(filter: &AuditFilter, before: i64) -> Conditions {
    let mut all = Conditions {
        sql: "u.id < ?1".to_owned(),
        params: vec![before.into()],
    };
    match &filter.who {
        None => {}
        Some(AuditWho::Operator) => all.sql.push_str(" AND u.member_id IS NULL AND u.address IS NULL"),
        Some(AuditWho::Member(words)) => all.add(
            "u.member_id IN (SELECT id FROM members WHERE [[strpos|instr]](search, $) > 0)",
            searched(words),
        ),
    }
    if let Some(action) = filter.action {
        all.add("u.action = $", action.id());
    }
    if let Some(words) = &filter.target {
        all.add(
            "([[strpos|instr]](u.search, $) > 0 OR u.target IN \
             (SELECT client_id FROM applications WHERE [[strpos|instr]](search, $) > 0))",
            searched(words),
        );
    }
    if let Some(from) = filter.from {
        all.add("u.at >= $", from);
    }
    if let Some(until) = filter.until {
        all.add("u.at < $", until);
    }
    all
}

async fn page(
    db: &dyn Statements,
    filter: &AuditFilter,
    before: i64,
    limit: u32,
) -> Result<Vec<AuditRecord>, StoreError> {
    let Conditions { sql, mut params } = conditions(filter, before);
    params.push(limit.into());
    let sql = format!(
        "SELECT u.at, u.member_id, u.address, u.request_id, u.action, u.target, u.detail, u.id, a.name, m.name, m.email \
         FROM audit u LEFT JOIN members m ON m.id = u.member_id LEFT JOIN applications a ON a.client_id = u.target \
         WHERE {sql} ORDER BY u.id DESC LIMIT ?{}",
        params.len()
    );
    rows::all(db, &sql, &params, read_record).await
}

#[async_trait]
impl<D: Database> Audit for SqlStore<D> {
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.scan(limit, |db, limit| {
            let sql = "SELECT at, member_id, address, request_id, action, target, detail FROM audit \
                           ORDER BY id DESC LIMIT ?1";
            Box::pin(async move { rows::all(db, sql, params![*limit], read).await })
        })
        .await
    }

    async fn audit_page(
        &self,
        filter: AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let args = (filter, before.unwrap_or(i64::MAX), limit);
        self.scan(args, |db, (filter, before, limit)| {
            Box::pin(page(db, filter, *before, *limit))
        })
        .await
    }

    async fn last_backup(&self) -> Result<Option<Timestamp>, StoreError> {
        self.scan(AuditAction::BackupMade, |db, action| Box::pin(last(db, *action)))
            .await
    }

    async fn note(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let is_one_statement = entry.action != AuditAction::SignInFailed && !entry.action.needs_host();
        let isolation = if is_one_statement { Statement } else { RowLocked };
        self.write(isolation, entry, |db, entry| Box::pin(note(db, entry)))
            .await
    }
}
