//! Mails that wait.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, Timestamp};

use crate::Isolation::{RowLocked, Statement};
use crate::members::row as member;
use crate::{Columns, Database, SqlStore, Statements, audit, params, rows};
use latchkey_storage::mails::{
    ANSWER_LENGTH, Claim, ClaimedMail, FailedMail, MAILS_PER_HOUR, MailCounts, MailId, MailKind, MailOutcome,
    Mails, NewMail,
};
use latchkey_storage::shared::cut;
use latchkey_storage::sign_in_links::invited_detail;
use latchkey_storage::{AuditAction, StoreError};

const HOUR: Duration = Duration::from_secs(60 * 60);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What [`read`] reads, of `mails q` and its member.
macro_rules! columns {
    () => {
        concat!(
            member::columns!(),
            ", q.id, q.kind, q.address, q.detail, q.created_at, q.tries"
        )
    };
}

fn read(columns: &mut Columns<'_>, claim: Claim) -> Result<ClaimedMail, StoreError> {
    let member = member::read(columns)?;
    columns.table("mails");
    let id = MailId(columns.get("id")?);
    let kind = columns.parsed("kind", str::parse::<MailKind>)?;
    let address: Option<String> = columns.get("address")?;
    let address = address
        .map(|address| Email::stored(&address))
        .transpose()
        .map_err(|error| StoreError::Damaged(format!("mails.address: {error}")))?;
    let detail = columns.get("detail")?;
    let created_at = columns.time("created_at")?;
    let tries: i64 = columns.get("tries")?;
    Ok(ClaimedMail {
        id,
        claim,
        member,
        kind,
        address,
        detail,
        created_at,
        tries: u32::try_from(tries).unwrap_or(u32::MAX),
    })
}

pub(crate) async fn queue(
    db: &dyn Statements,
    mails: &[NewMail],
    by: Option<&Actor>,
    at: Timestamp,
) -> Result<u64, StoreError> {
    let mut queued = Vec::new();
    for mail in mails {
        let sql = "INSERT INTO mails (member_id, kind, address, detail, created_at, next_at) \
                   SELECT m.id, ?2, ?7, ?3, ?4, ?4 FROM members m WHERE m.id = ?1 AND m.suspended_at IS NULL \
                   AND NOT EXISTS (SELECT 1 FROM mails w WHERE w.member_id = ?1 AND w.kind = ?2 \
                   AND coalesce(w.address, '') = coalesce(?7, '') AND w.sent_at IS NULL AND w.failed_at IS NULL) \
                   AND (SELECT count(*) FROM mails h WHERE h.member_id = ?1 AND h.created_at > ?5) < ?6";
        let (kind, detail) = (mail.kind.id(), cut(&mail.detail, ANSWER_LENGTH));
        let address = mail.address.as_ref().map(Email::as_str);
        let params = params![
            mail.member.0,
            kind,
            detail,
            at,
            at.minus(HOUR),
            MAILS_PER_HOUR,
            address
        ];
        if db.execute(sql, params).await? > 0 {
            queued.push(mail.member);
        }
    }
    if let Some(by) = by {
        let about = match queued.as_slice() {
            [] => return Ok(0),
            [one] => member::email_of(db, *one).await?.unwrap_or_default(),
            many => invited_detail(many.len()),
        };
        audit::write_if_allowed(db, (by, at), AuditAction::MemberInvited, &about, "by mail").await?;
    }
    Ok(queued.len() as u64)
}

/// Of two senders that look at once, the second waits, or finds another mail. A claim that is over counts as an attempt.
async fn claim(
    db: &dyn Statements,
    claim: Claim,
    at: Timestamp,
    until: Timestamp,
) -> Result<Option<ClaimedMail>, StoreError> {
    let sql = "UPDATE mails SET claim = ?1, claimed_until = ?3, tries = tries + 1 WHERE id = (SELECT q.id FROM mails q \
               WHERE q.sent_at IS NULL AND q.failed_at IS NULL AND q.next_at <= ?2 \
               AND (q.claimed_until IS NULL OR q.claimed_until <= ?2) ORDER BY q.next_at, q.id LIMIT 1 \
               [[FOR UPDATE SKIP LOCKED|]])";
    if db.execute(sql, params![&claim.0, at, until]).await? == 0 {
        return Ok(None);
    }
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM mails q JOIN members m ON m.id = q.member_id WHERE q.claim = ?1"
    );
    rows::first(db, sql, params![&claim.0], |columns| read(columns, claim)).await
}

