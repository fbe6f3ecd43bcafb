//! Forgetting in small steps: rows are looked at by a reader, in the order of their numbers, and only what is to go is
//! handed to the writer, a bounded number at a time. So a request waits for one small transaction at most.
//!
//! There is no index to find them by: the moment that decides changes with each rotation of a token, and would make that
//! write two pages more. A million rows are looked at in about a second, now and then.

use async_trait::async_trait;
use latchkey_domain::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::{SqliteStore, rows};
use crate::retention::choose;
use crate::{Expiring, Retention, StoreError, Stride, Swept};

/// The table, the condition for a row of it to go (its moments are the parameters from `first` on), and the moments.
fn condition(expiring: Expiring, first: usize) -> (&'static str, String, Vec<i64>) {
    match expiring {
        // A grant that was redeemed has its last tokens from `issued_at`; one that was not has a code alone.
        Expiring::Grants {
            codes,
            tokens,
            granted,
            trials,
        } => (
            "grants",
            format!(
                "iif(redeemed_at IS NULL, code_expires_at < ?{first}, issued_at < ?{} OR created_at < iif(trial, ?{}, ?{}))",
                first + 1,
                first + 2,
                first + 3
            ),
            [codes, tokens, trials, granted]
                .map(Timestamp::as_millis)
                .to_vec(),
        ),
        Expiring::Sessions(before) => (
            "sessions",
            format!("expires_at < ?{first}"),
            vec![before.as_millis()],
        ),
        Expiring::Activity(before) => ("activity", format!("at < ?{first}"), vec![before.as_millis()]),
    }
}

/// The `limit` rows behind `after`: their numbers, and whether they are to go.
fn look(
    connection: &Connection,
    expiring: Expiring,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, bool)>, StoreError> {
    let (table, expired, moments) = condition(expiring, 3);
    let sql = format!("SELECT id, {expired} FROM {table} WHERE id > ?1 ORDER BY id LIMIT ?2");
    let values = [after, i64::from(limit)].into_iter().chain(moments);
    rows::all(connection, &sql, params_from_iter(values), |columns| {
        columns.table(table);
        Ok((columns.get::<i64>("id")?, columns.get::<bool>("id")?))
    })
}

/// Deletes those of `ids` that are expired still: a refresh may have come in between.
fn forget(connection: &Connection, expiring: Expiring, ids: &[i64]) -> Result<u64, StoreError> {
    let (table, expired, moments) = condition(expiring, 2);
    let ids = serde_json::to_string(ids).map_err(|error| StoreError::Database(error.into()))?;
    let values = std::iter::once(Value::from(ids)).chain(moments.into_iter().map(Value::from));
    let sql = format!("DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?1)) AND {expired}");
    let forgotten = rows::execute(connection, &sql, params_from_iter(values))?;
    Ok(u64::try_from(forgotten).unwrap_or(u64::MAX))
}

#[async_trait]
impl Retention for SqliteStore {
    async fn sweep(&self, expiring: Expiring, after: i64, stride: Stride) -> Result<Swept, StoreError> {
        let seen = self
            .scan(move |connection| look(connection, expiring, after, stride.look))
            .await?;
        let (ids, next) = choose(&seen, stride);
        if ids.is_empty() {
            return Ok(Swept { forgotten: 0, next });
        }
        let forgotten = self
            .write(move |connection| forget(connection, expiring, &ids))
            .await?;
        // So that no writer stops to do it.
        self.checkpoints.make().await;
        Ok(Swept { forgotten, next })
    }
}
