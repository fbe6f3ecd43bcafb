//! Deleting what is expired in small steps: rows are looked at in the order of their numbers, and only those that are to go
//! are handed to a statement that deletes them, a bounded number at a time. So a request waits for one small transaction
//! at most. Several nodes may do so at once, and each row goes once.
//!
//! There is no index to find them by: the time that decides changes with each rotation of a token, and would make that
//! write two pages more. A million rows are looked at in about a second, now and then.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::Isolation::Statement;
use crate::{Database, Param, SqlStore, Statements, rows};
use latchkey_storage::retention::choose;
use latchkey_storage::{Expiring, Retention, StoreError, Stride, Swept};

/// The table, the condition for a row of it to go (its times are the parameters from `first` on), and the times.
fn condition(expiring: Expiring, first: usize) -> (&'static str, String, Vec<Timestamp>) {
    match expiring {
        // A grant that was redeemed has its last tokens from `issued_at`; one that was not has a code alone.
        Expiring::Grants {
            codes,
            tokens,
            granted,
            explorer_logins,
        } => (
            "grants",
            format!(
                "CASE WHEN redeemed_at IS NULL THEN code_expires_at < ?{first} ELSE issued_at < ?{} \
                 OR created_at < CASE WHEN trial THEN ?{} ELSE ?{} END END",
                first + 1,
                first + 2,
                first + 3
            ),
            vec![codes, tokens, explorer_logins, granted],
        ),
        Expiring::Sessions(before) => ("sessions", format!("expires_at < ?{first}"), vec![before]),
        Expiring::Ceremonies(before) => ("used_ceremonies", format!("used_at < ?{first}"), vec![before]),
        Expiring::ProviderSignIns(before) => (
            "provider_sign_ins",
            format!("expires_at < ?{first}"),
            vec![before],
        ),
        Expiring::Mails(before) => (
            "mails",
            format!("coalesce(sent_at, failed_at, ?{first}) < ?{first}"),
            vec![before],
        ),
        Expiring::Activity(before) => ("activity", format!("at < ?{first}"), vec![before]),
    }
}

/// `first`, and the times of a condition behind them.
fn with_times<'a>(first: impl IntoIterator<Item = Param<'a>>, times: Vec<Timestamp>) -> Vec<Param<'a>> {
    first
        .into_iter()
        .chain(times.into_iter().map(Param::from))
        .collect()
}

/// The `limit` rows behind `after`: their numbers, and whether they are to go.
async fn read_batch(
    db: &dyn Statements,
    expiring: Expiring,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, bool)>, StoreError> {
    let (table, expired, times) = condition(expiring, 3);
    let sql = format!("SELECT id, {expired} FROM {table} WHERE id > ?1 ORDER BY id LIMIT ?2");
    let params = with_times([after.into(), limit.into()], times);
    rows::all(db, &sql, &params, |columns| {
        columns.table(table);
        Ok((columns.get("id")?, columns.get("expired")?))
    })
    .await
}

/// Deletes those of `ids` that are expired still: a refresh may have come in between.
async fn delete(db: &dyn Statements, expiring: Expiring, ids: &[i64]) -> Result<u64, StoreError> {
    let (table, expired, times) = condition(expiring, 2);
    let sql = format!("DELETE FROM {table} WHERE id = ANY(?1) AND {expired}");
    db.execute(&sql, &with_times([ids.to_vec().into()], times)).await
}

#[async_trait]
impl<D: Database> Retention for SqlStore<D> {
    async fn sweep(&self, expiring: Expiring, after: i64, stride: Stride) -> Result<Swept, StoreError> {
        let args = (expiring, after, stride.look);
        let seen = self
            .scan(args, |db, (expiring, after, limit)| {
                Box::pin(read_batch(db, *expiring, *after, *limit))
            })
            .await?;
        let (ids, next) = choose(&seen, stride);
        if ids.is_empty() {
            return Ok(Swept { deleted: 0, next });
        }
        let deleted = self
            .write(Statement, (expiring, ids), |db, (expiring, ids)| {
                Box::pin(delete(db, *expiring, ids))
            })
            .await?;
        self.wrote_much().await;
        Ok(Swept { deleted, next })
    }
}