async fn settle(
    db: &dyn Statements,
    id: MailId,
    claim: Claim,
    outcome: &MailOutcome,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (next, sent, failed, answer) = match outcome {
        MailOutcome::Sent => (None, Some(at), None, ""),
        MailOutcome::Later(next, answer) => (Some(*next), None, None, answer.as_str()),
        MailOutcome::Failed(answer) => (None, None, Some(at), answer.as_str()),
    };
    let sql = "UPDATE mails SET claim = NULL, claimed_until = NULL, next_at = coalesce(?3, next_at), sent_at = ?4, \
               failed_at = ?5, answer = ?6 WHERE id = ?1 AND claim = ?2";
    let answer = cut(answer, ANSWER_LENGTH);
    db.execute(sql, params![id.0, &claim.0, next, sent, failed, answer])
        .await
        .map(|_| ())
}

async fn counts(db: &dyn Statements, at: Timestamp) -> Result<MailCounts, StoreError> {
    let sql = "SELECT count(*) FROM mails WHERE sent_at IS NULL AND failed_at IS NULL";
    let waiting = rows::count(db, sql, &[]).await?;
    let sql = "SELECT count(*) FROM mails WHERE sent_at > ?1";
    let sent = rows::count(db, sql, params![at.minus(DAY)]).await?;
    let failed = rows::count(db, "SELECT count(*) FROM mails WHERE failed_at IS NOT NULL", &[]).await?;
    Ok(MailCounts {
        waiting,
        sent,
        failed,
    })
}

async fn failed(db: &dyn Statements, limit: u32) -> Result<Vec<FailedMail>, StoreError> {
    let sql = concat!(
        "SELECT ",
        member::columns!(),
        ", q.kind, q.failed_at, q.answer FROM mails q JOIN members m ON m.id = q.member_id \
         WHERE q.failed_at IS NOT NULL ORDER BY q.failed_at DESC, q.id DESC LIMIT ?1"
    );
    rows::all(db, sql, params![limit], |columns| {
        let member = member::read(columns)?;
        columns.table("mails");
        Ok(FailedMail {
            member,
            kind: columns.parsed("kind", str::parse::<MailKind>)?,
            at: columns.time("failed_at")?,
            answer: columns.get("answer")?,
        })
    })
    .await
}

async fn retry(db: &dyn Statements, by: &Actor, at: Timestamp) -> Result<u64, StoreError> {
    let sql = "UPDATE mails SET failed_at = NULL, tries = 0, created_at = ?1, next_at = ?1 WHERE failed_at IS NOT NULL";
    let again = db.execute(sql, params![at]).await?;
    if again > 0 {
        let about = invited_detail(usize::try_from(again).unwrap_or(usize::MAX));
        audit::write_if_allowed(db, (by, at), AuditAction::MemberInvited, &about, "by mail, again").await?;
    }
    Ok(again)
}

#[async_trait]
impl<D: Database> Mails for SqlStore<D> {
    async fn queue_mails(
        &self,
        mails: Vec<NewMail>,
        by: Option<&Actor>,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let args = (mails, by.cloned(), at);
        self.write(RowLocked, args, |db, (mails, by, at)| {
            Box::pin(queue(db, mails, by.as_ref(), *at))
        })
        .await
    }

    async fn claim_mail(
        &self,
        claimed: Claim,
        at: Timestamp,
        until: Timestamp,
    ) -> Result<Option<ClaimedMail>, StoreError> {
        let args = (claimed, at, until);
        self.write(RowLocked, args, |db, (claimed, at, until)| {
            Box::pin(claim(db, *claimed, *at, *until))
        })
        .await
    }

    async fn settle_mail(
        &self,
        id: MailId,
        claim: Claim,
        outcome: MailOutcome,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let args = (id, claim, outcome, at);
        self.write(Statement, args, |db, (id, claim, outcome, at)| {
            Box::pin(settle(db, *id, *claim, outcome, *at))
        })
        .await
    }

    async fn mail_counts(&self, at: Timestamp) -> Result<MailCounts, StoreError> {
        self.snapshot(at, |db, at| Box::pin(counts(db, *at))).await
    }

    async fn failed_mails(&self, limit: u32) -> Result<Vec<FailedMail>, StoreError> {
        self.scan(limit, |db, limit| Box::pin(failed(db, *limit))).await
    }

    async fn retry_failed_mails(&self, by: &Actor, at: Timestamp) -> Result<u64, StoreError> {
        self.write(RowLocked, (by.clone(), at), |db, (by, at)| {
            Box::pin(retry(db, by, *at))
        })
        .await
    }
}
